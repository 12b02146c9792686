//! Event triggers: `CreateEventTrigger` and `AlterEventTrigger`.

use crate::name::Ident;
use crate::pg::sqlstate;
use crate::schema::dependency::{Dependency, Object};
use crate::schema::object::{ObjectBody, ObjectClass, ObjectId, ObjectKey};
use crate::schema::trigger::{EventTrigger, FiringState};
use crate::statement::Command;
use crate::statement::create_trigger::trigger_function;
use crate::statement::execution::{Execution, Outcome, fail, unknown};
use crate::syntax::statement::{AlterEventTrigger, CreateEventTrigger, EventTriggerAction};

fn find(execution: &Execution, name: &Ident) -> Outcome<Option<ObjectId>> {
    let found = execution.schema.find_object(&ObjectKey::Global(ObjectClass::EventTrigger, name.clone()));
    match execution.schema.uncertain.about(name, found.map(|it| it.0)) {
        Some(why) => unknown(why),
        None => Ok(found),
    }
}

impl Command for CreateEventTrigger {
    fn run(&self, execution: &mut Execution) -> Outcome {
        execution.writable("CREATE EVENT TRIGGER")?;
        let event = self.event.as_str();
        let login = crate::pg::behavior::has_login_events(execution.version);
        let known = matches!(event, "ddl_command_start" | "ddl_command_end" | "sql_drop" | "table_rewrite")
            || event == "login" && login;
        if !known {
            return fail(sqlstate::SYNTAX_ERROR, format!("unrecognized event name \"{event}\""));
        }
        let mut tags = vec![];
        for (filter, values) in &self.filters {
            if *filter != "tag" {
                let message = format!("unrecognized filter variable \"{}\"", filter.as_str());
                return fail(sqlstate::SYNTAX_ERROR, message);
            }
            if !tags.is_empty() {
                return fail(sqlstate::SYNTAX_ERROR, "filter variable \"tag\" specified more than once");
            }
            tags.clone_from(values);
        }
        if !tags.is_empty() {
            execution.doubt("whether event triggers know these command tags is not known");
        }
        if find(execution, &self.name)?.is_some() {
            let message = format!("event trigger \"{}\" already exists", self.name.as_str());
            return fail(sqlstate::DUPLICATE_OBJECT, message);
        }
        let function = trigger_function(execution, &self.function, "event_trigger")?;
        let body = EventTrigger { event: self.event.clone(), tags, function, state: FiringState::Enabled };
        let key = ObjectKey::Global(ObjectClass::EventTrigger, self.name.clone());
        let id = execution.schema.add_object(key, ObjectBody::EventTrigger(Box::new(body)));
        execution.schema.record_needs(&Object::Other(id), [(Object::Other(function), Dependency::Normal)]);
        Ok(())
    }
}

impl Command for AlterEventTrigger {
    fn run(&self, execution: &mut Execution) -> Outcome {
        execution.writable("ALTER EVENT TRIGGER")?;
        let Some(id) = find(execution, &self.name)? else {
            let message = format!("event trigger \"{}\" does not exist", self.name.as_str());
            return fail(sqlstate::UNDEFINED_OBJECT, message);
        };
        match &self.action {
            EventTriggerAction::OwnerTo(role) => unknown(format!("whether the role {role} exists is not known")),
            EventTriggerAction::RenameTo(name) => {
                if find(execution, name)?.is_some() {
                    let message = format!("event trigger \"{}\" already exists", name.as_str());
                    return fail(sqlstate::DUPLICATE_OBJECT, message);
                }
                execution.schema.rename_object(id, ObjectKey::Global(ObjectClass::EventTrigger, name.clone()));
                Ok(())
            }
            EventTriggerAction::Enable(state) => {
                if let Some(object) = execution.schema.object_mut(id)
                    && let ObjectBody::EventTrigger(trigger) = &mut object.body
                {
                    trigger.state = *state;
                }
                Ok(())
            }
        }
    }
}
