//! Lockstep's engine: reads PostgreSQL migrations, simulates them on an in-memory schema and writes
//! every report. No I/O, no clock, no global state; native and WebAssembly alike.

mod beside;
pub mod config;
pub mod diagnostic;
pub mod effect;
pub mod estimate;
pub mod expression;
pub mod facts;
pub mod hazard;
pub mod input;
pub mod keyword;
pub mod name;
pub mod pg;
pub mod plan;
pub mod plpgsql;
pub mod report;
pub mod rewrite;
pub mod rollback;
pub mod schema;
pub mod session;
pub mod simulate;
pub mod source;
pub mod statement;
pub mod syntax;

/// The stack of a thread that calls the core, in bytes: statements may nest deeply. Only what is used of it takes
/// memory.
pub const STACK: usize = 256 << 20;
