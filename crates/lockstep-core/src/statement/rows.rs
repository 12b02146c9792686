//! `UPDATE` and `DELETE`: locks of the planner and of `ri_triggers.c`, names and types of the
//! assignments, and what is known of the rows afterwards.

use crate::effect::{DataChangeKind, PgError, RelationId, WorkKind};
use crate::expression::{self, Context, Expression, Kind, Scope};
use crate::name::Ident;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::pg::types::Type;
use crate::schema::relation::Rows;
use crate::schema::rule::RuleEvent;
use crate::statement::calls::{functions_only_read, functions_read_or_take};
use crate::statement::column::{base_type, domain_with_constraints, missing_column};
use crate::statement::execution::{Execution, Outcome, fail, unknown};
use crate::statement::firing::{self, Change, RowEvent};
use crate::statement::known_rows::{self, Verdict};
use crate::statement::partition;
use crate::statement::publication::check_replica_identity;
use crate::statement::query::{Purpose, row_security};
use crate::statement::referential::{self, Event};
use crate::statement::row_checks::{self, NewRows, Text};
use crate::statement::row_names::resolve_names;
use crate::statement::row_target::{refuse_view, writable};
use crate::statement::rule::refuse_rules;
use crate::statement::scope::{self, TableScope};
use crate::statement::select::{lock_indexes, read_relation};
use crate::statement::sequence_function;
use crate::syntax::expression::{Expr, Literal};
use crate::syntax::statement::RowStatement;

const REASON: &str = "rows of the table are written";

/// Opens the target and whatever else is read; `None` stands for sources without plain names.
fn open(statement: &RowStatement, execution: &mut Execution, command: &str) -> Outcome<RelationId> {
    let table = execution.open_in_query(&statement.table, LockMode::RowExclusive, REASON)?;
    let event = if command == "DELETE" { RuleEvent::Delete } else { RuleEvent::Update };
    refuse_rules(execution, table, event)?;
    refuse_view(execution, table)?;
    if execution.schema.relation(table).table().is_none() {
        let name = execution.bare_name(table);
        let kind = Execution::kind_words(execution.schema.relation(table));
        return fail(sqlstate::WRONG_OBJECT_TYPE, format!("cannot change {kind} \"{name}\""));
    }
    row_security::write(execution, table, &partition::targets::asks(statement), &partition::targets::rows(statement))?;
    writable(execution, command, table)?;
    partition::targets::open(statement, execution, table)?;
    lock_indexes(execution, table, LockMode::RowExclusive);
    for (name, _) in statement.from.iter().filter(|(name, _)| !name.name.as_str().is_empty()) {
        read_relation(execution, name, LockMode::AccessShare)?;
    }
    for name in &statement.reads {
        // The target may be read as well: then it is locked in both modes.
        read_relation(execution, name, LockMode::AccessShare)?;
    }
    if statement.opaque {
        return unknown("an assignment or clause of this statement is not modelled");
    }
    Ok(table)
}

/// Which rows a statement means, as far as its own table tells.
enum Meant {
    All,
    Those(Expression),
    /// Other tables have a say in it.
    Elsewhere,
}

impl Meant {
    fn is_own(&self) -> bool {
        !matches!(self, Meant::Elsewhere)
    }

    fn condition(&self) -> Option<&Expression> {
        match self {
            Meant::Those(condition) => Some(condition),
            Meant::All | Meant::Elsewhere => None,
        }
    }
}

/// A condition is analysed where only the target's columns can stand in it.
fn check_condition(statement: &RowStatement, execution: &Execution, table: RelationId) -> Outcome<Meant> {
    let Some(condition) = &statement.condition else {
        return Ok(if statement.from.is_empty() { Meant::All } else { Meant::Elsewhere });
    };
    resolve_names(statement, execution, table, condition)?;
    functions_only_read(execution, condition)?;
    if statement.from.is_empty() && !has_query(condition) {
        let scope = TableScope { execution, table: Some(table), alias: statement.alias.as_ref() };
        let made = expression::analyze_boolean(condition, &scope, Kind::Where)?;
        scope::check_enum_values(execution, condition, &made)?;
        return Ok(Meant::Those(made));
    }
    Ok(Meant::Elsewhere)
}

