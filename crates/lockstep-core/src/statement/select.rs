//! `SELECT`, as far as a migration holds it: what it reads and locks.

use crate::effect::{PgError, RelationId};
use crate::expression::Raises;
use crate::name::{Ident, QualifiedName};
use crate::pg::catalog::{self, FunctionRow, extension};
use crate::pg::hierarchy;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::pg::version::PgVersion;
use crate::pg::volatility::Volatility;
use crate::schema::object::ObjectId;
use crate::statement::Command;
use crate::statement::bare_select;
use crate::statement::column::check_name;
use crate::statement::execution::{Execution, Outcome, Stop, unknown};
use crate::statement::partition::{pruning, survivors};
use crate::statement::query::{Purpose, row_security};
use crate::statement::scope::TableScope;
use crate::statement::{query, routine, sequence_function};
use crate::syntax;
use crate::syntax::expression::QueryText;

impl Command for QueryText {
    fn run(&self, execution: &mut Execution) -> Outcome {
        if let Some(outcome) = sequence_function::run(self, execution) {
            return outcome;
        }
        if execution.session.read_only && !self.locks_rows.is_empty() {
            return unknown("a read-only transaction locks rows of temporary tables only");
        }
        match bare_select::run(self, execution) {
            Some(Err(Stop::Unknown(why))) => {
                return match query::run(self, Purpose::Run, execution) {
                    Err(_) | Ok(Err(Stop::Unknown(_))) => unknown(why),
                    Ok(outcome) => outcome,
                };
            }
            Some(outcome) => return outcome,
            None => {}
        }
        let named = |label: &str| self.text.contains(&crate::name::quote_literal(label));
        if execution.uncommitted_enum_values.iter().any(|(_, label)| named(label)) {
            return unknown("whether a value that is not committed yet is used is not known");
        }
        let why = match query::run(self, Purpose::Run, execution) {
            Ok(outcome) => return outcome,
            Err(why) => why,
        };
        analyze(execution, self)?;
        read(execution, self)?;
        check_columns(execution, self, &[])?;
        if self.reads.is_empty() || computes(&self.text) {
            return unknown(why);
        }
        Ok(())
    }
}

/// `parse_analyze`: what the server refuses before it runs anything.
fn analyze(execution: &mut Execution, text: &QueryText) -> Outcome {
    let Some(select) = syntax::parse_query(&text.text).filter(|_| !text.text.contains('$')) else { return Ok(()) };
    let locks = execution.record.locks.clone();
    match query::analyze(execution, &select) {
        Err(Stop::Error(error)) => Err(error.into()),
        _ => {
            execution.record.locks = locks;
            Ok(())
        }
    }
}

/// Grouping and conversions can fail in ways that names do not tell.
fn computes(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    text.contains("::") || text.contains("cast") || text.split_whitespace().any(|word| word == "group")
}

/// Takes the locks of a query: every relation and, since planning opens them, every index.
pub(super) fn read(execution: &mut Execution, query: &QueryText) -> Outcome {
    match query.functions.iter().find(|name| sequence_function::is_nextval(name)) {
        Some(name) => unknown(format!("what the function {name} does is not known")),
        None => read_and_take(execution, query).map(|_| ()),
    }
}

/// The same for a query that may take values from sequences: these, not locked yet.
pub(super) fn read_and_take(execution: &mut Execution, query: &QueryText) -> Outcome<Vec<RelationId>> {
    if query.writes {
        return unknown("a query that does more than read is not modelled");
    }
    for name in &query.functions {
        if !only_reads(execution, name) && !sequence_function::is_nextval(name) {
            return unknown(format!("what the function {name} does is not known"));
        }
    }
    for name in &query.reads {
        let locks_rows = query.locks_rows.contains(name);
        let mode = if locks_rows { LockMode::RowShare } else { LockMode::AccessShare };
        let id = execution.open_in_query(name, mode, "the statement reads the relation")?;
        expand_in_query(execution, query, id, mode)?;
        row_security::read(execution, id, locks_rows)?;
    }
    sequence_function::called_by_query(execution, query)
}

