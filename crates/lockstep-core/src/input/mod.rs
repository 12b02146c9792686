//! Readers of migration files: one module a format.

pub mod annotated;
pub mod directive;
pub mod ignore;
pub mod sql;
