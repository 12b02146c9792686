//! `CREATE TYPE … AS ENUM`, `ALTER TYPE … ADD VALUE`, `CREATE DOMAIN`: `DefineEnum`, `AlterEnum`, `DefineDomain`.

use crate::effect::{ObjectName, RelationId};
use crate::name::{MAX_NAME_BYTES, QualifiedName};
use crate::pg::sqlstate;
use crate::schema::user_type::{TypeId, UserTypeKind};
use crate::statement::Command;
use crate::statement::drop::find_type;
use crate::statement::execution::{Execution, Outcome, fail, plain, unknown};
use crate::syntax::statement::{AlterTypeAddValue, CreateDomain, CreateEnum};

/// Where a type of that name is made, or 42710 where the name is taken.
pub(super) fn new_type_name(execution: &Execution, name: &QualifiedName) -> Outcome<ObjectName> {
    let full = execution.creation_name(name)?;
    let existing = execution.schema.find_type(&full).map(|id| id.0);
    // A table, view or composite type has a row type of its own name; an index or sequence has none.
    let has_row_type = |id: &RelationId| execution.schema.get(*id).is_some_and(|it| !matches!(it.kind(), 'i' | 'S'));
    let existing = existing.or_else(|| execution.schema.find(&full).filter(has_row_type).map(|id| id.0));
    if let Some(why) = execution.schema.uncertain.about(&full.name, existing) {
        return unknown(why);
    }
    match existing {
        Some(_) => fail(sqlstate::DUPLICATE_OBJECT, format!("type \"{}\" already exists", full.name.as_str())),
        None => Ok(full),
    }
}

pub(super) fn check_label(label: &str) -> Outcome {
    match label.len() > MAX_NAME_BYTES {
        true => fail(sqlstate::INVALID_NAME, format!("invalid enum label \"{label}\"")),
        false => Ok(()),
    }
}

impl Command for CreateEnum {
    fn run(&self, execution: &mut Execution) -> Outcome {
        execution.writable("CREATE TYPE")?;
        let name = new_type_name(execution, &self.name)?;
        for (place, label) in self.labels.iter().enumerate() {
            check_label(label)?;
            if self.labels[..place].contains(label) {
                let message = "duplicate key value violates unique constraint \"pg_enum_typid_label_index\"";
                return fail(sqlstate::UNIQUE_VIOLATION, message);
            }
        }
        execution.schema.add_type(name, UserTypeKind::Enum { labels: self.labels.clone() });
        Ok(())
    }
}

impl Command for AlterTypeAddValue {
    fn run(&self, execution: &mut Execution) -> Outcome {
        execution.writable("ALTER TYPE")?;
        let Some(it) = find_type(execution, &self.name)? else {
            return fail(sqlstate::UNDEFINED_OBJECT, format!("type \"{}\" does not exist", plain(&self.name)));
        };
        let UserTypeKind::Enum { labels } = &it.kind else {
            return fail(sqlstate::WRONG_OBJECT_TYPE, format!("{} is not an enum", it.name));
        };
        check_label(&self.label)?;
        if labels.contains(&self.label) {
            let message = format!("enum label \"{}\" already exists", self.label);
            if self.if_not_exists {
                execution.notice(format!("{message}, skipping"));
                return Ok(());
            }
            return fail(sqlstate::DUPLICATE_OBJECT, message);
        }
        let at = match &self.place {
            None => labels.len(),
            Some((before, neighbour)) => match labels.iter().position(|label| label == neighbour) {
                Some(at) => at + usize::from(!before),
                None => {
                    return fail(
                        sqlstate::INVALID_PARAMETER_VALUE,
                        format!("\"{neighbour}\" is not an existing enum label"),
                    );
                }
            },
        };
        insert_label(execution, it.id, at, &self.label);
        execution.record.new_enum_values.push((it.id, self.label.clone()));
        Ok(())
    }
}

fn insert_label(execution: &mut Execution, id: TypeId, at: usize, label: &str) {
    if let Some(it) = execution.schema.user_type_mut(id)
        && let UserTypeKind::Enum { labels } = &mut it.kind
    {
        labels.insert(at, label.to_owned());
    }
}

impl Command for CreateDomain {
    fn run(&self, execution: &mut Execution) -> Outcome {
        execution.writable("CREATE DOMAIN")?;
        crate::statement::domain::create(self, execution)
    }
}
