//! `CREATE SEQUENCE` and `ALTER SEQUENCE`: `DefineSequence`, `AlterSequence`, `process_owned_by`.

use crate::effect::RelationId;
use crate::name::QualifiedName;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::schema::relation::Body;
use crate::schema::sequence::{LastValue, Sequence, SequenceOwner, SequenceType};
use crate::statement::Command;
use crate::statement::column::attribute;
use crate::statement::execution::{Execution, Outcome, fail, unknown};
use crate::statement::sequence::apply_options;
use crate::syntax::statement::{AlterSequence, CreateSequence, SequenceOptions};

impl Command for CreateSequence {
    fn run(&self, execution: &mut Execution) -> Outcome {
        execution.writable("CREATE SEQUENCE")?;
        let Some(name) = execution.new_relation(&self.name, self.persistence, self.if_not_exists)? else {
            return Ok(());
        };
        let mut sequence = Sequence::new(SequenceType::BigInt);
        apply_options(execution, &mut sequence, &self.options, true)?;
        let id = execution.schema.add_relation(name, self.persistence, Body::Sequence(sequence));
        execution.lock(id, LockMode::AccessExclusive, "a new relation is locked by the statement that makes it");
        own(execution, id, &self.options)
    }
}

impl Command for AlterSequence {
    fn run(&self, execution: &mut Execution) -> Outcome {
        execution.writable("ALTER SEQUENCE")?;
        if self.if_exists && execution.look_up(&self.name)?.is_none() {
            execution.notice(format!("relation \"{}\" does not exist, skipping", self.name.name.as_str()));
            return Ok(());
        }
        let id = execution.resolve(&self.name)?;
        let reason = "whoever asks the sequence for a value waits until it has its new form";
        execution.lock(id, LockMode::ShareRowExclusive, reason);
        alter(execution, id, &self.options)
    }
}

/// The options of `ALTER SEQUENCE`, or of the sequence behind an identity column.
pub(super) fn alter(execution: &mut Execution, id: RelationId, options: &SequenceOptions) -> Outcome {
    let relation = execution.schema.relation(id);
    let Some(mut sequence) = relation.sequence().cloned() else {
        let name = relation.name.name.as_str();
        return fail(sqlstate::WRONG_OBJECT_TYPE, format!("\"{name}\" is not a sequence"));
    };
    let (min, max) = (sequence.min, sequence.max);
    apply_options(execution, &mut sequence, options, false)?;
    if sequence.last_value == LastValue::Unknown && (sequence.min > min || sequence.max < max) {
        let (name, min, max) = (execution.schema.relation(id).name.clone(), sequence.min, sequence.max);
        let query = format!("SELECT count(*) FROM {name} WHERE last_value NOT BETWEEN {min} AND {max}");
        execution.precondition(query, "0", sqlstate::INVALID_PARAMETER_VALUE);
    }
    if let Some(it) = execution.schema.sequence_mut(id) {
        *it = sequence;
    }
    own(execution, id, options)
}

/// `process_owned_by`.
fn own(execution: &mut Execution, id: RelationId, options: &SequenceOptions) -> Outcome {
    let Some(owner) = &options.owned_by else { return Ok(()) };
    let identity = execution.schema.get(id).and_then(|it| it.sequence()?.owner).is_some_and(|it| it.identity);
    if identity {
        return fail(sqlstate::FEATURE_NOT_SUPPORTED, "cannot change ownership of identity sequence");
    }
    let owner = match owner.as_slice() {
        [] => None,
        [_] => {
            return fail(sqlstate::SYNTAX_ERROR, "invalid OWNED BY option");
        }
        [.., table, column] => {
            let schema = owner.len().checked_sub(3).map(|place| owner[place].clone());
            let name = QualifiedName { schema, name: table.clone() };
            let table = execution.open(&name, LockMode::AccessShare, "the sequence comes to depend on a column")?;
            if matches!(execution.schema.relation(table).kind(), 'i' | 'S' | 'c') {
                let message = format!("sequence cannot be owned by relation \"{}\"", execution.bare_name(table));
                return fail(sqlstate::WRONG_OBJECT_TYPE, message);
            }
            if execution.schema.relation(table).table().is_none() {
                return unknown("a sequence that is owned by anything but a table is not modelled");
            }
            if execution.schema.relation(table).name.schema != execution.schema.relation(id).name.schema {
                return fail(
                    sqlstate::OBJECT_NOT_IN_PREREQUISITE_STATE,
                    "sequence must be in same schema as table it is linked to",
                );
            }
            let column = attribute(execution, table, column)?;
            Some(SequenceOwner { table, column, identity: false })
        }
    };
    let before = execution.schema.get(id).and_then(|it| it.sequence()?.owner);
    if let Some(before) = before {
        execution.schema.table_mut(before.table).sequences.retain(|it| *it != id);
    }
    if let Some(owner) = owner {
        execution.schema.table_mut(owner.table).sequences.push(id);
    }
    if let Some(sequence) = execution.schema.sequence_mut(id) {
        sequence.owner = owner;
    }
    Ok(())
}
