//! What is dangerous about a trace, one rule a pair of files: `x.rs` decides, `x.md` explains.
//!
//! A rule reads what the simulation found (locks in force, work, outcome, the schema before and
//! after) and never derives it again. It stays silent on steps that do not run, and on steps that fail for a
//! reason that is not its own. Of relations that the plan itself makes, only notes speak: nobody waits for them.
//!
//! A hazard declares which steps it may speak of (`concerns`) and is asked of those alone; `EVERY` is always right.
//!
//! To add a hazard, add its two files and its line in `hazards!`. The tests run the SQL blocks of
//! every page: the one marked `unsafe` raises exactly that hazard, the one marked `safe` none.

pub mod concerns;
pub mod ignore;
pub mod page;

pub(crate) mod exposure;
pub(crate) mod shapes;

#[cfg(test)]
mod tests;

use std::fmt;

use crate::diagnostic::Severity;
use crate::hazard::concerns::Concerns;
use crate::simulate::trace::{Step, Trace};

/// A rule: its name in reports, comments and addresses, its page, and its test of one step.
pub struct Hazard {
    /// The name of its files.
    pub id: &'static str,
    /// Of its worst finding.
    pub severity: Severity,
    /// Markdown; the first line is the title.
    pub page: &'static str,
    /// The recipe that removes it, where that is the same for every statement; see `rewrite::answer` for the others.
    pub recipe: Option<&'static str>,
    /// The steps that it is asked of.
    pub concerns: Concerns,
    /// May fire more than once a step: once for each relation concerned.
    pub check: fn(&Step, &Trace) -> Vec<Finding>,
}

/// A hazard that fired.
#[derive(Debug, Clone)]
pub struct Finding {
    pub hazard: &'static Hazard,
    /// The hazard's own, or less where the effects are harmless.
    pub severity: Severity,
    /// What this statement does, and who waits or breaks.
    pub message: String,
    /// The relation concerned, as the server prints it.
    pub relation: Option<String>,
}

macro_rules! hazards {
    ($($module:ident),* $(,)?) => {
        $(mod $module;)*

        /// Every hazard, in the order in which reports show them.
        static ALL: &[&Hazard] = &[$(&$module::HAZARD),*];

        #[cfg(test)]
        static FILES: &[&str] = &[$(stringify!($module)),*];
    };
}

hazards! {
    blocking_index_build,
    scan_under_access_exclusive,
    table_rewrite,
    validating_foreign_key,
    unique_constraint_builds_index,
    concurrently_in_transaction,
    validate_in_same_transaction,
    missing_lock_timeout,
    rename_breaks_application,
    drop_breaks_application,
    blocking_index_drop,
    blocking_refresh,
    blocking_detach,
    truncate_loses_rows,
    cascade_drops_dependents,
    drop_column_takes_index,
    drop_not_null_surprises,
    enum_value_renamed,
    foreign_key_drop_locks_parent,
    primary_key_dropped,
    foreign_key_without_index,
    foreign_key_type_mismatch,
    constraint_left_not_valid,
    redundant_index,
    index_of_many_columns,
    if_not_exists_skips,
    table_without_primary_key,
    small_primary_key,
    time_without_zone,
    unsuitable_type,
    name_truncated,
    not_in_with_nulls,
    name_needs_quotes,
    deletes_every_row,
    unbatched_update,
    required_column_without_default,
    compares_with_null,
    insert_without_columns,
    trigger_disabled,
    row_security_without_policy,
    policy_allows_everything,
    security_definer_search_path,
    granted_to_everybody,
    autovacuum_off,
    sequence_stays_integer,
    enum_value_used_too_early,
    explicit_table_lock,
    transaction_in_transaction,
    transaction_left_open,
    work_under_exclusive_lock,
    several_tables_locked,
    concurrent_unique_may_fail,
    check_not_immutable,
    domain_check_scans_tables,
    time_zone_decides,
    unlogged_table,
    replica_identity_changed,
    sequence_left_behind,
    inexact_amount,
    triggers_bypassed,
    row_security_disabled,
    all_privileges_granted,
    rule_created,
    limit_in_update,
    view_refuses_change,
    dependents_refuse_drop,
    key_without_partition_key,
    concurrently_not_possible,
    view_replacement_refused,
    function_replacement_refused,
    type_change_needs_using,
    already_exists,
    pending_trigger_events,
    serial_column,
    error_does_not_stop,
    delete_breaks_foreign_key,
    type_change_may_fail,
    does_not_exist,
    expression_without_statistics,
    sequence_kept_locked,
    view_dropped,
    unique_allows_nulls,
    table_of_many_indexes,
    name_breaks_convention,
    down_fails,
    down_leaves_another_schema,
    down_fails_on_filled_table,
    down_loses_more,
    constraint_not_enforced,
}

pub(crate) use deletes_every_row::is_always_true;

pub fn all() -> &'static [&'static Hazard] {
    ALL
}

pub fn find(id: &str) -> Option<&'static Hazard> {
    ALL.iter().copied().find(|hazard| hazard.id == id)
}

pub fn page(id: &str) -> Option<&'static str> {
    find(id).map(|hazard| hazard.page)
}

pub fn title(id: &str) -> Option<&'static str> {
    find(id).map(Hazard::title)
}

/// What is dangerous about one step, in the order of [`all`].
pub fn findings(step: &Step, trace: &Trace) -> Vec<Finding> {
    findings_of(std::slice::from_ref(step), trace).pop().unwrap_or_default()
}

/// The same of several steps. Each hazard is asked of all of them before the next one: what it takes to ask is at
/// hand then.
pub fn findings_of(steps: &[Step], trace: &Trace) -> Vec<Vec<Finding>> {
    let traits: Vec<Concerns> = steps.iter().map(Concerns::of).collect();
    let any = traits.iter().fold(Concerns::NONE, |all, it| all.or(*it));
    let mut found = vec![vec![]; steps.len()];
    for hazard in ALL.iter().filter(|it| it.concerns.meet(any)) {
        for ((step, traits), found) in steps.iter().zip(&traits).zip(&mut found) {
            if hazard.concerns.meet(*traits) {
                found.append(&mut (hazard.check)(step, trace));
            }
        }
    }
    found
}

impl Hazard {
    /// The page's first line.
    pub fn title(&self) -> &'static str {
        page::title(self.page)
    }

    /// The SQL blocks of its page.
    pub fn examples(&self) -> Vec<page::Example> {
        page::examples(self.page)
    }
}

impl Finding {
    fn new(hazard: &'static Hazard, message: String) -> Self {
        Finding { hazard, severity: hazard.severity, message, relation: None }
    }

    fn about(mut self, relation: impl fmt::Display) -> Self {
        self.relation = Some(relation.to_string());
        self
    }

    fn is_about(&self, relation: impl fmt::Display) -> bool {
        self.relation.as_ref().is_some_and(|it| *it == relation.to_string())
    }
}

impl fmt::Debug for Hazard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hazard").field("id", &self.id).field("severity", &self.severity).finish_non_exhaustive()
    }
}
