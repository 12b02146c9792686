//! Differences between server versions that are no lock, no type and no function.

use crate::pg::version::PgVersion;

/// Dropping a column that a stored generated column reads is refused (2BP01) from 15 on; 14 drops
/// the generated column along without a word.
pub fn generated_column_blocks_drop(version: PgVersion) -> bool {
    version >= PgVersion::V15
}

/// `NOT NULL` constraints are rows of `pg_constraint`, with names, from 18 on.
pub fn not_null_is_a_constraint(version: PgVersion) -> bool {
    version >= PgVersion::V18
}

/// A partition may define columns as generated from 16 on, where its table does so too.
pub fn partitions_generate(version: PgVersion) -> bool {
    version >= PgVersion::V16
}

/// From 16 on a child's column is generated where its parent's is, and only there, by whatever expression;
/// before, it took the parent's expression, or had one of its own where the parent had none.
pub fn children_override_generation(version: PgVersion) -> bool {
    version >= PgVersion::V16
}

/// `pg_input_is_valid` is there from 16 on.
pub fn asks_whether_input_is_valid(version: PgVersion) -> bool {
    version >= PgVersion::V16
}

/// `to_regclass` of a text that is no name yields a null from 16 on (`DirectInputFunctionCallSafe`).
pub fn to_regclass_forgives_syntax(version: PgVersion) -> bool {
    version >= PgVersion::V16
}

/// A domain's `NOT NULL` is a constraint with a name from 17 on.
pub fn domain_not_null_is_a_constraint(version: PgVersion) -> bool {
    version >= PgVersion::V17
}

/// `ALTER TYPE … DROP VALUE` is in the grammar from 17 on, where the server says that it cannot.
pub fn names_dropping_of_enum_values(version: PgVersion) -> bool {
    version >= PgVersion::V17
}

/// `ALTER COLUMN … SET EXPRESSION` exists from 17 on.
pub fn has_set_expression(version: PgVersion) -> bool {
    version >= PgVersion::V17
}

/// `ALTER CONSTRAINT` changes only what is written, and other kinds than foreign keys, from 18 on.
pub fn alters_constraints_by_kind(version: PgVersion) -> bool {
    version >= PgVersion::V18
}

/// `WITHOUT OVERLAPS` and `PERIOD` exist from 18 on.
pub fn has_temporal_keys(version: PgVersion) -> bool {
    version >= PgVersion::V18
}

/// `ENFORCED` and `NOT ENFORCED` exist from 18 on.
pub fn has_enforced(version: PgVersion) -> bool {
    version >= PgVersion::V18
}

/// Virtual generated columns exist, and are the default kind, from 18 on.
pub fn has_virtual_columns(version: PgVersion) -> bool {
    version >= PgVersion::V18
}

/// `PRIMARY KEY` after an explicit `NULL` is refused at once from 18 on.
pub fn null_conflicts_with_primary_key(version: PgVersion) -> bool {
    version >= PgVersion::V18
}

/// A new enum value may be used in the transaction that made its type: from 17 on also a value that
/// was added to it there.
pub fn new_type_value_is_usable(version: PgVersion) -> bool {
    version >= PgVersion::V17
}

/// The SQLSTATE of a type change that a generated column stands against: a syntax error up to 14.
pub fn generated_column_type_change(version: PgVersion) -> crate::pg::sqlstate::SqlState {
    use crate::pg::sqlstate::{FEATURE_NOT_SUPPORTED, SYNTAX_ERROR};
    if version >= PgVersion::V15 { FEATURE_NOT_SUPPORTED } else { SYNTAX_ERROR }
}

/// `SET STATISTICS DEFAULT` exists from 17 on.
pub fn has_default_statistics_target(version: PgVersion) -> bool {
    version >= PgVersion::V17
}

/// `SET STORAGE DEFAULT` exists from 16 on.
pub fn has_default_storage(version: PgVersion) -> bool {
    version >= PgVersion::V16
}

/// `SET ACCESS METHOD DEFAULT`, and access methods of partitioned tables, exist from 17 on.
pub fn has_default_access_method(version: PgVersion) -> bool {
    version >= PgVersion::V17
}

/// Sequences can be unlogged, and follow their table, from 15 on.
pub fn has_unlogged_sequences(version: PgVersion) -> bool {
    version >= PgVersion::V15
}

/// A parameter of a partitioned table is not just unknown: from 16 on the server says why.
pub fn names_partitioned_table_for_parameters(version: PgVersion) -> bool {
    version >= PgVersion::V16
}

/// Up to 15 the rule of a view has entries for `OLD` and `NEW` in its range table.
pub fn view_rules_have_old_and_new(version: PgVersion) -> bool {
    version < PgVersion::V16
}

/// A subquery in `FROM` may go without an alias from 16 on.
pub fn subquery_needs_alias(version: PgVersion) -> bool {
    version < PgVersion::V16
}

/// `security_invoker` of a view exists from 15 on.
pub fn has_security_invoker(version: PgVersion) -> bool {
    version >= PgVersion::V15
}

