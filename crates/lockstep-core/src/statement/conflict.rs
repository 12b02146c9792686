//! `ON CONFLICT`: `transformOnConflictClause`, and `infer_arbiter_indexes`, which looks for the unique index
//! that is meant.

use smol_str::SmolStr;

use crate::effect::{PgError, RelationId};
use crate::expression::{Kind, Refusal, Scope, UserTypeInfo};
use crate::name::Ident;
use crate::pg::catalog::extension::Installed;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::pg::types::Type;
use crate::pg::version::PgVersion;
use crate::schema::constraint::ConstraintKind;
use crate::statement::calls::functions_only_read;
use crate::statement::column::missing_column;
use crate::statement::execution::{Execution, Outcome, fail, unknown};
use crate::statement::partition::spread;
use crate::statement::referential;
use crate::statement::rows::{assignable, is_default, never_null};
use crate::statement::scope::TableScope;
use crate::syntax::expression::{Expr, TypeName};
use crate::syntax::statement::{Conflict, ConflictTarget, Insert, InsertSource};

pub(super) fn check(
    statement: &Insert,
    conflict: &Conflict,
    execution: &mut Execution,
    table: RelationId,
    targets: &[u16],
    named: bool,
) -> Outcome {
    let updates = statement.on_conflict_update == Some(true);
    if updates && conflict.target == ConflictTarget::None {
        let message = "ON CONFLICT DO UPDATE requires inference specification or constraint name";
        return fail(sqlstate::SYNTAX_ERROR, message);
    }
    if let ConflictTarget::Columns { columns, .. } = &conflict.target {
        for name in columns {
            if execution.schema.table(table).column(name.as_str()).is_none() {
                return Err(crate::statement::scope::missing(std::slice::from_ref(name)).into());
            }
        }
    }
    let assigned = assignments(statement, conflict, execution, table)?;
    if named {
        lock_arbiters(conflict, execution, table);
    }
    let arbiter = infer(conflict, execution, table, updates)?;
    if updates {
        ask(statement, conflict, execution, table, &assigned, arbiter, targets);
    }
    Ok(())
}

/// The target and, by the name `excluded`, the row that was to be inserted.
struct ConflictScope<'a> {
    table: TableScope<'a>,
}

impl Scope for ConflictScope<'_> {
    fn version(&self) -> PgVersion {
        self.table.version()
    }

    fn column(&self, parts: &[Ident]) -> Result<(u16, Type), Refusal> {
        match parts {
            [qualifier, column] if qualifier == "excluded" => self.table.column(std::slice::from_ref(column)),
            [column] => {
                self.table.column(parts)?;
                let message = format!("column reference \"{}\" is ambiguous", column.as_str());
                Err(PgError::new(sqlstate::AMBIGUOUS_COLUMN, message).into())
            }
            parts => self.table.column(parts),
        }
    }

    fn resolve_type(&self, name: &TypeName) -> Result<Type, Refusal> {
        self.table.resolve_type(name)
    }

    fn user_type(&self, id: u32) -> Option<UserTypeInfo> {
        self.table.user_type(id)
    }

    fn attributes(&self, id: u32) -> Option<Vec<(Ident, Type)>> {
        self.table.attributes(id)
    }

    fn extensions(&self) -> Installed {
        self.table.extensions()
    }

    fn may_bring_operator(&self, symbol: &str) -> bool {
        self.table.may_bring_operator(symbol)
    }

    fn user_type_name(&self, id: u32) -> SmolStr {
        self.table.user_type_name(id)
    }

    fn relation(&self, name: &str) -> Result<u32, Refusal> {
        self.table.relation(name)
    }

    fn time_zone(&self) -> Option<String> {
        self.table.time_zone()
    }
}

/// The columns that `DO UPDATE` assigns, and whether each gets just what was to be inserted.
fn assignments(
    statement: &Insert,
    conflict: &Conflict,
    execution: &Execution,
    table: RelationId,
) -> Outcome<Vec<(u16, bool)>> {
    let relation = execution.bare_name(table);
    let mut made: Vec<(u16, bool)> = vec![];
    let alias = statement.alias.as_ref();
    let scope = ConflictScope { table: TableScope { execution, table: Some(table), alias } };
    if let Some(condition) = &conflict.condition {
        functions_only_read(execution, condition)?;
        crate::expression::analyze_boolean(condition, &scope, Kind::Where)?;
    }
    for (name, value) in &conflict.assignments {
        let Some((number, column)) = execution.schema.table(table).column(name.as_str()) else {
            return Err(missing_column(name, &relation).into());
        };
        if made.iter().any(|(other, _)| *other == number) {
            let message = format!("multiple assignments to same column \"{}\"", name.as_str());
            return fail(sqlstate::SYNTAX_ERROR, message);
        }
        if (column.generated.is_some() || column.identity == Some(true)) && !is_default(value) {
            let message = format!("column \"{}\" can only be updated to DEFAULT", name.as_str());
            return fail(sqlstate::GENERATED_ALWAYS, message);
        }
        if !is_default(value) {
            functions_only_read(execution, value)?;
            assignable(execution, &scope, table, number, value, Kind::Set)?;
        }
        let same = matches!(value, Expr::Column(parts) if matches!(parts.as_slice(),
            [qualifier, column] if qualifier == "excluded" && column == name));
        made.push((number, same || (never_null(value) && only_not_null(execution, table, number))));
    }
    Ok(made)
}

