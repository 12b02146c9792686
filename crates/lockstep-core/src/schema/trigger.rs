//! Triggers, event triggers and policies: what `pg_trigger`, `pg_event_trigger` and `pg_policy` hold.

use smol_str::SmolStr;
use triomphe::Arc;

use crate::effect::{ObjectName, RelationId};
use crate::expression::query::QueryTree;
use crate::expression::{Expression, Names};
use crate::name::{Ident, quote_identifier};
use crate::schema::Schema;
use crate::schema::form::Form;
use crate::schema::object::{CatalogObject, ObjectBody, ObjectClass, ObjectId, ObjectKey};
pub use crate::syntax::statement::{FiringState, TriggerEvents, TriggerTiming};

#[derive(Debug, Clone, PartialEq)]
pub struct Trigger {
    pub constraint: bool,
    pub timing: TriggerTiming,
    pub events: TriggerEvents,
    /// `UPDATE OF`: attribute numbers.
    pub columns: Vec<u16>,
    pub from: Option<RelationId>,
    pub deferrable: bool,
    pub initially_deferred: bool,
    pub old_table: Option<Ident>,
    pub new_table: Option<Ident>,
    pub for_each_row: bool,
    /// Columns of the old row are counted from [`OLD_ROW`] on; number 0 is the whole row.
    pub when: Option<Arc<Expression>>,
    pub function: ObjectId,
    pub arguments: Vec<String>,
    pub state: FiringState,
    /// `tgparentid`: the trigger of the partitioned table that it is a part of.
    pub parent: Option<ObjectId>,
    /// `tgisinternal`.
    pub internal: bool,
}

/// Where the columns of `OLD` begin: no table has so many.
pub const OLD_ROW: u16 = 10_000;

#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    pub permissive: bool,
    /// `polcmd`: `*`, `r`, `a`, `w` or `d`.
    pub command: char,
    pub roles: Vec<Ident>,
    pub using: Option<PolicyCondition>,
    pub check: Option<PolicyCondition>,
}

/// What a policy asks of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum PolicyCondition {
    Plain(Arc<Expression>),
    /// With queries in it: the condition of a query of the table alone.
    Query(Arc<QueryTree>),
}

#[derive(Debug, Clone, PartialEq)]
pub struct EventTrigger {
    pub event: Ident,
    pub tags: Vec<String>,
    pub function: ObjectId,
    pub state: FiringState,
}

/// `tgenabled`, `evtenabled`.
pub fn state_letter(state: FiringState) -> &'static str {
    match state {
        FiringState::Enabled => "O",
        FiringState::Disabled => "D",
        FiringState::Replica => "R",
        FiringState::Always => "A",
    }
}

impl CatalogObject {
    pub fn trigger(&self) -> Option<&Trigger> {
        match &self.body {
            ObjectBody::Trigger(trigger) => Some(trigger),
            _ => None,
        }
    }

    pub fn policy(&self) -> Option<&Policy> {
        match &self.body {
            ObjectBody::Policy(policy) => Some(policy),
            _ => None,
        }
    }

    pub fn event_trigger(&self) -> Option<&EventTrigger> {
        match &self.body {
            ObjectBody::EventTrigger(trigger) => Some(trigger),
            _ => None,
        }
    }
}

/// The names that the condition of a trigger needs to be printed.
struct RowNames<'a> {
    schema: &'a Schema,
    relation: RelationId,
}

impl Names for RowNames<'_> {
    fn column(&self, attribute: u16) -> String {
        let (row, number) = match attribute.checked_sub(OLD_ROW) {
            Some(number) => ("old", number),
            None => ("new", attribute),
        };
        let columns = self.schema.get(self.relation).map(|it| it.columns());
        match (columns, number) {
            (_, 0) => format!("{row}.*"),
            (Some(columns), number) => format!("{row}.{}", columns.column_name(number)),
            (None, _) => format!("{row}.\"?column?\""),
        }
    }

    fn user_type(&self, id: u32) -> SmolStr {
        self.schema.type_name(id)
    }

    fn relation(&self, id: u32) -> String {
        self.schema.get(RelationId(id)).map_or_else(|| "???".to_owned(), |it| it.name.to_string())
    }

    fn function(&self, id: u32) -> String {
        self.schema.function_name(ObjectId(id))
    }
}

/// `generate_qualified_relation_name`.
fn qualified(name: &ObjectName) -> String {
    format!("{}.{}", name.schema, name.name)
}

impl Schema {
    /// Whether any table has a trigger of that name.
    pub fn has_trigger_named(&self, name: &Ident) -> bool {
        let on = |relation: &Arc<crate::schema::relation::Relation>| {
            self.objects_on(ObjectClass::Trigger, relation.id).any(|it| it.name() == name)
        };
        self.relations().any(on)
    }

    /// `generate_function_name`: with its schema where the search path does not show it.
    pub fn function_name(&self, id: ObjectId) -> String {
        match self.object(id).map(|it| &it.key) {
            Some(ObjectKey::InSchema(_, name, _)) => name.to_string(),
            _ => self.member_name(id.0),
        }
    }

