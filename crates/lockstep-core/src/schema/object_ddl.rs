//! Objects beside relations and types as statements that make or drop them.

use crate::schema::Schema;
use crate::schema::object::{ObjectBody, ObjectId, ObjectKey};

impl Schema {
    /// The statement that makes the object as it is; `None` for kinds that are not written.
    pub fn create_object(&self, id: ObjectId) -> Option<String> {
        let object = self.object(id)?;
        match object.body {
            ObjectBody::Routine(_) => self.create_routine(id),
            ObjectBody::Trigger(_) => self.trigger_definition(object),
            ObjectBody::Policy(_) => self.create_policy(object),
            ObjectBody::EventTrigger(_) => self.create_event_trigger(object),
            ObjectBody::Extension(ref it) => Some(it.create(object.name())),
            ObjectBody::Collation(ref it) => {
                let ObjectKey::InSchema(_, name, _) = &object.key else { return None };
                Some(it.create(name))
            }
            ObjectBody::Plain
            | ObjectBody::OperatorClass(_)
            | ObjectBody::Rule(_)
            | ObjectBody::Statistics(_)
            | ObjectBody::Publication(_)
            | ObjectBody::PublishedTable(_) => None,
        }
    }

    /// The statement that drops the object, if it is there.
    pub fn drop_object(&self, id: ObjectId) -> Option<String> {
        let object = self.object(id)?;
        match &object.body {
            ObjectBody::Routine(routine) => {
                let word = routine.word().to_uppercase();
                Some(format!("DROP {word} IF EXISTS {}", self.routine_signature(object)))
            }
            ObjectBody::Trigger(_) | ObjectBody::Policy(_) => {
                let ObjectKey::OnRelation(_, relation, name) = &object.key else { return None };
                let word = object.class().words().to_uppercase();
                Some(format!("DROP {word} IF EXISTS {name} ON {}", self.get(*relation)?.name))
            }
            ObjectBody::EventTrigger(_) => Some(format!("DROP EVENT TRIGGER IF EXISTS {}", object.name())),
            ObjectBody::Extension(_) => Some(format!("DROP EXTENSION IF EXISTS {}", object.name())),
            ObjectBody::Collation(_) => {
                let ObjectKey::InSchema(_, name, _) = &object.key else { return None };
                Some(format!("DROP COLLATION IF EXISTS {name}"))
            }
            ObjectBody::Plain
            | ObjectBody::OperatorClass(_)
            | ObjectBody::Rule(_)
            | ObjectBody::Statistics(_)
            | ObjectBody::Publication(_)
            | ObjectBody::PublishedTable(_) => None,
        }
    }
}
