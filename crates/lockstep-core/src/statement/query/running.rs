//! Queries that are run: what they lock, and what they may end in.

use std::collections::BTreeMap;

use triomphe::Arc;

use crate::effect::RelationId;
use crate::expression::query::{FromNode, QueryTree, Source};
use crate::expression::{self, Context, Raises, Refusal, Restriction, raised_by, restrictions};
use crate::name::Ident;
use crate::pg::hierarchy;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate::SqlState;
use crate::pg::types::Type;
use crate::schema::object::ObjectId;
use crate::schema::trigger::PolicyCondition;
use crate::statement::execution::{Execution, Outcome, Stop, unknown};
use crate::statement::partition::constraint::read_bound;
use crate::statement::partition::prune::Entry;
use crate::statement::query::row_security::{self, Ask};
use crate::statement::query::{Analyzed, analyze_to_run};
use crate::statement::scope::TableScope;
use crate::statement::{routine, select};
use crate::syntax;
use crate::syntax::expression::QueryText;

/// Functions that take locks, or values of sequences: elsewhere, or not at all.
const ACTING: [&str; 15] = [
    "nextval",
    "currval",
    "lastval",
    "setval",
    "set_config",
    "pg_notify",
    "pg_sleep",
    "pg_get_viewdef",
    "pg_get_ruledef",
    "pg_advisory_lock",
    "pg_advisory_xact_lock",
    "pg_try_advisory_lock",
    "pg_try_advisory_xact_lock",
    "pg_advisory_unlock",
    "pg_sequence_last_value",
];

/// Views of the system that call such functions.
const ACTING_VIEWS: [&str; 5] = ["pg_views", "pg_matviews", "pg_rules", "pg_sequences", "views"];

/// What a query is analysed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::statement) enum Purpose {
    Run,
    /// `EXPLAIN`.
    Plan,
}

/// Runs a query; the reason, where it holds what is not analysed here.
pub(in crate::statement) fn run(
    text: &QueryText,
    purpose: Purpose,
    execution: &mut Execution,
) -> Result<Outcome, String> {
    const UNREAD: &str = "what a query computes is not modelled";
    let tree = syntax::parse_query(&text.text).filter(|_| !text.text.contains('$')).ok_or(UNREAD)?;
    let analyzed = match analyze_to_run(execution, &tree, &text.locks_rows) {
        Ok(made) => made,
        Err(Refusal::Error(error)) => return Ok(Err(error.into())),
        Err(Refusal::Unknown(why)) => return Err(why),
    };
    let fresh = !execution.uncommitted_enum_values.is_empty();
    let labels = |name: &&str| !analyzed.tree.calls(name).is_empty();
    if acts(&analyzed.tree, execution) || fresh && ["enum_first", "enum_last", "enum_range"].iter().any(labels) {
        return Err(UNREAD.to_owned());
    }
    Ok(finish(text, &analyzed, purpose, execution))
}

fn acts(tree: &QueryTree, execution: &Execution) -> bool {
    // What policies ask of other tables is printed, and these are locked for it.
    let policies =
        execution.schema.objects().any(|it| it.policy().is_some()) || !execution.schema.uncertain.is_certain();
    let acting = |name: &str| {
        ACTING_VIEWS.contains(&name)
            || policies && (name == "pg_policies" || name == "pg_policy" && !tree.calls("pg_get_expr").is_empty())
    };
    let views = |source: &Source| matches!(source, Source::System(name) if acting(name.as_str()));
    ACTING.iter().any(|name| !tree.calls(name).is_empty())
        || tree.levels().into_iter().flat_map(|it| &it.entries).any(|it| views(&it.source))
}

fn finish(text: &QueryText, analyzed: &Analyzed, purpose: Purpose, execution: &mut Execution) -> Outcome {
    let mut locked = vec![];
    for name in &text.locks_rows {
        locked.extend(execution.look_up(name)?);
    }
    let policies = row_security::of_query(execution, &analyzed.tree, &locked, None)?;
    let states = raised(analyzed, &policies.conditions, purpose, execution)?;
    lock(text, &analyzed.tree, &locked, execution)?;
    row_security::lock(execution, &policies.conditions)?;
    policies.refuse(execution)?;
    for state in states {
        execution.precondition(text.text.trim().to_owned(), "its rows", state);
    }
    Ok(())
}