/// `ON DELETE SET NULL (columns)`, `NULLS NOT DISTINCT` and other grammar of 15.
pub fn has_grammar_of_15(version: PgVersion) -> bool {
    version >= PgVersion::V15
}

/// A row that `RESTRICT` keeps is an error of its own (23001) from 18 on.
pub fn restrict_is_its_own_violation(version: PgVersion) -> bool {
    version >= PgVersion::V18
}

/// `GRANT` locks the relations that it names from 18 on.
pub fn grant_locks_relations(version: PgVersion) -> bool {
    version >= PgVersion::V18
}

/// The privilege `MAINTAIN` exists from 17 on.
pub fn has_maintain_privilege(version: PgVersion) -> bool {
    version >= PgVersion::V17
}

/// A membership has `INHERIT` and `SET` options of its own from 16 on.
pub fn memberships_have_options(version: PgVersion) -> bool {
    version >= PgVersion::V16
}

/// `CREATEROLE` is limited to roles that its holder administers from 16 on.
pub fn creating_roles_is_limited(version: PgVersion) -> bool {
    version >= PgVersion::V16
}

/// What is said to those who may not become the role.
pub fn not_a_member(version: PgVersion, role: &str) -> String {
    match version >= PgVersion::V16 {
        true => format!("must be able to SET ROLE \"{role}\""),
        false => format!("must be member of role \"{role}\""),
    }
}

/// `LOCK TABLE` asks for any privilege that would take such a lock from 16 on.
pub fn locks_by_weaker_privileges(version: PgVersion) -> bool {
    version >= PgVersion::V16
}

/// Everybody may create in the schema `public` before 15.
pub fn everybody_creates_in_public(version: PgVersion) -> bool {
    version < PgVersion::V15
}

/// `CREATE STATISTICS` makes up a name from 16 on.
pub fn statistics_may_have_no_name(version: PgVersion) -> bool {
    version >= PgVersion::V16
}

/// Stored generated columns can be published from 18 on.
pub fn publishes_generated_columns(version: PgVersion) -> bool {
    version >= PgVersion::V18
}

/// Event triggers may fire on login from 17 on.
pub fn has_login_events(version: PgVersion) -> bool {
    version >= PgVersion::V17
}

/// Whether an expression is immutable is asked of generated columns after planning, which replaces
/// calls of SQL functions by their bodies, from 17 on.
pub fn plans_generation_expressions(version: PgVersion) -> bool {
    version >= PgVersion::V17
}

/// `VACUUM` and `ANALYZE` take `ONLY` from 18 on.
pub fn maintains_only(version: PgVersion) -> bool {
    version >= PgVersion::V18
}

/// `PROCESS_MAIN`, `BUFFER_USAGE_LIMIT` and the options for database statistics exist from 16 on.
pub fn has_vacuum_options_of_16(version: PgVersion) -> bool {
    version >= PgVersion::V16
}

/// `CLUSTER` goes through the partitions of a table from 15 on.
pub fn clusters_partitioned_tables(version: PgVersion) -> bool {
    version >= PgVersion::V15
}

/// The name may be left out of `REINDEX DATABASE` and `REINDEX SYSTEM` from 16 on.
pub fn reindexes_database_without_name(version: PgVersion) -> bool {
    version >= PgVersion::V16
}

/// `MERGE` exists from 15 on.
pub fn has_merge(version: PgVersion) -> bool {
    version >= PgVersion::V15
}

/// `MERGE … WHEN NOT MATCHED BY SOURCE` and `RETURNING` exist from 17 on.
pub fn has_merge_of_17(version: PgVersion) -> bool {
    version >= PgVersion::V17
}

/// A subquery in `FROM` needs no alias from 16 on.
pub fn subquery_needs_no_alias(version: PgVersion) -> bool {
    version >= PgVersion::V16
}

/// A populated materialized view can be copied from 18 on.
pub fn copies_materialized_views(version: PgVersion) -> bool {
    version >= PgVersion::V18
}

/// Whether `COPY` knows an option of that name.
pub fn has_copy_option(name: &str, version: PgVersion) -> bool {
    match name {
        "format"
        | "freeze"
        | "delimiter"
        | "null"
        | "header"
        | "quote"
        | "escape"
        | "force_quote"
        | "force_not_null"
        | "force_null"
        | "convert_selectively"
        | "encoding" => true,
        "default" => version >= PgVersion::V16,
        "on_error" | "log_verbosity" => version >= PgVersion::V17,
        "reject_limit" => version >= PgVersion::V18,
        _ => false,
    }
}

/// The parts that partitions have of a row trigger are triggers of their own from 15 on; before, they are internal.
pub fn shows_parts_of_triggers(version: PgVersion) -> bool {
    version >= PgVersion::V15
}

/// `ALTER TRIGGER … RENAME` on a partitioned table renames the partitions' triggers as well, and those not alone.
pub fn renames_parts_of_triggers(version: PgVersion) -> bool {
    version >= PgVersion::V15
}