fn has_query(expression: &Expr) -> bool {
    let mut found = false;
    expression.visit(&mut |it| found |= matches!(it, Expr::Query(_)));
    found
}

pub(super) fn update(statement: &RowStatement, execution: &mut Execution) -> Outcome {
    let table = open(statement, execution, "UPDATE")?;
    let relation = execution.bare_name(table);
    // `transformUpdateStmt` reads WHERE before the assignments.
    let mut meant = check_condition(statement, execution, table)?;
    let mut assigned: Vec<(u16, &Expr)> = vec![];
    let mut typed: Vec<(u16, Option<Expression>)> = vec![];
    let mut taken = vec![];
    for (name, value) in &statement.assignments {
        let Some((number, column)) = execution.schema.table(table).column(name.as_str()) else {
            return Err(missing_column(name, &relation).into());
        };
        if assigned.iter().any(|(other, _)| *other == number) {
            let message = format!("multiple assignments to same column \"{}\"", name.as_str());
            return fail(sqlstate::SYNTAX_ERROR, message);
        }
        let to_default = is_default(value);
        if (column.generated.is_some() || column.identity == Some(true)) && !to_default {
            let message = format!("column \"{}\" can only be updated to DEFAULT", name.as_str());
            return fail(sqlstate::GENERATED_ALWAYS, message);
        }
        if !to_default {
            resolve_names(statement, execution, table, value)?;
            functions_read_or_take(execution, value)?;
            taken.extend(sequence_function::called(execution, value)?);
            match check_value(statement, execution, table, number, value)? {
                Some(made) => typed.push((number, Some(made))),
                None => meant = Meant::Elsewhere,
            }
        } else if column.identity.is_some() {
            taken.extend(known_rows::identity_sequence(execution, table, number));
            meant = Meant::Elsewhere;
        } else if column.generated.is_none() {
            typed.push((number, None));
        }
        assigned.push((number, value));
    }
    check_replica_identity(execution, table, 'u')?;
    let numbers: Vec<u16> = assigned.iter().map(|(number, _)| *number).collect();
    if execution.schema.table(table).rows == Rows::Empty {
        return firing::fire_for_statement(execution, table, RowEvent::Update, Some(&numbers));
    }
    let change = Change { event: RowEvent::Update, columns: Some(&numbers), rows: true, statement: true };
    let fired = firing::fire_some(execution, table, change)?;
    let certain = matches!(meant, Meant::All) && certainly_has_rows(execution, table);
    let new = Assignments { assigned, typed, taken };
    fired.around(execution, table, certain, |execution| write(statement, execution, table, &meant, new))
}

/// Policies may hide what is there.
fn certainly_has_rows(execution: &Execution, table: RelationId) -> bool {
    let table = execution.schema.table(table);
    table.rows.are_some() && !table.row_security
}

/// What `SET` says: as written, as analysed, and the sequences that it takes values from.
struct Assignments<'a> {
    assigned: Vec<(u16, &'a Expr)>,
    typed: Vec<(u16, Option<Expression>)>,
    taken: Vec<RelationId>,
}

fn write(
    statement: &RowStatement,
    execution: &mut Execution,
    table: RelationId,
    meant: &Meant,
    new: Assignments<'_>,
) -> Outcome {
    let Assignments { assigned, typed, taken } = new;
    let numbers: Vec<u16> = assigned.iter().map(|(number, _)| *number).collect();
    let known = match meant.is_own() {
        true => known_rows::update(execution, table, meant.condition(), &typed),
        false => None,
    };
    for sequence in taken {
        match &known {
            Some(_) => execution.lock_for_rows(sequence, LockMode::RowExclusive, known_rows::TAKEN, false),
            None => sequence_function::take(execution, sequence, None, false)?,
        }
    }
    if let Some(known) = known {
        return finish_known_update(statement, execution, table, known, &assigned);
    }
    execution.work(table, WorkKind::WriteRows, None, "rows are updated: each gets a new version");
    let null: Vec<u16> = assigned.iter().filter(|(_, it)| is_null(it)).map(|(number, _)| *number).collect();
    referential::look_up_referenced(execution, table, &numbers, &null, &[]);
    ask(statement, execution, table, &assigned);
    let rows = written_rows(statement, execution, table);
    referential::follow(execution, table, Event::Update(&numbers), rows.as_deref(), None)?;
    execution.schema.table_mut(table).known = None;
    for (number, value) in &assigned {
        execution.data_change(table, Some(*number), DataChangeKind::Overwritten);
        let sure = never_null(value);
        let all = covers_nulls(statement, execution, table, *number);
        if let Some(column) = execution.schema.table_mut(table).attribute_mut(*number) {
            column.filled = if sure { column.filled || all } else { false };
            column.has_null = false;
        }
    }
    Ok(())
}

