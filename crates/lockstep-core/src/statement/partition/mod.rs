//! Partitions: what a table is partitioned by, and which rows each partition holds.

pub(super) mod adoption;
pub(super) mod attach;
pub(super) mod bound;
mod bounds;
pub(crate) mod constraint;
pub(super) mod detach;
pub(super) mod implied;
pub(super) mod indexes;
pub(super) mod key;
pub(super) mod keys;
pub(super) mod overlap;
pub(super) mod prune;
pub(super) mod pruning;
mod refute;
pub(super) mod routing;
pub(super) mod spread;
pub(super) mod survivors;
pub(super) mod targets;
pub(super) mod triggers;
