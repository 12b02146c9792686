//! `VACUUM` and `ANALYZE`: `ExecVacuum` and `vacuum` of `vacuum.c`, `analyze_rel`.

use smallvec::SmallVec;

use crate::effect::{RelationId, Toast, WorkKind};
use crate::name::Ident;
use crate::pg::behavior;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::schema::relation::TableKind;
use crate::statement::Command;
use crate::statement::column::missing_column;
use crate::statement::execution::{Execution, Outcome, fail, unknown};
use crate::syntax::statement::{UtilityOption, Vacuum};

/// What the options ask for.
struct Wanted {
    vacuum: bool,
    analyze: bool,
    full: bool,
    only_statistics: bool,
    toast: bool,
    main: bool,
}

impl Command for Vacuum {
    fn run(&self, execution: &mut Execution) -> Outcome {
        let wanted = wanted(self, execution)?;
        if !wanted.analyze && self.targets.iter().any(|target| !target.columns.is_empty()) {
            let message = "ANALYZE option must be specified when a column list is provided";
            return fail(sqlstate::FEATURE_NOT_SUPPORTED, message);
        }
        if wanted.vacuum {
            execution.outside_block("VACUUM")?;
        }
        if self.targets.iter().any(|it| it.only) && !behavior::maintains_only(execution.version) {
            return fail(sqlstate::SYNTAX_ERROR, "syntax error at or near \"ONLY\"");
        }
        if wanted.only_statistics {
            return match self.targets.is_empty() {
                true => Ok(()),
                false => fail(
                    sqlstate::FEATURE_NOT_SUPPORTED,
                    "ONLY_DATABASE_STATS cannot be specified with a list of tables",
                ),
            };
        }
        let mut targets: Vec<(RelationId, &[Ident])> = vec![];
        for target in &self.targets {
            // `expand_vacuum_rel` looks all of them up before the first is worked on.
            let id = execution.resolve(&target.table)?;
            targets.push((id, &target.columns));
            let partitioned = execution.schema.relation(id).kind() == 'p';
            if !target.only && (partitioned || behavior::maintains_only(execution.version)) {
                let below = execution.schema.descendants(id);
                targets.extend(below.into_iter().map(|(child, _)| (child, &target.columns[..])));
            }
        }
        if self.targets.is_empty() {
            // `get_all_vacuum_rels`.
            let all =
                execution.schema.relations().filter(|it| it.table().is_some_and(|table| !is_foreign(&table.kind)));
            targets.extend(all.map(|it| (it.id, &[][..])));
        }
        for (id, columns) in targets {
            if wanted.vacuum {
                vacuum_one(execution, id, &wanted);
            }
            if wanted.analyze {
                analyze_one(execution, id, columns)?;
            }
        }
        Ok(())
    }
}

fn is_foreign(kind: &TableKind) -> bool {
    *kind == TableKind::Foreign
}

/// The parameters as `ExecVacuum` reads them.
fn wanted(statement: &Vacuum, execution: &Execution) -> Outcome<Wanted> {
    let mut wanted = Wanted {
        vacuum: statement.is_vacuum,
        analyze: !statement.is_vacuum,
        full: false,
        only_statistics: false,
        toast: true,
        main: true,
    };
    let command = if statement.is_vacuum { "VACUUM" } else { "ANALYZE" };
    let (mut skips_pages, mut parallel) = (false, 0);
    for option in &statement.options {
        let name = option.name.as_str();
        let newer =
            matches!(name, "process_main" | "skip_database_stats" | "only_database_stats" | "buffer_usage_limit")
                && !behavior::has_vacuum_options_of_16(execution.version);
        match name {
            _ if newer => return unrecognized(command, option),
            "verbose" | "skip_locked" => drop(boolean(option)?),
            "buffer_usage_limit" => {}
            _ if !statement.is_vacuum => return unrecognized(command, option),
            "analyze" => wanted.analyze = boolean(option)?,
            "full" => wanted.full = boolean(option)?,
            "freeze" | "truncate" | "skip_database_stats" => drop(boolean(option)?),
            "disable_page_skipping" => skips_pages = boolean(option)?,
            "process_main" => wanted.main = boolean(option)?,
            "process_toast" => wanted.toast = boolean(option)?,
            "only_database_stats" => wanted.only_statistics = boolean(option)?,
            "index_cleanup" if option.value.as_deref().is_some_and(|it| it.eq_ignore_ascii_case("auto")) => {}
            "index_cleanup" => drop(boolean(option)?),
            "parallel" => parallel = workers(option)?,
            _ => return unrecognized(command, option),
        }
    }
    let refuse = |message: &str| fail(sqlstate::FEATURE_NOT_SUPPORTED, message);
    if wanted.full && parallel > 0 {
        return refuse("VACUUM FULL cannot be performed in parallel");
    }
    if wanted.full && skips_pages {
        return refuse("VACUUM option DISABLE_PAGE_SKIPPING cannot be used with FULL");
    }
    if wanted.full && !wanted.toast {
        return refuse("PROCESS_TOAST required with VACUUM FULL");
    }
    Ok(wanted)
}

