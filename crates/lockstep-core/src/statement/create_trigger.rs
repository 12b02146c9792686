//! `CREATE TRIGGER`: `CreateTriggerFiringOn` of `trigger.c`.

use smol_str::SmolStr;
use triomphe::Arc;

use crate::effect::{PgError, RelationId};
use crate::expression::{self, Callable, Expression, Kind, Refusal, Scope, UserTypeInfo};
use crate::name::{Ident, QualifiedName};
use crate::pg::behavior;
use crate::pg::catalog::extension::Installed;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::pg::types::Type;
use crate::pg::version::PgVersion;
use crate::schema::dependency::{Dependency, Object};
use crate::schema::object::{ObjectBody, ObjectClass, ObjectId, ObjectKey};
use crate::schema::relation::{FIRST_SYSTEM_COLUMN, SYSTEM_COLUMNS};
use crate::schema::trigger::{FiringState, OLD_ROW, Trigger, TriggerTiming};
use crate::statement::Command;
use crate::statement::column::missing_column;
use crate::statement::execution::{Execution, Outcome, Stop, fail, plain, unknown};
use crate::statement::partition::triggers;
use crate::statement::routine::named;
use crate::statement::scope::TableScope;
use crate::syntax::expression::TypeName;
use crate::syntax::statement::CreateTrigger;

const REASON: &str = "a trigger fires for every writer: none may be under way";

impl Command for CreateTrigger {
    fn run(&self, execution: &mut Execution) -> Outcome {
        execution.writable("CREATE TRIGGER")?;
        if self.replace && self.constraint {
            return unsupported("CREATE OR REPLACE CONSTRAINT TRIGGER is not supported");
        }
        let table = execution.open(&self.table, LockMode::ShareRowExclusive, REASON)?;
        self.check_relation(execution, table)?;
        let from = match &self.from {
            Some(name) => {
                let reason = "the constraint trigger names the other table";
                Some(execution.open(name, LockMode::AccessShare, reason)?)
            }
            None => None,
        };
        self.check_events()?;
        let (old_table, new_table) = self.transition_tables(execution, table)?;
        let when = self.condition(execution, table)?;
        let function = trigger_function(execution, &self.function, "trigger")?;
        let key = ObjectKey::OnRelation(ObjectClass::Trigger, table, self.name.clone());
        let existing = execution.schema.find_object(&key);
        if let Some(why) = execution.schema.uncertain.about(&self.name, existing.map(|it| it.0)) {
            return unknown(why);
        }
        if let Some(id) = existing {
            let constraint = execution.schema.object(id).and_then(|it| it.trigger()).is_some_and(|it| it.constraint);
            let (name, relation) = (self.name.as_str(), execution.bare_name(table));
            if !self.replace {
                let message = format!("trigger \"{name}\" for relation \"{relation}\" already exists");
                return fail(sqlstate::DUPLICATE_OBJECT, message);
            }
            let part = execution.schema.object(id).and_then(|it| it.trigger()).is_some_and(|it| it.parent.is_some());
            if part {
                let what = match behavior::shows_parts_of_triggers(execution.version) {
                    true => "is an internal or a child trigger",
                    false => "is an internal trigger",
                };
                let message = format!("trigger \"{name}\" for relation \"{relation}\" {what}");
                return fail(sqlstate::DUPLICATE_OBJECT, message);
            }
            if constraint {
                let message = format!("trigger \"{name}\" for relation \"{relation}\" is a constraint trigger");
                return fail(sqlstate::DUPLICATE_OBJECT, message);
            }
        }
        let columns = self.update_columns(execution, table)?;
        let trigger = Trigger {
            constraint: self.constraint,
            timing: self.timing,
            events: self.events,
            columns: columns.clone(),
            from,
            deferrable: self.attributes.deferrable == Some(true) || self.attributes.initially_deferred == Some(true),
            initially_deferred: self.attributes.initially_deferred == Some(true),
            old_table,
            new_table,
            for_each_row: self.for_each_row,
            when: when.clone(),
            function,
            arguments: self.arguments.clone(),
            state: FiringState::Enabled,
            parent: None,
            internal: false,
        };
        let id = store(execution, key, existing, table, trigger);
        if self.for_each_row && execution.schema.relation(table).kind() == 'p' {
            triggers::create_on_partitions(execution, table, id, self.replace)?;
        }
        Ok(())
    }
}

