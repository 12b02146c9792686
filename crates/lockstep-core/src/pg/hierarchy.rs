//! Partitions and inheritance: what differs between server versions.

use crate::pg::lock_mode::LockMode;
use crate::pg::version::PgVersion;

/// Exclusion constraints of partitioned tables exist from 17 on.
pub fn partitioned_tables_exclude(version: PgVersion) -> bool {
    version >= PgVersion::V17
}

/// Partitions take part in the identity columns of their table from 17 on.
pub fn partitions_share_identity(version: PgVersion) -> bool {
    version >= PgVersion::V17
}

/// `UNLOGGED` on a partitioned table, which never did anything, is refused from 18 on.
pub fn partitioned_tables_refuse_unlogged(version: PgVersion) -> bool {
    version >= PgVersion::V18
}

/// `ADD CONSTRAINT` of any kind locks every table below from 18 on, before it looks at the constraint.
pub fn add_constraint_locks_descendants(version: PgVersion) -> bool {
    version >= PgVersion::V18
}

/// `ONLY` cannot drop a constraint of a partitioned table with partitions, up to 17; from 18 on they keep
/// theirs as their own.
pub fn partitions_keep_constraints_to_the_end(version: PgVersion) -> bool {
    version < PgVersion::V18
}

/// Parts of a foreign key are called after it with a number (`fk_1`) from 18 on; before, after its columns.
pub fn parts_of_keys_are_numbered(version: PgVersion) -> bool {
    version >= PgVersion::V18
}

/// What a new partition takes on a table with a foreign key to its parent.
pub fn lock_on_holder_of_key(version: PgVersion) -> LockMode {
    if version >= PgVersion::V15 { LockMode::ShareRowExclusive } else { LockMode::AccessShare }
}

/// A foreign key of a partitioned table can be `NOT VALID` from 18 on.
pub fn partitioned_foreign_key_may_be_not_valid(version: PgVersion) -> bool {
    version >= PgVersion::V18
}

/// `VALIDATE CONSTRAINT` of a foreign key to a partitioned table validates its parts for the partitions: from 18 on.
pub fn keys_to_partitions_become_valid(version: PgVersion) -> bool {
    version >= PgVersion::V18
}

/// `ATTACH` and `DETACH PARTITION` name the subcommand when the table is not partitioned: from 18 on.
pub fn names_partitioned_table_only(version: PgVersion) -> bool {
    version >= PgVersion::V18
}

/// Planning looks at the indexes of a partitioned table itself from 16 on; before, only at its partitions'.
pub fn planning_opens_partitioned_indexes(version: PgVersion) -> bool {
    version >= PgVersion::V16
}

/// `DETACH PARTITION` gives the partition's keys parts for all partitions that they refer to, and `ATTACH` takes them
/// over (`addFkRecurseReferenced`), from 15 on.
pub fn detached_keys_have_parts(version: PgVersion) -> bool {
    version >= PgVersion::V15
}