/// What a query locks besides a relation that it names, which is locked.
pub(super) fn expand_in_query(execution: &mut Execution, query: &QueryText, id: RelationId, mode: LockMode) -> Outcome {
    let partitioned = execution.schema.get(id).and_then(|it| it.table()).is_some_and(|it| it.is_partitioned());
    let part = partitioned && has_condition(query) && prunes(execution) && !pruning::reads_all(execution, query, id);
    match part.then(|| survivors::opened(execution, query, id)).flatten() {
        Some(opened) => {
            lock_indexes(execution, id, mode);
            for below in opened {
                execution.lock(below, mode, "a query reads the partitions that may have its rows");
                lock_indexes(execution, below, mode);
            }
            Ok(())
        }
        None => expand_whole_or_part(execution, id, mode, part),
    }
}

/// Whether every column that the query names is one of its tables' or of the tables around it.
pub(super) fn check_columns(execution: &Execution, query: &QueryText, outer: &[(Ident, RelationId)]) -> Outcome {
    match names_of_tables(execution, query, outer) {
        Err(Stop::Unknown(why)) => match syntax::parse_query(&query.text).filter(|_| !query.text.contains('$')) {
            Some(select) => {
                let around = query::Surroundings { tables: outer, ..Default::default() };
                query::check(execution, &select, &around).map(|_| ())
            }
            None => unknown(why),
        },
        told => told,
    }
}

/// The same where every source is a table: its columns are looked up by name.
fn names_of_tables(execution: &Execution, query: &QueryText, outer: &[(Ident, RelationId)]) -> Outcome {
    let Some(sources) = &query.sources else {
        return unknown("the columns of this query's sources are not modelled");
    };
    let mut tables: Vec<(Ident, RelationId)> = outer.to_vec();
    for (name, alias) in sources {
        tables.push((alias.clone(), execution.resolve_in_query(name)?));
    }
    let has = |id: RelationId, column: &Ident| {
        let relation = execution.schema.get(id);
        relation.is_some_and(|it| it.columns().find(column.as_str()).is_some()) || check_name(column).is_err()
    };
    for parts in &query.columns {
        let found = match parts.as_slice() {
            [column] => {
                let whole_row = tables.iter().any(|(alias, _)| alias == column);
                whole_row || query.labels.contains(column) || tables.iter().any(|(_, id)| has(*id, column))
            }
            [.., alias, column] => tables.iter().any(|(other, id)| other == alias && has(*id, column)),
            [] => true,
        };
        if !found {
            let name = parts.iter().map(Ident::to_string).collect::<Vec<_>>().join(".");
            return unknown(format!("what {name} names in the query is not known"));
        }
    }
    Ok(())
}

pub(super) fn read_relation(execution: &mut Execution, name: &QualifiedName, mode: LockMode) -> Outcome<RelationId> {
    read_whole_or_part(execution, name, mode, true)
}

/// `enable_partition_pruning`.
pub(super) fn prunes(execution: &Execution) -> bool {
    let setting = execution.session.settings.get("enable_partition_pruning");
    !setting.is_some_and(|it| ["off", "false", "0", "no"].contains(&it.value.to_ascii_lowercase().as_str()))
}

/// A condition of some kind can leave partitions out (`prune_append_rel_partitions`).
fn has_condition(query: &QueryText) -> bool {
    let text = query.text.to_ascii_lowercase();
    query.reads.len() > 1 || text.split_whitespace().any(|word| matches!(word, "where" | "join" | "limit"))
}

fn read_whole_or_part(
    execution: &mut Execution,
    name: &QualifiedName,
    mode: LockMode,
    part: bool,
) -> Outcome<RelationId> {
    let id = execution.open_in_query(name, mode, "the statement reads the relation")?;
    expand_whole_or_part(execution, id, mode, part)?;
    row_security::read(execution, id, false)?;
    Ok(id)
}

