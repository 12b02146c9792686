//! `OWNER TO` of a relation: `ATExecChangeOwner`.

use crate::effect::RelationId;
use crate::name::Ident;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::schema::dependency::Object;
use crate::schema::relation::Body;
use crate::statement::execution::{Execution, Outcome, fail};

const REASON: &str = "everything that belongs to the table changes its owner with it";

pub(super) fn change(execution: &mut Execution, id: RelationId, role: &Ident) -> Outcome {
    execution.role(role)?;
    let new = execution.owner_of(role);
    let relation = execution.schema.relation(id);
    let name = relation.name.name.as_str().to_owned();
    let same = execution.schema.ownership.owner(&Object::Relation(id)) == new.as_ref();
    match &relation.body {
        // An index belongs to whom its table belongs to.
        Body::Index(_) => {
            execution.warning(&format!("cannot change owner of index \"{name}\""));
            return Ok(());
        }
        Body::Sequence(it) if it.owner.is_some() && !same => {
            let message = format!("cannot change owner of sequence \"{name}\"");
            return fail(sqlstate::FEATURE_NOT_SUPPORTED, message);
        }
        _ => {}
    }
    change_relation(execution, id, new.as_ref());
    Ok(())
}

/// The relation, which is locked, and what belongs to it. Nothing happens where the owner is the same.
pub(super) fn change_relation(execution: &mut Execution, id: RelationId, new: Option<&Ident>) {
    let object = Object::Relation(id);
    if execution.schema.ownership.owner(&object) == new {
        return;
    }
    execution.schema.ownership.set_owner(object, new.cloned());
    let Some(table) = execution.schema.relation(id).table().cloned() else { return };
    for part in table.indexes.iter().chain(&table.sequences) {
        execution.lock(*part, LockMode::AccessExclusive, REASON);
    }
    for sequence in table.sequences {
        execution.schema.ownership.set_owner(Object::Relation(sequence), new.cloned());
    }
    execution.lock_toast_index(id, REASON);
}
