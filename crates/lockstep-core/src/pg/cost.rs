//! What bulk work costs: CPU time and WAL per row and per megabyte.
//!
//! Measured on PostgreSQL 15 with 1 to 10 million rows in memory; the time of an operation is
//! `a·rows + b·MB`, of an index build `a·rows·(log₂ rows / 20) + b·MB`. Within those measurements the
//! model errs by 12 % in the middle and 49 % at worst; other machines differ by more.

/// One kind of bulk work.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cost {
    /// Microseconds a row.
    pub row_us: f64,
    /// Milliseconds a megabyte of the table.
    pub megabyte_ms: f64,
    /// It sorts: the time of a row grows with the logarithm of their number.
    pub sorts: bool,
}

const fn cost(row_us: f64, megabyte_ms: f64) -> Cost {
    Cost { row_us, megabyte_ms, sorts: false }
}

const fn sort(row_us: f64, megabyte_ms: f64) -> Cost {
    Cost { row_us, megabyte_ms, sorts: true }
}

pub const SCAN_NOT_NULL: Cost = cost(0.065, 0.26);
pub const SCAN_CHECK: Cost = cost(0.027, 0.38);
pub const FOREIGN_KEY: Cost = cost(0.50, 0.28);
pub const INDEX_SORTED: Cost = sort(0.17, 0.31);
pub const INDEX_NUMBER: Cost = sort(0.53, 0.32);
pub const INDEX_TEXT: Cost = sort(0.66, 0.28);
pub const REWRITE: Cost = cost(0.37, 4.2);
pub const REWRITE_FUNCTION: Cost = cost(0.44, 3.9);
pub const REWRITE_UUID: Cost = cost(1.6, 3.3);
pub const UPDATE: Cost = cost(2.5, 3.8);

/// `CREATE INDEX CONCURRENTLY` reads the table twice: 4.3 s where the plain build took 2.7 s.
pub const CONCURRENT_BUILD: f64 = 1.6;

/// A change of the catalogs alone, with its commit.
pub const CATALOG_MS: (f64, f64) = (0.1, 20.0);

/// How far the truth may lie from the model on a machine that was not measured, as a factor either way.
pub const UNCALIBRATED: f64 = 3.0;

/// WAL of an index entry, bytes: keys of fixed size at least and at most, and text.
pub const INDEX_ENTRY_BYTES: (f64, f64) = (9.0, 20.0);
pub const INDEX_TEXT_ENTRY_BYTES: f64 = 37.0;

/// A new row version: the row itself, its index entries and, after a checkpoint, the pages around them.
pub const UPDATE_WAL_FACTOR: f64 = 2.0;

impl Cost {
    /// Milliseconds for a table of so many rows and bytes.
    pub fn milliseconds(self, rows: f64, bytes: f64) -> f64 {
        let growth = if self.sorts { rows.max(2.0).log2() / 20.0 } else { 1.0 };
        self.row_us * rows * growth / 1000.0 + self.megabyte_ms * bytes / 1_048_576.0
    }
}