/// Rewriting and planning a read of a relation: a view's own tables are locked in its place
/// (`AcquireRewriteLocks`), and every index is opened.
pub(super) fn expand(execution: &mut Execution, id: RelationId, mode: LockMode) -> Outcome {
    expand_whole_or_part(execution, id, mode, true)
}

fn expand_whole_or_part(execution: &mut Execution, id: RelationId, mode: LockMode, part: bool) -> Outcome {
    let Some(relation) = execution.schema.get(id) else { return Ok(()) };
    if relation.materialized().is_some_and(|it| !it.populated) {
        let message = format!("materialized view \"{}\" has not been populated", relation.name.name.as_str());
        let hint = "Use the REFRESH MATERIALIZED VIEW command.";
        return Err(PgError::new(sqlstate::OBJECT_NOT_IN_PREREQUISITE_STATE, message).hint(hint).into());
    }
    if relation.view().is_some() {
        runs_no_code(execution, id)?;
        for source in execution.schema.read_by_view(id) {
            execution.lock(source, mode, "the view reads it");
            expand(execution, source, mode)?;
        }
    }
    lock_indexes(execution, id, mode);
    let partitioned = execution.schema.get(id).and_then(|it| it.table()).is_some_and(|it| it.is_partitioned());
    // `expand_inherited_rtentry`: the tables below are read like the one that is named; of partitions those that
    // may have its rows.
    let certain = !(partitioned && part);
    for (below, _) in execution.schema.descendants(id) {
        execution.lock_for_rows(below, mode, "a query reads the tables that inherit as well", certain);
        lock_indexes_for_rows(execution, below, mode, certain);
    }
    Ok(())
}

/// A view that calls functions of the schema runs their code when it is read.
fn runs_no_code(execution: &Execution, view: RelationId) -> Outcome {
    let query = execution.schema.get(view).and_then(|it| it.view()).and_then(|it| it.query.as_ref());
    let own = query.map(|it| it.functions()).unwrap_or_default().into_iter().filter(|it| !extension::is_member(*it));
    let doubtful = own.map(ObjectId).find(|it| !only_computes(execution, *it));
    match doubtful.and_then(|it| execution.schema.object(it)) {
        Some(function) => unknown(format!("what the function {} does is not known", function.name())),
        None => Ok(()),
    }
}

/// A query that calls code which is not known is not run.
pub(super) fn refuse_unknown_code(execution: &Execution, query: &QueryText) -> Outcome {
    match query.functions.iter().find(|name| !only_reads(execution, name)) {
        Some(name) => unknown(format!("what the function {name} does is not known")),
        None => Ok(()),
    }
}

/// `get_relation_info`: the planner opens every index in the mode of its table.
pub(super) fn lock_indexes(execution: &mut Execution, table: RelationId, mode: LockMode) {
    lock_indexes_for_rows(execution, table, mode, true);
}

/// The same for a query that only rows make run.
pub(super) fn lock_indexes_for_rows(execution: &mut Execution, table: RelationId, mode: LockMode, certain: bool) {
    let it = execution.schema.get(table).and_then(|it| it.table());
    if it.is_some_and(|it| it.is_partitioned()) && !hierarchy::planning_opens_partitioned_indexes(execution.version) {
        return;
    }
    let indexes = it.map(|it| it.indexes.clone());
    for index in indexes.unwrap_or_default() {
        execution.lock_for_rows(index, mode, "planning opens every index of the table", certain);
    }
}

/// Functions that do nothing but compute, in spite of being volatile (`pg_proc.provolatile`).
const HARMLESS: [&str; 4] = ["clock_timestamp", "gen_random_uuid", "random", "timeofday"];

/// Written like calls, but of the grammar's own.
const GRAMMAR: [&str; 19] = [
    "coalesce",
    "nullif",
    "greatest",
    "least",
    "extract",
    "position",
    "substring",
    "trim",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "localtime",
    "localtimestamp",
    "session_user",
    "user",
];

