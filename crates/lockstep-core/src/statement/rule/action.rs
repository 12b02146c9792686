//! What a rule does: `transformRuleStmt` of `parse_utilcmd.c`, for commands that write one row after another.

use std::cell::RefCell;

use smol_str::SmolStr;
use triomphe::Arc;

use crate::effect::RelationId;
use crate::expression::{self, Context, Expression, Kind, Refusal, Scope, UserTypeInfo};
use crate::name::Ident;
use crate::pg::catalog::extension::Installed;
use crate::pg::lock_mode::LockMode;
use crate::pg::types::Type;
use crate::pg::version::PgVersion;
use crate::schema::dependency::{Dependency, Object};
use crate::schema::rule::{Rule, RuleAction, RuleColumn, RuleEvent};
use crate::statement::execution::{Execution, Outcome, unknown};
use crate::statement::scope::TableScope;
use crate::syntax;
use crate::syntax::expression::{Expr, TypeName};
use crate::syntax::rule::CreateRule;
use crate::syntax::statement::{Insert, InsertSource, RowStatement, Statement};

const NOT_MODELLED: &str = "what this rule does is not modelled";

/// `OLD`, `NEW` and the columns of the table that is written.
struct RuleScope<'a> {
    execution: &'a Execution,
    table: RelationId,
    target: Option<RelationId>,
    event: RuleEvent,
    columns: RefCell<Vec<RuleColumn>>,
}

impl Scope for RuleScope<'_> {
    fn version(&self) -> PgVersion {
        self.execution.version
    }

    fn column(&self, parts: &[Ident]) -> Result<(u16, Type), Refusal> {
        let refuse = || Refusal::Unknown("what this rule names is not modelled".to_owned());
        let schema = &self.execution.schema;
        let find = |id: RelationId, name: &Ident| {
            schema.relation(id).columns().find(name.as_str()).map(|(number, column)| (number, column.type_))
        };
        let (column, type_) = match (parts, self.target) {
            ([row, name], _) if *row == "new" && self.event != RuleEvent::Delete => {
                let (number, type_) = find(self.table, name).ok_or_else(refuse)?;
                (RuleColumn::New(number), type_)
            }
            ([row, name], _) if *row == "old" && self.event != RuleEvent::Insert => {
                let (number, type_) = find(self.table, name).ok_or_else(refuse)?;
                (RuleColumn::Old(number), type_)
            }
            ([name], Some(target)) => {
                let (number, type_) = find(target, name).ok_or_else(refuse)?;
                (RuleColumn::Of(target, number), type_)
            }
            ([table, name], Some(target)) if schema.relation(target).name.name == *table => {
                let (number, type_) = find(target, name).ok_or_else(refuse)?;
                (RuleColumn::Of(target, number), type_)
            }
            _ => return Err(refuse()),
        };
        let mut columns = self.columns.borrow_mut();
        let place = columns.iter().position(|it| *it == column).unwrap_or_else(|| {
            columns.push(column);
            columns.len() - 1
        });
        Ok((u16::try_from(place).map_err(|_| refuse())?, type_))
    }

    fn resolve_type(&self, name: &TypeName) -> Result<Type, Refusal> {
        self.plain().resolve_type(name)
    }

    fn user_type(&self, id: u32) -> Option<UserTypeInfo> {
        self.plain().user_type(id)
    }

    fn extensions(&self) -> Installed {
        self.plain().extensions()
    }

    fn may_bring_operator(&self, symbol: &str) -> bool {
        self.plain().may_bring_operator(symbol)
    }

    fn user_type_name(&self, id: u32) -> SmolStr {
        self.plain().user_type_name(id)
    }

    fn relation(&self, name: &str) -> Result<u32, Refusal> {
        self.plain().relation(name)
    }
}

impl RuleScope<'_> {
    fn plain(&self) -> TableScope<'_> {
        TableScope { execution: self.execution, table: None, alias: None }
    }

    fn truth(&self, condition: Option<&Expr>) -> Outcome<Option<Arc<Expression>>> {
        match condition {
            Some(condition) => Ok(Some(Arc::new(expression::analyze_boolean(condition, self, Kind::Where)?))),
            None => Ok(None),
        }
    }

    /// A value as the column takes it (`transformAssignedExpr`).
    fn value(&self, table: RelationId, name: &Ident, value: &Expr) -> Outcome<(u16, Arc<Expression>)> {
        let Some((number, column)) = self.execution.schema.relation(table).columns().find(name.as_str()) else {
            return unknown("a column that a rule names is not known");
        };
        let made = expression::analyze(value, self, Kind::Value)?;
        match expression::coerce_to_target(made, &column.type_, Context::Assignment, self)? {
            Some(made) => Ok((number, Arc::new(made))),
            None => unknown("a value of a rule that does not fit its column is not modelled"),
        }
    }
}