/// The same where the rows are known: what is certain is said, the rest is asked.
fn finish_known_update(
    statement: &RowStatement,
    execution: &mut Execution,
    table: RelationId,
    known: known_rows::Updated,
    assigned: &[(u16, &Expr)],
) -> Outcome {
    let numbers: Vec<u16> = assigned.iter().map(|(number, _)| *number).collect();
    if known.affected.as_ref().is_none_or(|it| !it.is_empty()) {
        execution.work(table, WorkKind::WriteRows, None, "rows are updated: each gets a new version");
        for number in &numbers {
            execution.data_change(table, Some(*number), DataChangeKind::Overwritten);
        }
    }
    referential::look_up_by_rows(execution, table, &known.asked);
    let mut affected = known.affected;
    match known.verdict {
        Verdict::Fine => {}
        Verdict::Fails(error) => return Err(error.into()),
        Verdict::Open => {
            ask(statement, execution, table, assigned);
            if known.collides_later {
                execution.pending.certainly.insert(table);
            }
            // With a doubt before it, what follows from the rows is not certain either.
            affected = None;
        }
    }
    let rows = written_rows(statement, execution, table);
    execution.schema.table_mut(table).set_known_rows(known.rows, true);
    referential::follow(execution, table, Event::Update(&numbers), rows.as_deref(), affected)
}

/// The sources besides the target, as they stand in `FROM`; `None` where they are no plain names.
fn other_sources(statement: &RowStatement) -> Option<String> {
    let sources: Option<Vec<String>> = statement
        .from
        .iter()
        .map(|(source, alias)| {
            let alias = alias.as_ref().map(|alias| format!(" AS {alias}")).unwrap_or_default();
            match source.name.as_str().is_empty() {
                true => Some(format!(", {}", statement.sources.as_ref()?)),
                false => Some(format!(", {source}{alias}")),
            }
        })
        .collect();
    sources.map(|it| it.concat())
}

/// A query for the target's rows that the statement writes.
fn written_rows(statement: &RowStatement, execution: &Execution, table: RelationId) -> Option<String> {
    let sources = other_sources(statement)?;
    let name = execution.schema.relation(table).name.to_string();
    let alias = statement.alias.as_ref().map(|alias| format!(" AS {alias}")).unwrap_or_default();
    let own = statement.alias.as_ref().map_or_else(|| name.clone(), ToString::to_string);
    let condition = condition_text(statement);
    let condition = if condition.is_empty() { String::new() } else { format!(" WHERE {condition}") };
    Some(format!("SELECT {own}.* FROM {name}{alias}{sources}{condition}"))
}

/// Every null of the column is overwritten: no condition, or just `column IS NULL`.
fn covers_nulls(statement: &RowStatement, execution: &Execution, table: RelationId, number: u16) -> bool {
    if !statement.from.is_empty() {
        return false;
    }
    match &statement.condition {
        None => true,
        Some(Expr::IsNull { operand, negated: false }) => match &**operand {
            Expr::Column(parts) => {
                let name = execution.schema.table(table).column_name(number);
                parts.last() == Some(&name)
            }
            _ => false,
        },
        Some(_) => false,
    }
}

pub(super) fn is_default(value: &Expr) -> bool {
    matches!(value, Expr::Default)
}

pub(super) fn is_null(value: &Expr) -> bool {
    match value {
        Expr::Literal(Literal::Null) => true,
        Expr::Cast { operand, .. } => is_null(operand),
        _ => false,
    }
}

