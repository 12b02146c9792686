//! `COMMENT ON`: `CommentObject`.

use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::statement::Command;
use crate::statement::check_constraint::missing_constraint;
use crate::statement::column::missing_column;
use crate::statement::drop::find_type;
use crate::statement::execution::{Execution, Outcome, fail, plain, unknown};
use crate::syntax::statement::{Comment, ObjectType};

const REASON: &str = "the object must not be dropped while it is commented on";

impl Command for Comment {
    fn run(&self, execution: &mut Execution) -> Outcome {
        execution.writable("COMMENT")?;
        // An empty comment is none (`CreateComments`).
        let text = self.text.clone().filter(|text| !text.is_empty());
        match self.object {
            ObjectType::Table | ObjectType::Index | ObjectType::Sequence => on_relation(self, execution, text),
            ObjectType::Column => on_column(self, execution, text),
            ObjectType::Constraint => on_constraint(self, execution, text),
            ObjectType::Type => match find_type(execution, &self.name)? {
                Some(it) => {
                    if let Some(it) = execution.schema.user_type_mut(it.id) {
                        it.comment = text;
                    }
                    Ok(())
                }
                None => unknown(format!("whether the server has a type {} is not known", self.name)),
            },
            _ => unknown("COMMENT ON this kind of object is not modelled"),
        }
    }
}

fn on_relation(statement: &Comment, execution: &mut Execution, text: Option<String>) -> Outcome {
    let id = execution.open(&statement.name, LockMode::ShareUpdateExclusive, REASON)?;
    let relation = execution.schema.relation(id);
    let (wanted, article) = match statement.object {
        ObjectType::Index => ('i', "an index"),
        ObjectType::Sequence => ('S', "a sequence"),
        _ => ('r', "a table"),
    };
    if relation.kind() != wanted {
        let name = relation.name.name.as_str();
        return fail(sqlstate::WRONG_OBJECT_TYPE, format!("\"{name}\" is not {article}"));
    }
    execution.schema.relation_mut(id).comment = text;
    Ok(())
}

fn on_column(statement: &Comment, execution: &mut Execution, text: Option<String>) -> Outcome {
    let Some(column) = &statement.part else { return unknown("COMMENT ON COLUMN without a column") };
    let id = execution.open(&statement.name, LockMode::ShareUpdateExclusive, REASON)?;
    let relation = execution.schema.relation(id);
    let Some(table) = relation.table() else {
        return fail(
            sqlstate::WRONG_OBJECT_TYPE,
            format!("cannot set comment on relation \"{}\"", relation.name.name.as_str()),
        );
    };
    let Some((number, _)) = table.column(column.as_str()) else {
        return Err(missing_column(column, relation.name.name.as_str()).into());
    };
    if let Some(column) = execution.schema.table_mut(id).attribute_mut(number) {
        column.comment = text;
    }
    Ok(())
}

fn on_constraint(statement: &Comment, execution: &mut Execution, text: Option<String>) -> Outcome {
    let Some(name) = &statement.part else { return unknown("COMMENT ON CONSTRAINT without a constraint") };
    let reason = "the table must not be dropped while its constraint is commented on";
    let id = execution.open(&statement.name, LockMode::AccessShare, reason)?;
    if execution.schema.relation(id).table().is_none() {
        return unknown("COMMENT ON CONSTRAINT of this kind of relation is not modelled");
    }
    let table = execution.schema.table_mut(id);
    match table.constraints.iter_mut().find(|it| it.name == *name) {
        Some(constraint) => {
            constraint.comment = text;
            Ok(())
        }
        None => missing_constraint(name, &plain(&statement.name)),
    }
}