/// What computing the query, and what policies ask in it, may raise.
fn raised(
    analyzed: &Analyzed,
    policies: &[PolicyCondition],
    purpose: Purpose,
    execution: &Execution,
) -> Outcome<Vec<SqlState>> {
    let scope = TableScope { execution, table: None, alias: None };
    let mut raises = match purpose {
        Purpose::Run => Raises::new(&scope),
        Purpose::Plan => Raises::while_planning(&scope),
    };
    raised_by(&analyzed.tree, &mut raises).map_err(Stop::Unknown)?;
    row_security::raised(policies, &mut raises)?;
    for view in views_read(&analyzed.tree, execution) {
        raised_by(&view, &mut raises).map_err(Stop::Unknown)?;
    }
    called(execution, &mut raises)?;
    Ok(raises.states)
}

/// Looks into the schema's functions that are called.
pub(in crate::statement) fn called(execution: &Execution, raises: &mut Raises) -> Outcome {
    let mut seen = vec![];
    while let Some(id) = raises.functions.pop() {
        if seen.contains(&id) {
            continue;
        }
        seen.push(id);
        let body = execution.schema.routine(ObjectId(id)).and_then(|it| it.computes.clone());
        match body {
            Some(body) => raises.expression(&body).map_err(Stop::Unknown)?,
            None => {
                let name = routine::name_of(execution, ObjectId(id));
                return unknown(format!("what the function {name} does is not known"));
            }
        }
    }
    Ok(())
}

/// The queries of the views that a query reads, which are computed with it.
fn views_read(tree: &QueryTree, execution: &Execution) -> Vec<Arc<QueryTree>> {
    let mut found: Vec<(RelationId, Arc<QueryTree>)> = vec![];
    let read_by = |tree: &QueryTree| -> Vec<RelationId> {
        let entries = tree.levels().into_iter().flat_map(|it| &it.entries);
        let relations = entries.filter_map(|it| match &it.source {
            Source::Relation { id, .. } => Some(RelationId(*id)),
            _ => None,
        });
        relations.collect()
    };
    let mut open = read_by(tree);
    while let Some(id) = open.pop() {
        let query = execution.schema.get(id).and_then(|it| it.view()).and_then(|it| it.query.clone());
        if let Some(query) = query.filter(|_| !found.iter().any(|(it, _)| *it == id)) {
            open.extend(read_by(&query));
            found.push((id, query));
        }
    }
    found.into_iter().map(|(_, query)| query).collect()
}

/// What stands below the target and is opened, or may be.
#[derive(Debug, Clone, Default)]
pub(in crate::statement) struct Below {
    pub(in crate::statement) tables: Vec<RelationId>,
    pub(in crate::statement) certain: bool,
}

impl Below {
    /// Rows of these may be written; planning opens their indexes.
    pub(in crate::statement) fn lock(&self, execution: &mut Execution, reason: &'static str) {
        for id in &self.tables {
            execution.lock_for_rows(*id, LockMode::RowExclusive, reason, self.certain);
            select::lock_indexes_for_rows(execution, *id, LockMode::RowExclusive, self.certain);
        }
    }
}

/// The table that an `UPDATE` or `DELETE` writes.
pub(in crate::statement) struct Target<'a> {
    pub(in crate::statement) table: RelationId,
    pub(in crate::statement) only: bool,
    pub(in crate::statement) asks: &'a [Ask],
    /// Columns that get the values of the query.
    pub(in crate::statement) assigned: &'a [Ident],
}

