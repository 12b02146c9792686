//! `COMMENT ON`: `CommentObject`.

use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::schema::dependency::Object;
use crate::schema::relation::Body;
use crate::schema::user_type::UserTypeKind;
use crate::statement::Command;
use crate::statement::address;
use crate::statement::execution::{Execution, Outcome, fail, unknown};
use crate::syntax::statement::{Comment, ObjectType};

const REASON: &str = "the object must not be dropped while it is commented on";
const PART: &str = "the table must not be dropped while its part is commented on";

impl Command for Comment {
    fn run(&self, execution: &mut Execution) -> Outcome {
        execution.writable("COMMENT")?;
        // An empty comment is none (`CreateComments`).
        let text = self.text.clone().filter(|text| !text.is_empty());
        let reason = match self.address.object {
            ObjectType::Constraint | ObjectType::Trigger | ObjectType::Rule | ObjectType::Policy => PART,
            _ => REASON,
        };
        if self.address.object == ObjectType::Database {
            // A dump names the database that it came from: elsewhere that is a warning only.
            return Ok(());
        }
        let found = address::find(execution, &self.address, LockMode::ShareUpdateExclusive, reason)?;
        match found {
            None => Ok(()),
            Some(object) => set(execution, &object, text),
        }
    }
}

fn set(execution: &mut Execution, object: &Object, text: Option<String>) -> Outcome {
    let schema = &mut execution.schema;
    match object {
        Object::Relation(id) => schema.relation_mut(*id).comment = text,
        Object::Column(id, number) => {
            let relation = schema.relation_mut(*id);
            let columns = match &mut relation.body {
                Body::Table(table) => &mut table.columns,
                Body::View(view) => &mut view.columns,
                Body::Composite(attributes) => attributes,
                Body::Index(_) | Body::Sequence(_) => {
                    let name = relation.name.name.as_str();
                    let message = format!("cannot set comment on relation \"{name}\"");
                    return fail(sqlstate::WRONG_OBJECT_TYPE, message);
                }
            };
            if let Some(column) = columns.attribute_mut(*number) {
                column.comment = text;
            }
        }
        Object::Constraint(id, name) => {
            let table = schema.table_mut(*id);
            if let Some(constraint) = table.constraints.iter_mut().find(|it| it.name == *name) {
                constraint.comment = text;
            }
        }
        Object::Type(id) => {
            if let Some(it) = schema.user_type_mut(*id) {
                it.comment = text;
            }
        }
        Object::DomainConstraint(id, _) => {
            let is_domain = matches!(schema.user_type(*id).map(|it| &it.kind), Some(UserTypeKind::Domain { .. }));
            if !is_domain {
                return unknown("constraints of this kind of type are not modelled");
            }
        }
        Object::Other(id) => {
            if let Some(it) = schema.object_mut(*id) {
                it.comment = text;
            }
        }
        Object::Namespace(name) => schema.comment_on_namespace(name, text),
        Object::Default(..) => {}
    }
    Ok(())
}
