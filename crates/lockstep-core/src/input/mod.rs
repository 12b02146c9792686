//! Readers of migration files: one module a format.

pub mod sql;