/// What an `UPDATE` or `DELETE` reads besides its target, which comes first in the text: a `SELECT` of the values
/// that it assigns. What is below the target, as far as it is opened, is returned; the rest is locked.
pub(in crate::statement) fn beside_target(
    text: &str,
    target: &Target<'_>,
    purpose: Purpose,
    execution: &mut Execution,
) -> Outcome<Below> {
    let Some(select) = syntax::parse_query(text) else { return unknown("the rows that are written are not known") };
    let locks = execution.record.locks.clone();
    let analyzed = analyze_to_run(execution, &select, &[]);
    execution.record.locks = locks;
    let analyzed = analyzed?;
    check_assigned(execution, &analyzed.tree, target)?;
    if acts(&analyzed.tree, execution) {
        return unknown("what the statement calls is not known");
    }
    let entries = analyzed.tree.levels().into_iter().flat_map(|it| &it.entries);
    let is_target = |source: &Source| matches!(source, Source::Relation { id, .. } if *id == target.table.0);
    // Of the target it is asked by itself, unless it is read as well.
    let alone = entries.filter(|it| is_target(&it.source)).count() == 1;
    let policies = row_security::of_query(execution, &analyzed.tree, &[], alone.then_some(target.table))?;
    if !policies.denied.is_empty() {
        return unknown(row_security::NOT_KNOWN);
    }
    for state in raised(&analyzed, &policies.conditions, purpose, execution)? {
        execution.precondition(text.to_owned(), "its rows", state);
    }
    row_security::lock(execution, &policies.conditions)?;
    let restricted = restricted(execution, &analyzed.tree, &[], Some((target.table, target.asks)))?;
    let mut below = None;
    for level in analyzed.tree.levels() {
        for entry in &level.entries {
            let Source::Relation { id, only: alone } = &entry.source else { continue };
            let id = RelationId(*id);
            let opened = match restricted.get(&entry.id) {
                Some(opened) => Some(opened.clone()),
                None if !is_partitioned(execution, id) => {
                    Some(execution.schema.descendants(id).into_iter().map(|(below, _)| below).collect())
                }
                None => None,
            };
            if below.is_none() && id == target.table {
                let certain = target.only || opened.is_some();
                let all = || execution.schema.descendants(id).into_iter().map(|(below, _)| below).collect();
                let tables = if target.only { vec![] } else { opened.unwrap_or_else(all) };
                below = Some(Below { tables, certain });
                continue;
            }
            execution.lock(id, LockMode::AccessShare, "the statement reads the relation");
            match opened {
                _ if *alone => select::lock_indexes(execution, id, LockMode::AccessShare),
                Some(opened) if execution.schema.relation(id).view().is_none() => {
                    lock_partitions(execution, id, &opened, LockMode::AccessShare);
                }
                _ => select::expand(execution, id, LockMode::AccessShare)?,
            }
        }
    }
    Ok(below.unwrap_or_default())
}

/// `transformAssignedExpr`: what a query of several tables assigns suits the columns.
fn check_assigned(execution: &Execution, tree: &QueryTree, target: &Target<'_>) -> Outcome {
    let scope = TableScope { execution, table: None, alias: None };
    if !target.assigned.is_empty() && tree.root.targets.len() != target.assigned.len() {
        return unknown("the values that are assigned are not known");
    }
    for (value, name) in tree.root.targets.iter().zip(target.assigned) {
        let Some((_, column)) = execution.schema.table(target.table).column(name.as_str()) else { continue };
        let (value, type_) = (value.value.clone(), column.type_);
        // A constant without a type of its own becomes one of the column's.
        if value.type_().is(Type::TEXT) {
            continue;
        }
        if expression::coerce_to_target(value, &type_, Context::Assignment, &scope)?.is_none() {
            let message = format!("column \"{}\" does not take the values that are assigned", name.as_str());
            return unknown(message);
        }
    }
    Ok(())
}

fn is_partitioned(execution: &Execution, id: RelationId) -> bool {
    execution.schema.get(id).and_then(|it| it.table()).is_some_and(|it| it.is_partitioned())
}

/// Planning locks what stands below the relations that are named, and every index.
fn lock(text: &QueryText, tree: &QueryTree, locked: &[RelationId], execution: &mut Execution) -> Outcome {
    let restricted = restricted(execution, tree, locked, None)?;
    let excludes = tree.levels().into_iter().any(|level| level.operations.is_some())
        || execution.session.settings.get("constraint_exclusion").is_some_and(|it| it.value == "on");
    for level in tree.levels() {
        for entry in &level.entries {
            if let Source::Relation { id, only } = &entry.source {
                let id = RelationId(*id);
                let mode = if locked.contains(&id) { LockMode::RowShare } else { LockMode::AccessShare };
                execution.lock(id, mode, "the statement reads the relation");
                if excludes {
                    read_bound(execution, id);
                }
                match restricted.get(&entry.id) {
                    _ if *only => select::lock_indexes(execution, id, mode),
                    Some(opened) => lock_partitions(execution, id, opened, mode),
                    None => select::expand_in_query(execution, text, id, mode)?,
                }
            }
        }
    }
    for arguments in tree.calls("pg_partition_tree") {
        match arguments.first().map(|it| (it.as_relation(), it.is_null_constant())) {
            Some((Some(id), _)) => {
                for below in in_tree(execution, RelationId(id)) {
                    execution.lock(below, LockMode::AccessShare, "the function looks for the tables below");
                }
            }
            Some((None, true)) => {}
            _ => return unknown("which tables the function pg_partition_tree locks is not known"),
        }
    }
    Ok(())
}