    /// `pg_get_triggerdef`.
    pub fn trigger_definition(&self, object: &CatalogObject) -> Option<String> {
        let ObjectKey::OnRelation(_, relation, name) = &object.key else { return None };
        let trigger = object.trigger()?;
        let columns = self.get(*relation)?.columns();
        let of: Vec<String> = trigger.columns.iter().map(|it| columns.column_name(*it).to_string()).collect();
        let of = if of.is_empty() { String::new() } else { format!(" OF {}", of.join(", ")) };
        let constraint = if trigger.constraint { "CONSTRAINT " } else { "" };
        let mut text = format!(
            "CREATE {constraint}TRIGGER {name} {} {} ON {} ",
            trigger.timing.words(),
            trigger.events.words(&of),
            qualified(&self.get(*relation)?.name),
        );
        if trigger.constraint {
            if let Some(from) = trigger.from.and_then(|it| self.get(it)) {
                text.push_str(&format!("FROM {} ", from.name));
            }
            text.push_str(if trigger.deferrable { "" } else { "NOT " });
            text.push_str("DEFERRABLE INITIALLY ");
            text.push_str(if trigger.initially_deferred { "DEFERRED " } else { "IMMEDIATE " });
        }
        if trigger.old_table.is_some() || trigger.new_table.is_some() {
            text.push_str("REFERENCING ");
            for (word, table) in [("OLD", &trigger.old_table), ("NEW", &trigger.new_table)] {
                table.iter().for_each(|it| text.push_str(&format!("{word} TABLE AS {it} ")));
            }
        }
        text.push_str(if trigger.for_each_row { "FOR EACH ROW " } else { "FOR EACH STATEMENT " });
        if let Some(when) = &trigger.when {
            let when = when.deparse(&RowNames { schema: self, relation: *relation });
            text.push_str(&format!("WHEN ({when}) "));
        }
        let arguments: Vec<String> =
            trigger.arguments.iter().map(|it| format!("'{}'", it.replace('\'', "''"))).collect();
        let function = self.function_name(trigger.function);
        text.push_str(&format!("EXECUTE FUNCTION {function}({})", arguments.join(", ")));
        Some(text)
    }

    /// The triggers of a relation in the normal form.
    pub(super) fn triggers_form(&self, relation: RelationId) -> Form {
        let forms = self.objects_on(ObjectClass::Trigger, relation).filter_map(|object| {
            let trigger = object.trigger().filter(|it| !it.internal)?;
            let parent = match trigger.parent.and_then(|it| self.object(it)).map(|it| &it.key) {
                Some(ObjectKey::OnRelation(_, above, _)) => self.get(*above).map(|it| it.name.to_string()),
                _ => None,
            };
            let enabled = (trigger.state != FiringState::Enabled).then(|| state_letter(trigger.state));
            let mut form = Form::default();
            form.always("def", self.trigger_definition(object))
                .put("enabled", enabled)
                .put("parent", parent)
                .put("comment", object.comment.clone());
            Some((object.name().bare(), form))
        });
        forms.collect()
    }

    /// The policies of a relation in the normal form.
    pub(super) fn policies_form(&self, relation: RelationId) -> Form {
        let forms = self.objects_on(ObjectClass::Policy, relation).filter_map(|object| {
            let policy = object.policy()?;
            let roles: Vec<String> = match policy.roles.as_slice() {
                [] => vec!["public".to_owned()],
                roles => roles.iter().map(|it| it.as_str().to_owned()).collect(),
            };
            let print = |it: &Option<PolicyCondition>| self.print_condition(relation, it.as_ref()?);
            let mut form = Form::default();
            form.put("cmd", policy.command)
                .always("permissive", policy.permissive)
                .put("roles", roles)
                .put("using", print(&policy.using))
                .put("check", print(&policy.check));
            Some((object.name().bare(), form))
        });
        forms.collect()
    }

    /// The statement that makes the policy as it is.
    pub fn create_policy(&self, object: &CatalogObject) -> Option<String> {
        let ObjectKey::OnRelation(_, relation, name) = &object.key else { return None };
        let policy = object.policy()?;
        let mut text = format!("CREATE POLICY {name} ON {}", self.get(*relation)?.name);
        if !policy.permissive {
            text.push_str(" AS RESTRICTIVE");
        }
        text.push_str(match policy.command {
            'r' => " FOR SELECT",
            'a' => " FOR INSERT",
            'w' => " FOR UPDATE",
            'd' => " FOR DELETE",
            _ => "",
        });
        if !policy.roles.is_empty() {
            let roles: Vec<String> = policy.roles.iter().map(|it| quote_identifier(it.as_str())).collect();
            text.push_str(&format!(" TO {}", roles.join(", ")));
        }
        if let Some(using) = &policy.using {
            text.push_str(&format!(" USING ({})", self.print_condition(*relation, using)?));
        }
        if let Some(check) = &policy.check {
            text.push_str(&format!(" WITH CHECK ({})", self.print_condition(*relation, check)?));
        }
        Some(text)
    }

    /// The statements that make the event trigger as it is.
    pub fn create_event_trigger(&self, object: &CatalogObject) -> Option<String> {
        let trigger = object.event_trigger()?;
        let tags: Vec<String> = trigger.tags.iter().map(|it| crate::name::quote_literal(it)).collect();
        let when = if tags.is_empty() { String::new() } else { format!(" WHEN tag IN ({})", tags.join(", ")) };
        let (name, function) = (object.name(), self.function_name(trigger.function));
        Some(format!("CREATE EVENT TRIGGER {name} ON {}{when} EXECUTE FUNCTION {function}()", trigger.event))
    }
}