/// Nothing but `NOT NULL` watches the column.
fn only_not_null(execution: &Execution, table: RelationId, number: u16) -> bool {
    let of_table = execution.schema.table(table);
    let watched = of_table.constraints.iter().any(|it| match &it.kind {
        ConstraintKind::Check { expression, .. } => expression.columns().contains(&number),
        ConstraintKind::ForeignKey(key) => key.columns.contains(&number),
        _ => false,
    });
    let limited = of_table.attribute(number).is_some_and(|column| column.type_.modifier >= 0);
    !watched && !limited
}

/// The same of a partitioned table, whose rows meet the indexes of its partitions.
pub(super) fn open_root(conflict: &Conflict, execution: &mut Execution, table: RelationId) -> Outcome {
    lock_arbiters(conflict, execution, table);
    match conflict.target {
        ConflictTarget::Constraint(_) => {
            unknown("which indexes of partitions the constraint stands for is not modelled")
        }
        _ => Ok(()),
    }
}

/// `infer_arbiter_indexes` opens the indexes of the table that the statement names, up to the wanted one.
fn lock_arbiters(conflict: &Conflict, execution: &mut Execution, table: RelationId) {
    let of_table = execution.schema.table(table);
    let wanted = match &conflict.target {
        ConflictTarget::None => return,
        ConflictTarget::Constraint(name) => match of_table.constraint(name.as_str()).and_then(|it| it.index()) {
            Some(wanted) => Some(wanted),
            None => return,
        },
        ConflictTarget::Columns { .. } | ConflictTarget::Other(_) => None,
    };
    for index in of_table.indexes.clone() {
        let reason = "the unique index that may refuse the rows is looked for";
        execution.lock(index, LockMode::RowExclusive, reason);
        if Some(index) == wanted {
            break;
        }
    }
}

/// `infer_arbiter_indexes`.
fn infer(
    conflict: &Conflict,
    execution: &mut Execution,
    table: RelationId,
    updates: bool,
) -> Outcome<Option<RelationId>> {
    let indexes = execution.schema.table(table).indexes.clone();
    match &conflict.target {
        ConflictTarget::None => {
            for id in indexes {
                doubt_late_arbiter(execution, id);
            }
            Ok(None)
        }
        ConflictTarget::Constraint(name) => {
            let constraint = execution.schema.table(table).constraint(name.as_str());
            let Some(constraint) = constraint else {
                let relation = execution.bare_name(table);
                let message = format!("constraint \"{}\" for table \"{relation}\" does not exist", name.as_str());
                return fail(sqlstate::UNDEFINED_OBJECT, message);
            };
            let Some(wanted) = constraint.index() else {
                let message = "constraint in ON CONFLICT clause has no associated index";
                return fail(sqlstate::WRONG_OBJECT_TYPE, message);
            };
            if updates && execution.schema.index(wanted).exclusion {
                let message = "ON CONFLICT DO UPDATE not supported with exclusion constraints";
                return fail(sqlstate::WRONG_OBJECT_TYPE, message);
            }
            doubt_late_arbiter(execution, wanted);
            Ok(Some(wanted))
        }
        ConflictTarget::Columns { columns, predicate } => {
            let mut wanted: Vec<u16> = vec![];
            for name in columns {
                wanted.extend(execution.schema.table(table).column(name.as_str()).map(|(number, _)| number));
            }
            wanted.sort_unstable();
            wanted.dedup();
            let mut found = None;
            let mut perhaps = false;
            for id in indexes {
                let index = execution.schema.index(id);
                let mut keys = index.key_columns().unwrap_or_default();
                keys.sort_unstable();
                if !index.unique || !index.valid || index.exclusion || keys != wanted || index.has_expressions() {
                    continue;
                }
                match (&index.predicate, predicate) {
                    (None, _) => found = found.or(Some(id)),
                    // Whether one condition implies the other is for `predicate_implied_by`.
                    (Some(_), Some(_)) => perhaps = true,
                    (Some(_), None) => {}
                }
            }
            match found {
                Some(id) => {
                    if !execution.schema.index(id).immediate {
                        let message = "ON CONFLICT does not support deferrable unique constraints/exclusion constraints as arbiters";
                        return fail(sqlstate::OBJECT_NOT_IN_PREREQUISITE_STATE, message);
                    }
                    Ok(Some(id))
                }
                None if perhaps => {
                    execution.doubt("whether the condition of ON CONFLICT names the partial index is not known");
                    Ok(None)
                }
                None => {
                    let message = "there is no unique or exclusion constraint matching the ON CONFLICT specification";
                    fail(sqlstate::INVALID_COLUMN_REFERENCE, message)
                }
            }
        }
        ConflictTarget::Other(_) => {
            execution.doubt("which index the expressions of ON CONFLICT mean is not known");
            Ok(None)
        }
    }
}

