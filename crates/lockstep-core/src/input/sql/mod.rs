//! Plain SQL.

pub mod read;
pub mod split;