/// The partitions that are opened of the partitioned tables named, where that is known. Of the `target`, which comes
/// first, other policies are asked than of what is read.
fn restricted(
    execution: &Execution,
    tree: &QueryTree,
    locked: &[RelationId],
    mut target: Option<(RelationId, &[Ask])>,
) -> Outcome<BTreeMap<u16, Vec<RelationId>>> {
    let scope = TableScope { execution, table: None, alias: None };
    let outer = tree.levels().into_iter().any(|level| level.from.iter().any(FromNode::has_outer_join));
    if !select::prunes(execution) {
        return Ok(BTreeMap::new());
    }
    // A table on the outer side may not be needed at all: what tells is a unique index.
    let unclear = outer && hierarchy::planning_opens_partitioned_indexes(execution.version);
    let found = if unclear { BTreeMap::new() } else { restrictions(tree, &scope).of };
    let mut opened = BTreeMap::new();
    let mut secured = false;
    let entries: Vec<_> = tree.levels().into_iter().flat_map(|it| &it.entries).collect();
    let relations = entries.iter().filter(|it| matches!(it.source, Source::Relation { .. })).count();
    for entry in entries {
        let Source::Relation { id, only } = entry.source else { continue };
        let table = RelationId(id);
        let asks = match target {
            Some((id, asks)) if id == table => {
                target = None;
                asks
            }
            _ if locked.contains(&table) => &[Ask::Seen('w'), Ask::Seen('r')],
            _ => &[Ask::Seen('r')],
        };
        let asked = row_security::of_table(execution, table, asks)?;
        secured |= !asked.is_empty();
        if only || !is_partitioned(execution, table) {
            continue;
        }
        let entry = Entry { execution, tree, id: entry.id, table };
        let by_policies = asked.iter().map(|it| it.restriction(&entry));
        let kept = found.get(&entry.id).and_then(|it| {
            let all: Vec<Restriction> = it.iter().cloned().chain(by_policies).collect();
            entry.opened(&all)
        });
        match kept {
            Some(kept) => drop(opened.insert(entry.id, kept)),
            None if !asked.is_empty() => return unknown(row_security::NOT_KNOWN),
            None => {}
        }
    }
    // What policies say of one table may say something of others.
    if secured && relations > 1 && !opened.is_empty() {
        return unknown(row_security::NOT_KNOWN);
    }
    Ok(opened)
}

fn lock_partitions(execution: &mut Execution, table: RelationId, opened: &[RelationId], mode: LockMode) {
    select::lock_indexes(execution, table, mode);
    for below in opened {
        execution.lock(*below, mode, "a query reads the partitions that may have its rows");
        select::lock_indexes(execution, *below, mode);
    }
}

/// What `pg_partition_tree` finds below a table or index that takes part in partitioning.
fn in_tree(execution: &Execution, id: RelationId) -> Vec<RelationId> {
    let Some(relation) = execution.schema.get(id) else { return vec![] };
    match (relation.table(), relation.index()) {
        (Some(table), _) if table.is_partitioned() || table.is_partition() => {
            execution.schema.descendants(id).into_iter().map(|(below, _)| below).collect()
        }
        (_, Some(_)) => {
            let mut found = vec![];
            let mut open = vec![id];
            while let Some(current) = open.pop() {
                let below =
                    execution.schema.relations().filter(|it| it.index().is_some_and(|it| it.parent == Some(current)));
                let below: Vec<RelationId> = below.map(|it| it.id).collect();
                open.extend(&below);
                found.extend(below);
            }
            found
        }
        _ => vec![],
    }
}