fn unsupported<T>(message: &str) -> Outcome<T> {
    fail(sqlstate::FEATURE_NOT_SUPPORTED, message)
}

fn invalid<T>(message: &str) -> Outcome<T> {
    fail(sqlstate::INVALID_OBJECT_DEFINITION, message)
}

pub(super) fn store(
    execution: &mut Execution,
    key: ObjectKey,
    existing: Option<ObjectId>,
    table: RelationId,
    trigger: Trigger,
) -> ObjectId {
    let mut needs = vec![(Object::Relation(table), Dependency::Auto)];
    needs.push((Object::Other(trigger.function), Dependency::Normal));
    needs.extend(trigger.parent.map(|it| (Object::Other(it), Dependency::Internal)));
    needs.extend(trigger.from.map(|it| (Object::Relation(it), Dependency::Auto)));
    needs.extend(trigger.columns.iter().map(|it| (Object::Column(table, *it), Dependency::Normal)));
    if let Some(when) = &trigger.when {
        let columns = when.columns().into_iter().map(|it| it.checked_sub(OLD_ROW).unwrap_or(it));
        needs.extend(
            columns
                .filter(|it| (1..FIRST_SYSTEM_COLUMN).contains(it))
                .map(|it| (Object::Column(table, it), Dependency::Normal)),
        );
        let others = super::routine_body::needs_of(execution, when);
        needs.extend(others.into_iter().map(|it| (it, Dependency::Normal)));
    }
    let body = ObjectBody::Trigger(Box::new(trigger));
    let id = match existing {
        Some(id) => {
            if let Some(object) = execution.schema.object_mut(id) {
                object.body = body;
            }
            execution.schema.forget_needs(&Object::Other(id));
            id
        }
        None => execution.schema.add_object(key, body),
    };
    execution.schema.record_needs(&Object::Other(id), needs);
    id
}

/// `LookupFuncName` without arguments, and the type that it must return.
pub(super) fn trigger_function(execution: &Execution, name: &QualifiedName, returns: &str) -> Outcome<ObjectId> {
    if let Some(schema) = &name.schema {
        execution.namespace(schema)?;
    }
    let found = named(execution, name)?;
    let plain_call = |id: &ObjectId| execution.schema.routine(*id).is_some_and(|it| it.inputs().next().is_none());
    let of_extension = || {
        let mut members = super::routine::members(execution, name).filter(|row| row.arguments.is_empty());
        members.find(|row| row.result.row().is_some_and(|it| it.name == returns)).map(|row| ObjectId(row.function.oid))
    };
    let Some(id) = found.into_iter().find(plain_call) else {
        if let Some(id) = of_extension() {
            return Ok(id);
        }
        if crate::pg::catalog::functions(name.name.as_str(), execution.version).next().is_some()
            || name.name.as_str().ends_with("_trigger")
        {
            return unknown(format!("the server's own function {name} is not modelled as a trigger's"));
        }
        return fail(sqlstate::UNDEFINED_FUNCTION, format!("function {}() does not exist", plain(name)));
    };
    let result = execution.schema.routine(id).and_then(|it| it.result.row()).map(|it| it.name);
    match result == Some(returns) {
        true => Ok(id),
        false => {
            let name = plain(name);
            invalid(&format!("function {name} must return type {returns}"))
        }
    }
}

