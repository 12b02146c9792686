//! Rules: `DefineRule` of `rewriteDefine.c`, `RenameRewriteRule`, `RemoveRewriteRuleById`.

mod action;

use crate::effect::{PgError, RelationId};
use crate::name::Ident;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::schema::dependency::Object;
use crate::schema::object::{ObjectBody, ObjectClass, ObjectId, ObjectKey};
use crate::schema::relation::{Body, TableKind};
use crate::schema::rule::{FiringState, Rule, RuleEvent};
use crate::statement::Command;
use crate::statement::deletion::delete;
use crate::statement::execution::{Execution, Outcome, fail, plain, unknown};
use crate::statement::table_part;
use crate::syntax::rule::{AlterRule, CreateRule, DropRule};

const REASON: &str = "no query may be rewritten while the rules of its table change";

fn key(table: RelationId, name: &Ident) -> ObjectKey {
    ObjectKey::OnRelation(ObjectClass::Rule, table, name.clone())
}

/// `get_rewrite_oid`.
fn find(execution: &Execution, table: RelationId, name: &Ident) -> Outcome<ObjectId> {
    match execution.schema.find_object(&key(table, name)) {
        Some(id) => Ok(id),
        None => {
            if let Some(why) = execution.schema.uncertain.about(name, None) {
                return unknown(why);
            }
            let table = execution.bare_name(table);
            let message = format!("rule \"{}\" for relation \"{table}\" does not exist", name.as_str());
            fail(sqlstate::UNDEFINED_OBJECT, message)
        }
    }
}

/// Tables and views have rules, and nothing else has.
fn can_have_rules(execution: &Execution, id: RelationId) -> bool {
    match &execution.schema.relation(id).body {
        Body::Table(table) => matches!(table.kind, TableKind::Ordinary | TableKind::Partitioned),
        Body::View(_) => true,
        _ => false,
    }
}

impl Command for CreateRule {
    fn run(&self, execution: &mut Execution) -> Outcome {
        execution.writable("CREATE RULE")?;
        let table = execution.open(&self.table, LockMode::AccessExclusive, REASON)?;
        let relation = execution.bare_name(table);
        if execution.schema.relation(table).materialized().is_some() {
            return fail(sqlstate::FEATURE_NOT_SUPPORTED, "rules on materialized views are not supported");
        }
        if !can_have_rules(execution, table) {
            return fail(sqlstate::WRONG_OBJECT_TYPE, format!("relation \"{relation}\" cannot have rules"));
        }
        let event = match self.event.as_str() {
            "insert" => RuleEvent::Insert,
            "update" => RuleEvent::Update,
            "delete" => RuleEvent::Delete,
            _ => return unknown("a rule ON SELECT is not modelled"),
        };
        let mut made = Rule {
            event,
            instead: self.instead,
            state: FiringState::Enabled,
            condition: None,
            actions: vec![],
            columns: vec![],
        };
        action::read(execution, table, self, &mut made)?;
        let needs = action::needs(table, &made);
        let existing = execution.schema.find_object(&key(table, &self.name));
        if existing.is_some() && !self.replace {
            let message = format!("rule \"{}\" for relation \"{relation}\" already exists", self.name.as_str());
            return fail(sqlstate::DUPLICATE_OBJECT, message);
        }
        let id = match existing {
            Some(id) => {
                if let Some(object) = execution.schema.object_mut(id) {
                    object.body = ObjectBody::Rule(made);
                }
                id
            }
            None => execution.schema.add_object(key(table, &self.name), ObjectBody::Rule(made)),
        };
        execution.schema.forget_needs(&Object::Other(id));
        execution.schema.record_needs(&Object::Other(id), needs);
        Ok(())
    }
}

impl Command for AlterRule {
    fn run(&self, execution: &mut Execution) -> Outcome {
        execution.writable("ALTER RULE")?;
        let table = execution.open(&self.table, LockMode::AccessExclusive, REASON)?;
        let relation = execution.bare_name(table);
        if !can_have_rules(execution, table) {
            return fail(sqlstate::WRONG_OBJECT_TYPE, format!("relation \"{relation}\" cannot have rules"));
        }
        if self.name == "_RETURN" && execution.schema.relation(table).view().is_some() {
            return fail(sqlstate::INVALID_OBJECT_DEFINITION, "renaming an ON SELECT rule is not allowed");
        }
        let id = find(execution, table, &self.name)?;
        if execution.schema.find_object(&key(table, &self.to)).is_some() {
            let message = format!("rule \"{}\" for relation \"{relation}\" already exists", self.to.as_str());
            return fail(sqlstate::DUPLICATE_OBJECT, message);
        }
        execution.schema.rename_object(id, key(table, &self.to));
        Ok(())
    }
}

impl Command for DropRule {
    fn run(&self, execution: &mut Execution) -> Outcome {
        execution.writable("DROP RULE")?;
        let Some(table) = table_part::owner(execution, &self.table, self.if_exists)? else { return Ok(()) };
        if self.name == "_RETURN" && execution.schema.relation(table).is_view() {
            let view = execution.schema.relation(table).name.to_string();
            let message = format!("cannot drop rule _RETURN on view {view} because view {view} requires it");
            let error = PgError::new(sqlstate::DEPENDENT_OBJECTS_STILL_EXIST, message);
            return Err(error.hint(format!("You can drop view {view} instead.")).into());
        }
        if self.if_exists && execution.schema.find_object(&key(table, &self.name)).is_none() {
            // The lock on the table is let go again.
            let relation = plain(&self.table);
            execution.notice(format!(
                "rule \"{}\" for relation \"{relation}\" does not exist, skipping",
                self.name.as_str()
            ));
            return Ok(());
        }
        execution.lock(table, LockMode::AccessExclusive, REASON);
        let id = find(execution, table, &self.name)?;
        delete(execution, &[Object::Other(id)], self.cascade)
    }
}

/// `ATExecEnableDisableRule`.
pub(super) fn set_state(execution: &mut Execution, table: RelationId, name: &Ident, state: FiringState) -> Outcome {
    let id = find(execution, table, name)?;
    if let Some(object) = execution.schema.object_mut(id)
        && let ObjectBody::Rule(rule) = &mut object.body
    {
        rule.state = state;
    }
    Ok(())
}

/// A statement on rows of a table whose rules would make it another one.
pub(super) fn refuse_rules(execution: &Execution, table: RelationId, event: RuleEvent) -> Outcome {
    let applies = execution
        .schema
        .rules(table)
        .any(|(_, rule)| rule.event == event && !matches!(rule.state, FiringState::Disabled | FiringState::Replica));
    match applies {
        true => unknown("what the rules of the table make of this statement is not modelled"),
        false => Ok(()),
    }
}
