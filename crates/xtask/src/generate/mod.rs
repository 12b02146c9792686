//! `cargo xtask gen`: the committed tables made from real servers.

mod catalog;

pub(crate) use catalog::catalog;