/// Reads condition and commands into the rule.
pub(super) fn read(execution: &mut Execution, table: RelationId, statement: &CreateRule, rule: &mut Rule) -> Outcome {
    if let Some(condition) = &statement.condition {
        let columns = RefCell::new(std::mem::take(&mut rule.columns));
        let scope = RuleScope { execution, table, target: None, event: rule.event, columns };
        rule.condition = scope.truth(Some(condition))?;
        rule.columns = scope.columns.into_inner();
    }
    for text in &statement.actions {
        let Ok(command) = syntax::parse(text) else { return unknown(NOT_MODELLED) };
        let name = match &command {
            Statement::Insert(it) => &it.table,
            Statement::Update(it) | Statement::Delete(it) => &it.table,
            _ => return unknown(NOT_MODELLED),
        };
        let target =
            execution.open_in_query(name, LockMode::RowExclusive, "the rule's command writes to this table")?;
        let columns = RefCell::new(std::mem::take(&mut rule.columns));
        // The values of an `INSERT` see no column of its table.
        let seen = (!matches!(command, Statement::Insert(_))).then_some(target);
        let scope = RuleScope { execution, table, target: seen, event: rule.event, columns };
        let action = match &command {
            Statement::Insert(it) => insert(&scope, target, it)?,
            Statement::Update(it) => update(&scope, target, it)?,
            Statement::Delete(it) => {
                plain(it)?;
                RuleAction::Delete { table: target, only: it.only, condition: scope.truth(it.condition.as_ref())? }
            }
            _ => return unknown(NOT_MODELLED),
        };
        rule.columns = scope.columns.into_inner();
        rule.actions.push(action);
    }
    Ok(())
}

/// One row of `VALUES`: nothing else of an `INSERT` is read.
fn insert(scope: &RuleScope<'_>, target: RelationId, statement: &Insert) -> Outcome<RuleAction> {
    let InsertSource::Values(rows) = &statement.source else { return unknown(NOT_MODELLED) };
    let [row] = rows.as_slice() else { return unknown(NOT_MODELLED) };
    if statement.opaque || statement.on_conflict_update.is_some() || statement.returning || statement.alias.is_some() {
        return unknown(NOT_MODELLED);
    }
    let columns = scope.execution.schema.relation(target).columns();
    let names: Vec<Ident> = match statement.columns.is_empty() {
        true => columns.live().map(|(_, column)| column.name.clone()).take(row.len()).collect(),
        false => statement.columns.clone(),
    };
    if names.len() != row.len() || row.iter().any(|it| matches!(it, Expr::Default)) {
        return unknown(NOT_MODELLED);
    }
    let values = names.iter().zip(row).map(|(name, value)| scope.value(target, name, value)).collect::<Outcome<_>>()?;
    Ok(RuleAction::Insert { table: target, values })
}

fn plain(statement: &RowStatement) -> Outcome {
    let more = statement.opaque || statement.returning || statement.alias.is_some() || !statement.from.is_empty();
    if more || !statement.reads.is_empty() { unknown(NOT_MODELLED) } else { Ok(()) }
}

fn update(scope: &RuleScope<'_>, target: RelationId, statement: &RowStatement) -> Outcome<RuleAction> {
    plain(statement)?;
    let values = statement
        .assignments
        .iter()
        .map(|(name, value)| match value {
            Expr::Default => unknown(NOT_MODELLED),
            value => scope.value(target, name, value),
        })
        .collect::<Outcome<_>>()?;
    let condition = scope.truth(statement.condition.as_ref())?;
    Ok(RuleAction::Update { table: target, only: statement.only, values, condition })
}

/// `InsertRule`: the columns and types that the expressions name, and the tables that are written.
pub(super) fn needs(table: RelationId, rule: &Rule) -> Vec<(Object, Dependency)> {
    let mut found = vec![(Object::Relation(table), Dependency::Auto)];
    let mut add = |object: Object| {
        if !found.iter().any(|(it, _)| *it == object) {
            found.push((object, Dependency::Normal));
        }
    };
    for column in &rule.columns {
        add(match column {
            RuleColumn::Old(number) | RuleColumn::New(number) => Object::Column(table, *number),
            RuleColumn::Of(id, number) => Object::Column(*id, *number),
        });
    }
    let mut expressions: Vec<&Expression> = rule.condition.iter().map(|it| &**it).collect();
    for action in &rule.actions {
        let (id, values, condition) = match action {
            RuleAction::Insert { table, values } => (table, values.as_slice(), &None),
            RuleAction::Update { table, values, condition, .. } => (table, values.as_slice(), condition),
            RuleAction::Delete { table, condition, .. } => (table, &[][..], condition),
        };
        // The targets of an `INSERT` or `UPDATE` are columns of the table.
        values.iter().for_each(|(number, _)| add(Object::Column(*id, *number)));
        if values.is_empty() {
            add(Object::Relation(*id));
        }
        expressions.extend(values.iter().map(|(_, value)| &**value).chain(condition.as_deref()));
    }
    for expression in expressions {
        expression.user_types().into_iter().for_each(|it| add(Object::of_type(it)));
    }
    found
}