impl CreateTrigger {
    fn check_relation(&self, execution: &Execution, table: RelationId) -> Outcome {
        let relation = execution.schema.relation(table);
        let name = relation.name.name.as_str();
        let wrong = |words: &str, detail: &str| {
            let error = PgError::new(sqlstate::WRONG_OBJECT_TYPE, format!("\"{name}\" is {words}"));
            Err(Stop::Error(error.detail(detail)))
        };
        let instead = self.timing == TriggerTiming::InsteadOf;
        match relation.kind() {
            'r' | 'p' if instead => wrong("a table", "Tables cannot have INSTEAD OF triggers."),
            'p' if self.for_each_row && !self.transitions.is_empty() => {
                let message = format!("\"{name}\" is a partitioned table");
                let detail = "ROW triggers with transition tables are not supported on partitioned tables.";
                Err(Stop::Error(PgError::new(sqlstate::FEATURE_NOT_SUPPORTED, message).detail(detail)))
            }
            'r' if self.for_each_row && !self.transitions.is_empty() => {
                let table = relation.table();
                let words = match table {
                    Some(table) if table.is_partition() => "partitions",
                    Some(table) if !table.inherits.is_empty() => "inheritance children",
                    _ => return Ok(()),
                };
                let message = format!("ROW triggers with transition tables are not supported on {words}");
                fail(sqlstate::FEATURE_NOT_SUPPORTED, message)
            }
            'r' => Ok(()),
            'p' => Ok(()),
            'v' if !instead && self.for_each_row => {
                wrong("a view", "Views cannot have row-level BEFORE or AFTER triggers.")
            }
            'v' if self.events.truncate => wrong("a view", "Views cannot have TRUNCATE triggers."),
            'v' => Ok(()),
            'f' if instead => wrong("a foreign table", "Foreign tables cannot have INSTEAD OF triggers."),
            'f' if self.constraint => wrong("a foreign table", "Foreign tables cannot have constraint triggers."),
            'f' => Ok(()),
            _ => {
                let error =
                    PgError::new(sqlstate::WRONG_OBJECT_TYPE, format!("relation \"{name}\" cannot have triggers"));
                let kind = match relation.kind() {
                    'm' => "materialized views",
                    'S' => "sequences",
                    _ => "indexes",
                };
                Err(Stop::Error(error.detail(format!("This operation is not supported for {kind}."))))
            }
        }
    }

    fn check_events(&self) -> Outcome {
        if self.events.truncate && self.for_each_row {
            return unsupported("TRUNCATE FOR EACH ROW triggers are not supported");
        }
        if self.timing == TriggerTiming::InsteadOf {
            if !self.for_each_row {
                return unsupported("INSTEAD OF triggers must be FOR EACH ROW");
            }
            if self.when.is_some() {
                return unsupported("INSTEAD OF triggers cannot have WHEN conditions");
            }
            if !self.columns.is_empty() {
                return unsupported("INSTEAD OF triggers cannot have column lists");
            }
        }
        Ok(())
    }

    fn transition_tables(&self, execution: &Execution, table: RelationId) -> Outcome<(Option<Ident>, Option<Ident>)> {
        let (mut old, mut new) = (None, None);
        for it in &self.transitions {
            let relation = execution.schema.relation(table);
            if !it.table {
                let error = PgError::new(
                    sqlstate::FEATURE_NOT_SUPPORTED,
                    "ROW variable naming in the REFERENCING clause is not supported",
                );
                return Err(Stop::Error(error.hint("Use OLD TABLE or NEW TABLE for naming transition tables.")));
            }
            if relation.kind() == 'v' {
                let message = format!("\"{}\" is a view", relation.name.name.as_str());
                let error = PgError::new(sqlstate::WRONG_OBJECT_TYPE, message);
                return Err(Stop::Error(error.detail("Triggers on views cannot have transition tables.")));
            }
            if self.timing != TriggerTiming::After {
                return invalid("transition table name can only be specified for an AFTER trigger");
            }
            if self.events.truncate {
                return invalid("TRUNCATE triggers with transition tables are not supported");
            }
            if self.events.count() > 1 {
                return unsupported("transition tables cannot be specified for triggers with more than one event");
            }
            if !self.columns.is_empty() {
                return unsupported("transition tables cannot be specified for triggers with column lists");
            }
            let (slot, fits, message) = match it.new {
                true => (
                    &mut new,
                    self.events.insert || self.events.update,
                    "NEW TABLE can only be specified for an INSERT or UPDATE trigger",
                ),
                false => (
                    &mut old,
                    self.events.delete || self.events.update,
                    "OLD TABLE can only be specified for a DELETE or UPDATE trigger",
                ),
            };
            if !fits {
                return invalid(message);
            }
            if slot.is_some() {
                return invalid(match it.new {
                    true => "NEW TABLE cannot be specified multiple times",
                    false => "OLD TABLE cannot be specified multiple times",
                });
            }
            *slot = Some(it.name.clone());
        }
        match old.is_some() && old == new {
            true => invalid("OLD TABLE name and NEW TABLE name cannot be the same"),
            false => Ok((old, new)),
        }
    }