/// `ExecCheckIndexConstraints`: the first row that gets there fails on an index whose check may be deferred.
fn doubt_late_arbiter(execution: &mut Execution, index: RelationId) {
    let index = execution.schema.index(index);
    if (index.unique || index.exclusion) && index.ready && !index.immediate {
        execution.doubt("ON CONFLICT looks at a deferrable constraint, where any row that gets so far fails");
    }
}

/// What may refuse the updated rows, beyond what the rows to be inserted are asked anyway.
fn ask(
    statement: &Insert,
    conflict: &Conflict,
    execution: &mut Execution,
    table: RelationId,
    assigned: &[(u16, bool)],
    arbiter: Option<RelationId>,
    targets: &[u16],
) {
    let numbers: Vec<u16> = assigned.iter().map(|(number, _)| *number).collect();
    let of_table = execution.schema.table(table);
    let unique = of_table.indexes.iter().any(|id| {
        let index = execution.schema.index(*id);
        Some(*id) != arbiter && index.unique && index.columns().iter().any(|column| numbers.contains(column))
    });
    if unique || assigned.iter().any(|(number, checked)| !checked && is_watched(execution, table, *number)) {
        let plain = |value: &Expr| matches!(value, Expr::Literal(_) | Expr::Column(_));
        let names: Vec<Ident> = conflict.assignments.iter().map(|(name, _)| name.clone()).collect();
        match conflict.assignments.iter().all(|(_, value)| plain(value)) {
            true => spread::ask_others(execution, None, table, &names, &statement.rows()),
            false => execution.doubt("whether the updated rows satisfy the table's constraints is not known"),
        }
    }
    if !one_by_one(statement, execution, arbiter, targets) {
        execution.doubt("whether two of the rows meet the same row of the table is not known");
    }
    if !execution.schema.table(table).referenced_by.is_empty() {
        let keys = execution.schema.table(table).referenced_by.clone();
        let touched = keys.iter().any(|other| {
            let constraints = &execution.schema.table(*other).constraints;
            let mut keys = constraints.iter().filter_map(|it| it.foreign_key());
            keys.any(|key| key.references == table && key.referenced_columns.iter().any(|it| numbers.contains(it)))
        });
        if touched {
            execution.doubt("whether rows refer to the updated ones is not known");
        }
    }
    referential::look_up_referenced(execution, table, &numbers, &[], &[]);
}

fn is_watched(execution: &Execution, table: RelationId, number: u16) -> bool {
    let not_null = execution.schema.table(table).attribute(number).is_some_and(|column| column.not_null);
    not_null || !only_not_null(execution, table, number)
}

/// Certainly no two rows of the statement have the same key.
fn one_by_one(statement: &Insert, execution: &Execution, arbiter: Option<RelationId>, targets: &[u16]) -> bool {
    let rows = match &statement.source {
        InsertSource::DefaultValues => return true,
        InsertSource::Query(query) => return query.rows == Some(1),
        InsertSource::Values(rows) => rows,
    };
    if rows.len() < 2 {
        return true;
    }
    let keys = arbiter.and_then(|id| execution.schema.index(id).key_columns()).unwrap_or_default();
    let places: Vec<usize> = keys.iter().filter_map(|key| targets.iter().position(|target| target == key)).collect();
    // One key column whose constants are all written differently, and as plainly as the type prints them.
    places.iter().any(|place| {
        let texts: Option<Vec<String>> = rows
            .iter()
            .map(|row| match row.get(*place) {
                Some(Expr::Literal(literal)) => Some(format!("{literal:?}")),
                _ => None,
            })
            .collect();
        texts.is_some_and(|mut texts| {
            let count = texts.len();
            texts.sort_unstable();
            texts.dedup();
            texts.len() == count
        })
    })
}