/// Certainly a value: a constant, or one that never yields null.
pub(super) fn never_null(value: &Expr) -> bool {
    match value {
        Expr::Literal(literal) => !matches!(literal, Literal::Null),
        Expr::TypedLiteral { .. } => true,
        Expr::Value { keyword, .. } => keyword.starts_with("current_") || keyword.starts_with("local"),
        Expr::Cast { operand, .. } => never_null(operand),
        Expr::Coalesce(items) => items.iter().any(never_null),
        Expr::IsNull { .. } | Expr::IsDistinct { .. } | Expr::IsTruth { .. } | Expr::Array(_) => true,
        Expr::Function(call) if sequence_function::is_nextval(&call.name) => true,
        Expr::Function(call) => {
            call.arguments.is_empty()
                && matches!(call.name.name.as_str(), "now" | "clock_timestamp" | "gen_random_uuid" | "random")
        }
        _ => false,
    }
}

fn check_value(
    statement: &RowStatement,
    execution: &Execution,
    table: RelationId,
    number: u16,
    value: &Expr,
) -> Outcome<Option<Expression>> {
    if !statement.from.is_empty() || has_query(value) {
        return Ok(None);
    }
    let scope = TableScope { execution, table: Some(table), alias: statement.alias.as_ref() };
    assignable(execution, &scope, table, number, value, Kind::Set).map(Some)
}

/// `transformAssignedExpr`: 42804 where the value does not fit the column.
pub(super) fn assignable(
    execution: &Execution,
    scope: &dyn Scope,
    table: RelationId,
    number: u16,
    value: &Expr,
    kind: Kind,
) -> Outcome<Expression> {
    let made = expression::analyze(value, scope, kind)?;
    let Some(column) = execution.schema.table(table).attribute(number) else { return Ok(made) };
    let from = *made.type_();
    let Some(made) = expression::coerce_to_target(made, &column.type_, Context::Assignment, scope)? else {
        let from = execution.schema.format_type(&Type { modifier: -1, ..from });
        let to = execution.schema.format_type(&Type { modifier: -1, ..column.type_ });
        let message = format!("column \"{}\" is of type {to} but expression is of type {from}", column.name.as_str());
        let hint = "You will need to rewrite or cast the expression.";
        return Err(PgError::new(sqlstate::DATATYPE_MISMATCH, message).hint(hint).into());
    };
    scope::check_enum_values(execution, value, &made)?;
    Ok(made)
}

/// The column's type without its length, or the type beneath a domain: what a value is before it is checked.
pub(super) fn unlimited(execution: &Execution, type_: &Type) -> String {
    execution.schema.format_type(&Type { modifier: -1, ..base_type(execution, type_) })
}

/// A constant that is certainly within the length of the column's type, or a type without one.
pub(super) fn fits(execution: &Execution, table: RelationId, number: u16, value: &Expr) -> bool {
    let Some(column) = execution.schema.table(table).attribute(number) else { return false };
    let modifier = column.type_.modifier;
    match (Type { modifier: -1, ..column.type_ }, value) {
        (_, value) if is_null(value) => !domain_with_constraints(execution, &column.type_.base),
        (_, value) if is_default(value) => true,
        (Type::VARCHAR | Type::BPCHAR, Expr::Literal(Literal::String(text))) => {
            modifier < 0 || text.chars().count() as i32 <= modifier - 4
        }
        _ => false,
    }
}

fn condition_text(statement: &RowStatement) -> String {
    statement.condition.as_ref().map(ToString::to_string).unwrap_or_default()
}