fn in_catalog(name: &QualifiedName) -> bool {
    name.schema.as_ref().is_none_or(|schema| *schema == "pg_catalog")
}

/// One of the server's own functions: none of them changes a schema.
pub(super) fn is_own(name: &QualifiedName) -> bool {
    let rows = PgVersion::ALL.into_iter().any(|it| catalog::functions(name.name.as_str(), it).next().is_some());
    in_catalog(name) && (rows || [&GRAMMAR[..], &OWN_UNLISTED].iter().any(|it| it.contains(&name.name.as_str())))
}

/// Functions with side effects on sessions or sequences, which expressions of a schema never call.
const OWN_UNLISTED: [&str; 13] = [
    "pg_get_serial_sequence",
    "setval",
    "nextval",
    "currval",
    "lastval",
    "set_config",
    "pg_sleep",
    "pg_advisory_lock",
    "pg_advisory_unlock",
    "pg_advisory_xact_lock",
    "pg_try_advisory_lock",
    "pg_notify",
    "pg_backend_pid",
];

/// Extensions with functions that do something, whatever their volatility says.
const ACTING: [&str; 5] = ["dblink", "lo", "pg_surgery", "tablefunc", "xml2"];

/// Extensions whose volatile functions do nothing but make up values.
const INVENTING: [&str; 2] = ["pgcrypto", "uuid-ossp"];

/// Whether a call of a function of extensions only computes.
fn member_only_reads(execution: &Execution, name: &QualifiedName) -> bool {
    let reached = execution.reached(name.schema.as_ref());
    let mut rows = reached.functions(name.name.as_str()).peekable();
    let harmless = |row: &FunctionRow| {
        let extension = extension::member(row.function.oid).map_or("", |it| it.extension());
        !ACTING.contains(&extension)
            && (row.function.volatility != Volatility::Volatile || INVENTING.contains(&extension))
    };
    // Nothing of the schema goes by the same name.
    rows.peek().is_some() && rows.all(harmless) && routine::named(execution, name).is_ok_and(|made| made.is_empty())
}

/// A function of the schema whose body computes one value, and raises nothing.
fn only_computes(execution: &Execution, id: ObjectId) -> bool {
    let scope = TableScope { execution, table: None, alias: None };
    let body = execution.schema.routine(id).and_then(|it| it.computes.clone());
    body.is_some_and(|body| {
        let mut raises = Raises::new(&scope);
        raises.expression(&body).is_ok() && raises.states.is_empty() && raises.functions.is_empty()
    })
}

/// The same of the only one of that name: which of several is meant is for those who know the arguments.
fn made_only_computes(execution: &Execution, name: &QualifiedName) -> bool {
    let Ok(found) = routine::named(execution, name) else { return false };
    found.len() == 1 && found.into_iter().all(|it| only_computes(execution, it))
}

/// A function that an extension brings, if it is there, and that does nothing to a schema.
pub(super) fn is_harmless_member(name: &QualifiedName) -> bool {
    let all = extension::Installed::all(PgVersion::default());
    let mut rows = all.functions(name.name.as_str()).peekable();
    let acts =
        |row: &FunctionRow| extension::member(row.function.oid).is_none_or(|it| ACTING.contains(&it.extension()));
    rows.peek().is_some() && !rows.any(acts)
}

/// Whether a call only computes: one of the server's own functions that is not volatile.
pub(super) fn only_reads(execution: &Execution, name: &QualifiedName) -> bool {
    if member_only_reads(execution, name) || made_only_computes(execution, name) {
        return true;
    }
    let mut rows = catalog::functions(name.name.as_str(), PgVersion::default()).peekable();
    let stable = rows.peek().is_some() && rows.all(|row| row.function.volatility != Volatility::Volatile);
    in_catalog(name) && (stable || [&GRAMMAR[..], &HARMLESS].iter().any(|it| it.contains(&name.name.as_str())))
}
