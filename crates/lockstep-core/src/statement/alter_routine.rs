//! `ALTER FUNCTION` and its like: `AlterFunction`, `RenameFunction`, `AlterFunctionNamespace`.

use crate::effect::{ObjectName, PgError};
use crate::pg::sqlstate;
use crate::pg::types::Type;
use crate::schema::dependency::{Dependency, Object};
use crate::schema::object::{ObjectBody, ObjectClass, ObjectId, ObjectKey};
use crate::schema::routine::RoutineKind;
use crate::statement::Command;
use crate::statement::create_function::{Attributes, set_option};
use crate::statement::execution::{Execution, Outcome, Stop, fail, unknown};
use crate::statement::routine::{list_types, look_up, renamed_key};
use crate::syntax::statement::{AlterRoutine, AlterRoutineAction, RoutineOption};

impl Command for AlterRoutine {
    fn run(&self, execution: &mut Execution) -> Outcome {
        execution.writable(&format!("ALTER {}", self.kind))?;
        let Some(id) = look_up(execution, self.kind, &self.routine, false)? else { return Ok(()) };
        match &self.action {
            AlterRoutineAction::OwnerTo(role) => {
                execution.role(role)?;
                let owner = execution.owner_of(role);
                execution.schema.ownership.set_owner(Object::Other(id), owner);
                Ok(())
            }
            AlterRoutineAction::RenameTo(name) => {
                let Some(schema) = schema_of(execution, id) else { return unknown("this function is not modelled") };
                move_to(execution, id, ObjectName { schema, name: name.clone() }, false)
            }
            AlterRoutineAction::SetSchema(schema) => set_schema(execution, id, schema),
            AlterRoutineAction::DependsOnExtension { name, remove } => depends_on(execution, id, name, *remove),
            AlterRoutineAction::Options(options) => alter(self, execution, id, options),
        }
    }
}

fn schema_of(execution: &Execution, id: ObjectId) -> Option<crate::name::Ident> {
    match &execution.schema.object(id)?.key {
        ObjectKey::InSchema(_, name, _) => Some(name.schema.clone()),
        _ => None,
    }
}

/// `IsThereFunctionInNamespace`.
fn move_to(execution: &mut Execution, id: ObjectId, to: ObjectName, quoted: bool) -> Outcome {
    let Some(object) = execution.schema.object(id) else { return Ok(()) };
    let Some(key) = renamed_key(&object.key, to.clone()) else { return Ok(()) };
    if let Some(why) = execution.schema.uncertain.about(&to.name, None) {
        return unknown(why);
    }
    if execution.schema.find_object(&key).is_some_and(|other| other != id || !quoted) {
        let inputs: Vec<Type> = object.routine().into_iter().flat_map(|it| it.inputs()).map(|it| it.type_).collect();
        let signature = format!("{}({})", to.name.as_str(), list_types(execution, &inputs));
        let message = format!("function {signature} already exists in schema \"{}\"", to.schema.as_str());
        return fail(sqlstate::DUPLICATE_FUNCTION, message);
    }
    execution.schema.rename_object(id, key);
    Ok(())
}

fn set_schema(execution: &mut Execution, id: ObjectId, schema: &crate::name::Ident) -> Outcome {
    execution.namespace(schema)?;
    let Some(object) = execution.schema.object(id) else { return Ok(()) };
    let ObjectKey::InSchema(_, name, _) = &object.key else { return Ok(()) };
    let (old, to) = (name.schema.clone(), ObjectName { schema: schema.clone(), name: name.name.clone() });
    if old == *schema {
        return Ok(());
    }
    move_to(execution, id, to, true)?;
    let needs: Vec<_> = execution.schema.needs(&Object::Other(id)).to_vec();
    execution.schema.forget_needs(&Object::Other(id));
    let moved = needs.into_iter().map(|(object, how)| match object {
        Object::Namespace(it) if it == old => (Object::Namespace(schema.clone()), how),
        other => (other, how),
    });
    let moved: Vec<_> = moved.collect();
    execution.schema.record_needs(&Object::Other(id), moved);
    Ok(())
}

fn depends_on(execution: &mut Execution, id: ObjectId, name: &crate::name::Ident, remove: bool) -> Outcome {
    let key = ObjectKey::Global(ObjectClass::Extension, name.clone());
    let Some(extension) = execution.schema.find_object(&key) else {
        return match execution.schema.uncertain.about(name, None) {
            Some(why) => unknown(why),
            None => fail(sqlstate::UNDEFINED_OBJECT, format!("extension \"{}\" does not exist", name.as_str())),
        };
    };
    if remove {
        return unknown("NO DEPENDS ON EXTENSION is not modelled");
    }
    execution.schema.record_needs(&Object::Other(id), [(Object::Other(extension), Dependency::Auto)]);
    Ok(())
}

fn alter(statement: &AlterRoutine, execution: &mut Execution, id: ObjectId, options: &[RoutineOption]) -> Outcome {
    let Some(routine) = execution.schema.routine(id).cloned() else { return Ok(()) };
    if routine.kind == RoutineKind::Aggregate {
        let message = format!("\"{}\" is an aggregate function", statement.routine.name.name.as_str());
        return Err(Stop::Error(PgError::new(sqlstate::WRONG_OBJECT_TYPE, message)));
    }
    let mut seen = Attributes::default();
    let mut changed = routine;
    let procedure = changed.kind == RoutineKind::Procedure;
    for option in options {
        set_option(execution, option, &mut changed, &mut seen, procedure)?;
    }
    if let Some(object) = execution.schema.object_mut(id) {
        crate::statement::routine_body::forbid_inlining(&mut changed);
        object.body = ObjectBody::Routine(Box::new(changed));
    }
    Ok(())
}