    fn condition(&self, execution: &Execution, table: RelationId) -> Outcome<Option<Arc<Expression>>> {
        let Some(when) = &self.when else { return Ok(None) };
        let scope = RowScope { outer: TableScope { execution, table: None, alias: None }, table };
        let made = expression::analyze_boolean(when, &scope, Kind::TriggerCondition)?;
        let used = made.columns();
        let (old, new): (Vec<u16>, Vec<u16>) = used.into_iter().partition(|it| *it >= OLD_ROW);
        if !(self.for_each_row || old.is_empty() && new.is_empty()) {
            return invalid("statement trigger's WHEN condition cannot reference column values");
        }
        if self.events.insert && !old.is_empty() {
            return invalid("INSERT trigger's WHEN condition cannot reference OLD values");
        }
        if self.events.delete && !new.is_empty() {
            return invalid("DELETE trigger's WHEN condition cannot reference NEW values");
        }
        let columns = execution.schema.relation(table).columns();
        let generated = |it: &u16| {
            let of = |number| columns.attribute(number).is_some_and(|column| column.generated.is_some());
            if *it == 0 { columns.live().any(|(number, _)| of(number)) } else { of(*it) }
        };
        if self.timing == TriggerTiming::Before && new.iter().any(|it| *it >= FIRST_SYSTEM_COLUMN) {
            return unsupported("BEFORE trigger's WHEN condition cannot reference NEW system columns");
        }
        if self.timing == TriggerTiming::Before && new.iter().any(generated) {
            return invalid("BEFORE trigger's WHEN condition cannot reference NEW generated columns");
        }
        Ok(Some(Arc::new(made)))
    }

    fn update_columns(&self, execution: &Execution, table: RelationId) -> Outcome<Vec<u16>> {
        let mut found = vec![];
        for name in &self.columns {
            let Some((number, _)) = execution.schema.relation(table).columns().find(name.as_str()) else {
                return Err(missing_column(name, &execution.bare_name(table)).into());
            };
            if found.contains(&number) {
                let message = format!("column \"{}\" specified more than once", name.as_str());
                return fail(sqlstate::DUPLICATE_COLUMN, message);
            }
            found.push(number);
        }
        Ok(found)
    }
}

/// `old` and `new`, the rows that the condition of a trigger sees.
struct RowScope<'a> {
    outer: TableScope<'a>,
    table: RelationId,
}

impl RowScope<'_> {
    fn system_column(&self, base: u16, name: &Ident) -> Result<(u16, Type), Refusal> {
        let made = SYSTEM_COLUMNS.iter().zip(FIRST_SYSTEM_COLUMN..).find(|((it, _), _)| name == *it);
        match made {
            Some(((_, type_), number)) => Ok((base + number, Type::builtin(*type_))),
            None => Err(Refusal::Unknown(format!("the system column {name} is not modelled"))),
        }
    }
}

impl Scope for RowScope<'_> {
    fn version(&self) -> PgVersion {
        self.outer.version()
    }

    fn column(&self, parts: &[Ident]) -> Result<(u16, Type), Refusal> {
        let [row, column] = parts else {
            return match parts {
                // The whole row, as `old.*` is.
                [row] if *row == "old" => Ok((OLD_ROW, Type::RECORD)),
                [row] if *row == "new" => Ok((0, Type::RECORD)),
                _ => Err(super::scope::missing(parts).into()),
            };
        };
        let base = match row.as_str() {
            "old" => OLD_ROW,
            "new" => 0,
            _ => return Err(super::scope::missing_table(row).into()),
        };
        let columns = self.outer.execution.schema.relation(self.table).columns();
        if *column == "*" {
            return Ok((base, Type::RECORD));
        }
        match columns.find(column.as_str()) {
            Some((number, column)) => Ok((base + number, column.type_)),
            None if super::column::check_name(column).is_err() => self.system_column(base, column),
            None => Err(super::scope::missing(parts).into()),
        }
    }

    fn resolve_type(&self, name: &TypeName) -> Result<Type, Refusal> {
        self.outer.resolve_type(name)
    }

    fn user_type(&self, id: u32) -> Option<UserTypeInfo> {
        self.outer.user_type(id)
    }

    fn extensions(&self) -> Installed {
        self.outer.extensions()
    }

    fn may_bring_operator(&self, symbol: &str) -> bool {
        self.outer.may_bring_operator(symbol)
    }

    fn user_type_name(&self, id: u32) -> SmolStr {
        self.outer.user_type_name(id)
    }

    fn relation(&self, name: &str) -> Result<u32, Refusal> {
        self.outer.relation(name)
    }

    fn functions(&self, name: &QualifiedName) -> Result<Option<Vec<Callable>>, Refusal> {
        self.outer.functions(name)
    }
}
