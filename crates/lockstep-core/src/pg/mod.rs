//! What PostgreSQL is and does: closed vocabularies and fact tables, nothing about migrations.
//!
//! Every difference between server versions is a guard in a table of this module and nowhere else.
//! The conformance suite checks the tables against facts recorded from real servers.

pub mod alter_table;
pub mod behavior;
pub(crate) mod catalog;
pub mod catalogs;
pub mod condition;
pub mod cost;
pub mod date_order;
pub mod hierarchy;
pub mod input;
pub mod lock_mode;
pub mod operator_class;
pub mod sqlstate;
pub mod storage_parameter;
pub mod time_zone;
pub mod toast;
pub mod types;
pub mod version;
pub mod volatility;
