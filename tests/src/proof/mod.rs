//! Whole histories beside a server: every statement goes to the simulator and to PostgreSQL, and what one
//! says of it is set against what the other did.

pub mod area;
pub mod back;
pub mod back_tally;
pub mod beside;
pub mod chain;
pub mod recorder;
pub mod report;
pub mod script;
pub mod state;
pub mod suite;