pub(super) fn unrecognized<T>(command: &str, option: &UtilityOption) -> Outcome<T> {
    let message = format!("unrecognized {command} option \"{}\"", option.name.as_str());
    fail(sqlstate::SYNTAX_ERROR, message)
}

/// `defGetBoolean`.
pub(super) fn boolean(option: &UtilityOption) -> Outcome<bool> {
    match option.boolean() {
        Some(value) => Ok(value),
        None => fail(sqlstate::SYNTAX_ERROR, format!("{} requires a Boolean value", option.name.as_str())),
    }
}

/// `MAX_PARALLEL_WORKER_LIMIT`.
const MAX_WORKERS: i64 = 1024;

fn workers(option: &UtilityOption) -> Outcome<i64> {
    let Some(value) = &option.value else {
        let message = format!("parallel option requires a value between 0 and {MAX_WORKERS}");
        return fail(sqlstate::SYNTAX_ERROR, message);
    };
    match value.parse() {
        Ok(count) if (0..=MAX_WORKERS).contains(&count) => Ok(count),
        Ok(_) => {
            let message = format!("parallel workers for vacuum must be between 0 and {MAX_WORKERS}");
            fail(sqlstate::SYNTAX_ERROR, message)
        }
        Err(_) => fail(sqlstate::SYNTAX_ERROR, "parallel requires an integer value"),
    }
}

/// `vacuum_rel`.
fn vacuum_one(execution: &mut Execution, id: RelationId, wanted: &Wanted) {
    let kind = execution.schema.relation(id).table().map(|table| table.kind.clone());
    let (mode, reason) = match wanted.full {
        true => (LockMode::AccessExclusive, "the table is written anew, without its dead rows"),
        false => (LockMode::ShareUpdateExclusive, "dead rows are removed while reads and writes go on"),
    };
    execution.lock(id, mode, reason);
    match kind {
        Some(TableKind::Ordinary | TableKind::Materialized) => {}
        // Only its partitions have rows.
        Some(TableKind::Partitioned) => return,
        Some(TableKind::Foreign) | None => {
            let name = execution.bare_name(id);
            execution.warning(&format!("skipping \"{name}\" --- cannot vacuum non-tables or special system tables"));
            return;
        }
    }
    if wanted.full {
        rebuild(execution, id, reason);
        return;
    }
    if wanted.toast {
        execution.lock_toast(id, Toast::Table, mode, "the TOAST table is vacuumed after its table");
        execution.lock_toast(id, Toast::Index, LockMode::RowExclusive, "entries for dead rows are removed");
    }
    if wanted.main {
        for index in execution.schema.table(id).indexes.clone() {
            if execution.schema.index(index).ready {
                execution.lock(index, LockMode::RowExclusive, "entries for dead rows are removed from every index");
            }
        }
    }
}

/// `cluster_rel` and `rebuild_relation`: new files for the table, and every index built from them.
pub(super) fn rebuild(execution: &mut Execution, id: RelationId, reason: &'static str) {
    if !execution.in_block {
        execution.lock_toast(id, Toast::Table, LockMode::AccessExclusive, reason);
    }
    execution.lock_toast(id, Toast::Index, LockMode::AccessExclusive, reason);
    for index in execution.schema.table(id).indexes.clone() {
        execution.lock(index, LockMode::AccessExclusive, "every index is built anew for the new table");
        let name = execution.schema.relation(index).name.clone();
        execution.work(id, WorkKind::BuildIndex, Some(name), "the index is built from every row of the new table");
    }
}

/// `analyze_rel` and `do_analyze_rel`.
fn analyze_one(execution: &mut Execution, id: RelationId, columns: &[Ident]) -> Outcome {
    execution.lock(id, LockMode::ShareUpdateExclusive, "statistics are taken while reads and writes go on");
    let relation = execution.bare_name(id);
    let Some(table) = execution.schema.relation(id).table() else {
        let message = format!("skipping \"{relation}\" --- cannot analyze non-tables or special system tables");
        execution.warning(&message);
        return Ok(());
    };
    if table.kind == TableKind::Foreign {
        return unknown("ANALYZE of a foreign table asks the server behind it");
    }
    let mut seen: Vec<&Ident> = vec![];
    for name in columns {
        if table.column(name.as_str()).is_none() {
            return Err(missing_column(name, &relation).into());
        }
        if seen.contains(&name) {
            let message = format!("column \"{}\" of relation \"{relation}\" appears more than once", name.as_str());
            return fail(sqlstate::DUPLICATE_COLUMN, message);
        }
        seen.push(name);
    }
    // What a partitioned table calls indexes holds nothing.
    let indexes = if table.is_partitioned() { SmallVec::new() } else { table.indexes.clone() };
    // `acquire_inherited_sample_rows`.
    for (child, _) in execution.schema.descendants(id) {
        execution.lock(child, LockMode::AccessShare, "rows of the tables below count for their parent");
    }
    for index in indexes {
        if execution.schema.index(index).ready {
            execution.lock(index, LockMode::AccessShare, "statistics of the indexes are taken as well");
        }
    }
    Ok(())
}
