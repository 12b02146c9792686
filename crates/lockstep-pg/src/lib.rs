//! A live PostgreSQL: throwaway servers, sessions whose locks and work are watched, the catalog in its
//! normal form, and rehearsals that set the prediction beside what the server did.

pub mod binaries;
pub mod catalog;
pub mod cluster;
pub mod difference;
mod error;
pub mod execute;
pub mod observe;
pub mod rehearse;
pub mod server_messages;
pub mod session;
pub mod validate;
mod watchdog;

pub use cluster::Cluster;
pub use error::{Error, Result};
