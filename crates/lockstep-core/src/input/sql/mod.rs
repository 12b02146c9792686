//! Plain SQL.

pub mod split;
