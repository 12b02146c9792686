//! `CREATE SCHEMA`: `CreateSchemaCommand`; `ALTER SCHEMA … RENAME`: `RenameSchema`; `DROP SCHEMA`.

use crate::name::{Ident, QualifiedName};
use crate::pg::sqlstate;
use crate::schema::dependency::Object;
use crate::statement::Command;
use crate::statement::deletion::delete;
use crate::statement::execution::{Execution, Outcome, fail, unknown};
use crate::syntax::statement::{CreateSchema, Drop, Statement};

impl Command for CreateSchema {
    fn run(&self, execution: &mut Execution) -> Outcome {
        execution.writable("CREATE SCHEMA")?;
        if self.if_not_exists && !self.elements.is_empty() {
            let message = "CREATE SCHEMA IF NOT EXISTS cannot include schema elements";
            return fail(sqlstate::FEATURE_NOT_SUPPORTED, message);
        }
        if let Some(role) = &self.authorization {
            execution.role(role)?;
        }
        let name = self.name.as_str();
        let exists = execution.schema.has_namespace(name);
        if let (Some(why), false) = (execution.schema.uncertain.about(&self.name, None), exists) {
            return unknown(why);
        }
        new_name(name)?;
        if exists {
            if let (Some(why), false) = (execution.schema.uncertain.about(&self.name, None), self.if_not_exists) {
                return unknown(why);
            }
            let message = format!("schema \"{name}\" already exists");
            if self.if_not_exists {
                execution.notice(format!("{message}, skipping"));
                return Ok(());
            }
            return fail(sqlstate::DUPLICATE_SCHEMA, message);
        }
        execution.schema.add_namespace(self.name.clone());
        let owner = match &self.authorization {
            Some(role) => execution.owner_of(role),
            None => execution.session.role.clone(),
        };
        execution.schema.ownership.set_owner(Object::Namespace(self.name.clone()), owner.clone());
        // What is made in it is looked up there first, and belongs to the schema's owner.
        let path = execution.session.search_path.clone();
        execution.session.search_path.insert(0, self.name.clone());
        let first_new = execution.schema.next_id();
        for element in in_order(&self.elements) {
            within(&self.name, element)?;
            crate::statement::run(element, execution)?;
        }
        execution.session.search_path = path;
        own_from(execution, first_new, owner.as_ref());
        Ok(())
    }
}

/// `allowSystemTableMods` is never on.
fn new_name(name: &str) -> Outcome {
    match name.starts_with("pg_") {
        true => fail(sqlstate::RESERVED_NAME, format!("unacceptable schema name \"{name}\"")),
        false => Ok(()),
    }
}

/// `transformCreateSchemaStmtElements`: sequences, tables, views, indexes, triggers, grants.
fn in_order(elements: &[Statement]) -> Vec<&Statement> {
    let rank = |it: &&Statement| match it {
        Statement::CreateSequence(_) => 0,
        Statement::CreateTable(_) => 1,
        Statement::CreateIndex(_) => 3,
        Statement::Grant(_) => 5,
        _ if crate::statement::tag(it) == "CREATE TRIGGER" => 4,
        _ => 2,
    };
    let mut ordered: Vec<&Statement> = elements.iter().collect();
    ordered.sort_by_key(rank);
    ordered
}

/// `setSchemaName`: an element may name no other schema.
fn within(schema: &Ident, element: &Statement) -> Outcome {
    let name: &QualifiedName = match element {
        Statement::CreateSequence(it) => &it.name,
        Statement::CreateTable(it) => &it.name,
        Statement::CreateIndex(it) => &it.table,
        _ => return Ok(()),
    };
    match &name.schema {
        Some(other) if other != schema => {
            let (other, schema) = (other.as_str(), schema.as_str());
            let message =
                format!("CREATE specifies a schema ({other}) different from the one being created ({schema})");
            fail(sqlstate::INVALID_SCHEMA_DEFINITION, message)
        }
        _ => Ok(()),
    }
}

fn own_from(execution: &mut Execution, first: u32, owner: Option<&Ident>) {
    let Some(owner) = owner else { return };
    let schema = &execution.schema;
    let mut made: Vec<Object> = vec![];
    made.extend(schema.relations().filter(|it| it.id.0 >= first).map(|it| Object::Relation(it.id)));
    made.extend(schema.types().filter(|it| it.id.0 >= first).map(|it| Object::Type(it.id)));
    made.extend(schema.objects().filter(|it| it.id.0 >= first).map(|it| Object::Other(it.id)));
    for object in made {
        execution.schema.ownership.set_owner(object, Some(owner.clone()));
    }
}

/// `RenameSchema`.
pub(super) fn rename(execution: &mut Execution, from: &Ident, to: &Ident) -> Outcome {
    execution.namespace(from)?;
    let name = to.as_str();
    if let Some(why) = execution.schema.uncertain.about(to, None) {
        return unknown(why);
    }
    if execution.schema.has_namespace(name) {
        return fail(sqlstate::DUPLICATE_SCHEMA, format!("schema \"{name}\" already exists"));
    }
    new_name(name)?;
    execution.schema.rename_namespace(from, to);
    Ok(())
}

/// `RemoveObjects`, for schemas.
pub(super) fn drop_schemas(statement: &Drop, execution: &mut Execution) -> Outcome {
    let mut targets = vec![];
    for QualifiedName { name, .. } in &statement.names {
        let text = name.as_str();
        if matches!(text, "pg_catalog" | "information_schema" | "pg_toast") {
            return unknown(format!("what DROP SCHEMA {text} takes along is not modelled"));
        }
        if execution.schema.has_namespace(text) {
            if let Some(why) = execution.schema.uncertain.about(name, None) {
                return unknown(why);
            }
            targets.push(Object::Namespace(name.clone()));
            continue;
        }
        match statement.if_exists {
            true if execution.schema.uncertain.about(name, None).is_none() => {
                execution.notice(format!("schema \"{text}\" does not exist, skipping"));
            }
            _ => execution.namespace(name)?,
        }
    }
    for object in inside(execution, &targets) {
        if let Object::Relation(id) = object {
            execution.data_change(id, None, crate::effect::DataChangeKind::Dropped);
        }
    }
    delete(execution, &targets, statement.cascade)
}

fn inside(execution: &Execution, targets: &[Object]) -> Vec<Object> {
    let dependents = targets.iter().flat_map(|it| execution.schema.dependents(it, execution.version));
    dependents.map(|(object, _)| object).collect()
}
