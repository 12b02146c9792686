//! `ALTER` of an object of any kind: `ExecRenameStmt`, `ExecAlterObjectSchemaStmt`,
//! `ExecAlterOwnerStmt` and `ExecAlterObjectDependsStmt` of `alter.c`.

use crate::effect::ObjectName;
use crate::name::Ident;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::schema::dependency::Object;
use crate::schema::object::{ObjectClass, ObjectId, ObjectKey};
use crate::statement::Command;
use crate::statement::execution::{Execution, Outcome, fail, unknown};
use crate::statement::{address, namespace};
use crate::syntax::statement::{AlterObject, ObjectChange, ObjectType};

const REASON: &str = "nobody may use a name while it changes";

impl AlterObject {
    pub(super) fn tag(&self) -> String {
        match self.address.object {
            ObjectType::Server => "ALTER SERVER".to_owned(),
            object => format!("ALTER {object}"),
        }
    }
}

impl Command for AlterObject {
    fn run(&self, execution: &mut Execution) -> Outcome {
        execution.writable(&self.tag())?;
        if let (ObjectType::Schema, ObjectChange::RenameTo(to)) = (self.address.object, &self.change) {
            return namespace::rename(execution, &self.address.name.name, to);
        }
        let on_relation = matches!(self.address.object, ObjectType::Trigger | ObjectType::Rule | ObjectType::Policy);
        if on_relation {
            execution.open(&self.address.name, LockMode::AccessExclusive, REASON)?;
        }
        let locks = execution.record.locks.clone();
        let Some(object) = address::find(execution, &self.address, LockMode::AccessExclusive, REASON)? else {
            return match &self.change {
                ObjectChange::OwnerTo(role) => execution.role(role),
                _ => unknown(format!("{} is not modelled", self.tag())),
            };
        };
        if on_relation {
            execution.record.locks = locks;
        }
        match &self.change {
            ObjectChange::OwnerTo(role) => {
                execution.role(role)?;
                let owner = execution.owner_of(role);
                execution.schema.ownership.set_owner(object, owner);
                Ok(())
            }
            ObjectChange::RenameTo(name) => match object {
                Object::Other(id) => rename(execution, id, name),
                _ => unknown(format!("{} … RENAME is not modelled", self.tag())),
            },
            ObjectChange::SetSchema(schema) => match object {
                Object::Other(id) => set_schema(execution, id, schema),
                _ => unknown(format!("{} … SET SCHEMA is not modelled", self.tag())),
            },
            ObjectChange::DependsOnExtension { .. } => {
                unknown(format!("{} … DEPENDS ON EXTENSION is not modelled", self.tag()))
            }
        }
    }
}

/// `AlterObjectRename_internal`.
fn rename(execution: &mut Execution, id: ObjectId, name: &Ident) -> Outcome {
    let Some(object) = execution.schema.object(id) else { return unknown("no such object") };
    let key = match object.key.clone() {
        ObjectKey::Global(class, _) => ObjectKey::Global(class, name.clone()),
        ObjectKey::InSchema(class, old, arguments) => {
            ObjectKey::InSchema(class, ObjectName { schema: old.schema, name: name.clone() }, arguments)
        }
        ObjectKey::OnRelation(class, relation, _) => ObjectKey::OnRelation(class, relation, name.clone()),
    };
    let class = object.class();
    if let Some(why) = execution.schema.uncertain.about(name, None) {
        return unknown(why);
    }
    if execution.schema.find_object(&key).is_some() {
        return taken(execution, &key, class, name);
    }
    if class == ObjectClass::Extension {
        return unknown("ALTER EXTENSION … RENAME does not exist");
    }
    execution.schema.rename_object(id, key);
    if class == ObjectClass::Publication {
        let entries = execution.schema.published_tables().filter(|(_, it)| it.publication == id);
        let entries: Vec<_> = entries.map(|(entry, it)| (entry, it.table)).collect();
        for (entry, table) in entries {
            let key = ObjectKey::OnRelation(ObjectClass::PublishedTable, table, name.clone());
            execution.schema.rename_object(entry, key);
        }
    }
    Ok(())
}

/// `report_name_conflict`, `report_namespace_conflict` and those of the kinds with rules of their own.
fn taken(execution: &Execution, key: &ObjectKey, class: ObjectClass, name: &Ident) -> Outcome {
    let words = class.words();
    match key {
        ObjectKey::InSchema(ObjectClass::Function, full, arguments) => {
            let (name, arguments) = (full.name.as_str(), arguments.join(", "));
            let schema = full.schema.as_str();
            let message = format!("function {name}({arguments}) already exists in schema \"{schema}\"");
            fail(sqlstate::DUPLICATE_FUNCTION, message)
        }
        ObjectKey::InSchema(_, full, _) => {
            let (name, schema) = (full.name.as_str(), full.schema.as_str());
            fail(sqlstate::DUPLICATE_OBJECT, format!("{words} \"{name}\" already exists in schema \"{schema}\""))
        }
        ObjectKey::OnRelation(_, relation, _) => {
            let kind = if class == ObjectClass::Policy { "table" } else { "relation" };
            let (name, relation) = (name.as_str(), execution.bare_name(*relation));
            fail(sqlstate::DUPLICATE_OBJECT, format!("{words} \"{name}\" for {kind} \"{relation}\" already exists"))
        }
        ObjectKey::Global(..) => {
            fail(sqlstate::DUPLICATE_OBJECT, format!("{words} \"{}\" already exists", name.as_str()))
        }
    }
}

/// `AlterObjectNamespace_internal`.
fn set_schema(execution: &mut Execution, id: ObjectId, schema: &Ident) -> Outcome {
    let Some(object) = execution.schema.object(id) else { return unknown("no such object") };
    let class = object.class();
    let ObjectKey::InSchema(_, old, arguments) = object.key.clone() else {
        return unknown(format!("SET SCHEMA of a {} is not modelled", class.words()));
    };
    execution.namespace(schema)?;
    if old.schema == *schema {
        return Ok(());
    }
    let key = ObjectKey::InSchema(class, ObjectName { schema: schema.clone(), name: old.name.clone() }, arguments);
    if execution.schema.find_object(&key).is_some() {
        return taken(execution, &key, class, &old.name);
    }
    execution.schema.rename_object(id, key);
    Ok(())
}