/// Asks what the constraints will make of the rows as they will be.
fn ask(statement: &RowStatement, execution: &mut Execution, table: RelationId, assigned: &[(u16, &Expr)]) {
    let numbers: Vec<u16> = assigned.iter().map(|(number, _)| *number).collect();
    let name = execution.schema.relation(table).name.to_string();
    let own = statement.alias.as_ref().map_or_else(|| name.clone(), ToString::to_string);
    let touched = execution.schema.table(table).indexes.iter().any(|id| {
        let index = execution.schema.index(*id);
        index.unique && index.columns().iter().any(|column| numbers.contains(column))
    });
    let Some(from) = other_sources(statement).filter(|sources| sources.is_empty() || !touched) else {
        ask_at_all(statement, execution, table, assigned);
        return;
    };
    let alias = || statement.alias.as_ref().map(|alias| format!(" AS {alias}")).unwrap_or_default();
    let condition = || condition_text(statement);
    let query = |execution: &Execution| {
        let columns = execution.schema.table(table).live();
        let columns = columns.map(|(number, column)| match assigned.iter().find(|(it, _)| *it == number) {
            Some((_, value)) if is_default(value) => match &column.default {
                Some(default) => {
                    format!("{} AS {}", execution.schema.print_expression(table, default), column.name)
                }
                None => format!("NULL::{} AS {}", execution.schema.format_type(&column.type_), column.name),
            },
            Some((_, value)) => {
                format!("({value})::{} AS {}", unlimited(execution, &column.type_), column.name)
            }
            None => format!("{own}.{}", column.name),
        });
        let columns = columns.collect::<Vec<_>>().join(", ");
        let which = Some(condition()).filter(|it| !it.is_empty()).map(|it| format!(" WHERE {it}")).unwrap_or_default();
        format!("(SELECT {columns} FROM {name}{}{from}{which})", alias())
    };
    let others = |execution: &Execution| {
        let all = execution.schema.table(table).live().map(|(_, column)| format!("{own}.{}", column.name));
        let all = all.collect::<Vec<_>>().join(", ");
        let rest = match condition().as_str() {
            "" => " WHERE false".to_owned(),
            condition => format!(" WHERE ({condition}) IS NOT TRUE"),
        };
        format!("SELECT {all} FROM {name}{}{rest}", alias())
    };
    let new = NewRows {
        query: Text::new(query),
        assigned: numbers,
        never_null: assigned.iter().filter(|(_, it)| never_null(it)).map(|(number, _)| *number).collect(),
        fits: assigned.iter().filter(|(number, it)| fits(execution, table, *number, it)).map(|(it, _)| *it).collect(),
        proved: vec![],
        others: Text::new(others),
    };
    row_checks::of_new_rows(execution, table, &new);
}

/// The same where no query tells the rows as they will be: what may refuse them.
fn ask_at_all(statement: &RowStatement, execution: &mut Execution, table: RelationId, assigned: &[(u16, &Expr)]) {
    let computed = partition::targets::below(statement, execution, table, Purpose::Run);
    if computed.is_err() || assigned.iter().any(|(_, value)| is_default(value)) {
        execution.doubt("whether the rows satisfy the table's constraints after a join is not known");
        return;
    }
    let names: Vec<Ident> = statement.assignments.iter().map(|(name, _)| name.clone()).collect();
    partition::spread::ask_others(execution, None, table, &names, &partition::targets::rows(statement));
}

pub(super) fn delete(statement: &RowStatement, execution: &mut Execution) -> Outcome {
    let table = open(statement, execution, "DELETE")?;
    let meant = check_condition(statement, execution, table)?;
    check_replica_identity(execution, table, 'd')?;
    if execution.schema.table(table).rows == Rows::Empty {
        return firing::fire_for_statement(execution, table, RowEvent::Delete, None);
    }
    let change = Change { event: RowEvent::Delete, columns: None, rows: true, statement: true };
    let fired = firing::fire_some(execution, table, change)?;
    let certain = matches!(meant, Meant::All) && certainly_has_rows(execution, table);
    fired.around(execution, table, certain, |execution| remove(statement, execution, table, &meant))
}

fn remove(statement: &RowStatement, execution: &mut Execution, table: RelationId, meant: &Meant) -> Outcome {
    let known = if meant.is_own() { known_rows::delete(execution, table, meant.condition()) } else { None };
    if let Some(known) = known {
        if let Verdict::Fails(error) = known.verdict {
            return Err(error.into());
        }
        if known.affected.is_empty() {
            return Ok(());
        }
        execution.work(table, WorkKind::WriteRows, None, "rows are deleted");
        execution.data_change(table, None, DataChangeKind::Deleted);
        let rows = written_rows(statement, execution, table);
        execution.schema.table_mut(table).set_known_rows(known.rows, true);
        return referential::follow(execution, table, Event::Delete, rows.as_deref(), Some(known.affected));
    }
    execution.work(table, WorkKind::WriteRows, None, "rows are deleted");
    let rows = written_rows(statement, execution, table);
    referential::follow(execution, table, Event::Delete, rows.as_deref(), None)?;
    execution.data_change(table, None, DataChangeKind::Deleted);
    let everything = statement.condition.is_none() && statement.from.is_empty();
    let columns = execution.schema.table_mut(table);
    columns.known = None;
    columns.rows = if everything { Rows::Empty } else { Rows::Unknown };
    columns.columns.note_nulls(|_, column| (column.filled, false));
    Ok(())
}
