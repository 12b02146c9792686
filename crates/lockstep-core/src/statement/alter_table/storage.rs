//! Where and how a table is kept: `SET LOGGED`, `SET ACCESS METHOD`, `SET TABLESPACE`.

use crate::effect::RelationId;
use crate::name::{Ident, quote_literal};
use crate::pg::behavior;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::schema::relation::Persistence;
use crate::statement::alter_table::Altered;
use crate::statement::execution::{Execution, Outcome, fail};

const HEAP: &str = "heap";

/// `ATPrepChangePersistence`: a table and its keys are logged together or not at all.
pub(super) fn set_logged(execution: &mut Execution, id: RelationId, altered: &mut Altered, logged: bool) -> Outcome {
    let relation = execution.schema.relation(id);
    let name = execution.bare_name(id);
    let wanted = if logged { Persistence::Permanent } else { Persistence::Unlogged };
    let word = if logged { "logged" } else { "unlogged" };
    match relation.persistence {
        Persistence::Temporary => {
            let message = format!("cannot change logged status of table \"{name}\" because it is temporary");
            return fail(sqlstate::INVALID_TABLE_DEFINITION, message);
        }
        same if same == wanted => return Ok(()),
        _ => {}
    }
    if !logged && execution.schema.published_tables().any(|(_, it)| it.table == id) {
        let message = format!("cannot change table \"{name}\" to unlogged because it is part of a publication");
        return fail(sqlstate::OBJECT_NOT_IN_PREREQUISITE_STATE, message);
    }
    let Some(table) = relation.table() else {
        execution.schema.relation_mut(id).persistence = wanted;
        return Ok(());
    };
    if table.is_partitioned() {
        return Ok(());
    }
    let others: Vec<RelationId> = match logged {
        true => table.constraints.iter().filter_map(|it| it.foreign_key()).map(|it| it.references).collect(),
        false => table.referenced_by.iter().copied().collect(),
    };
    for other in others.into_iter().filter(|other| *other != id) {
        let Some(relation) = execution.schema.get(other) else { continue };
        if relation.persistence != wanted {
            let opposite = if logged { "unlogged" } else { "logged" };
            let other = relation.name.name.as_str();
            return fail(
                sqlstate::INVALID_TABLE_DEFINITION,
                format!(
                    "could not change table \"{name}\" to {word} because it references {opposite} table \"{other}\""
                ),
            );
        }
    }
    let (indexes, sequences) = (table.indexes.clone(), table.sequences.clone());
    altered.rewrite = Some("a change between logged and unlogged writes the whole table anew");
    for part in indexes.into_iter().chain([id]) {
        execution.schema.relation_mut(part).persistence = wanted;
    }
    if behavior::has_unlogged_sequences(execution.version) {
        for sequence in sequences {
            let reason = "a column's sequence is logged, or not, as its table is";
            execution.lock(sequence, LockMode::AccessExclusive, reason);
            execution.schema.relation_mut(sequence).persistence = wanted;
        }
    }
    Ok(())
}

/// `ATPrepSetAccessMethod`: the same method again is no work.
pub(super) fn set_access_method(
    execution: &mut Execution,
    id: RelationId,
    altered: &mut Altered,
    method: Option<&Ident>,
) -> Outcome {
    let version = execution.version;
    if !behavior::has_grammar_of_15(version) {
        return fail(sqlstate::SYNTAX_ERROR, "syntax error at or near \"ACCESS\"");
    }
    if method.is_none() && !behavior::has_default_access_method(version) {
        return fail(sqlstate::SYNTAX_ERROR, "syntax error at or near \"DEFAULT\"");
    }
    let partitioned = execution.schema.relation(id).kind() == 'p';
    if let Some(method) = method.filter(|it| it.as_str() != HEAP) {
        let name = quote_literal(method.as_str());
        let query = format!("SELECT count(*) FROM pg_am WHERE amname = {name} AND amtype = 't'");
        execution.precondition(query, "1", sqlstate::UNDEFINED_OBJECT);
    }
    // `default_table_access_method` is `heap` unless the server was told otherwise.
    let wanted = method.filter(|it| it.as_str() != HEAP).cloned();
    let table = execution.schema.table_mut(id);
    if table.access_method != wanted {
        table.access_method = wanted;
        if !partitioned {
            altered.rewrite = Some("another access method writes the whole table anew");
        }
    }
    Ok(())
}

/// `ATPrepSetTableSpace`, `ATExecSetTableSpace`: the files are copied, which the lock outlasts.
pub(super) fn set_tablespace(execution: &mut Execution, id: RelationId, tablespace: &Ident) -> Outcome {
    find_tablespace(execution, tablespace)?;
    // `pg_default` is the database's own in all but rare cases: it is stored as no tablespace at all.
    let wanted = Some(tablespace.clone()).filter(|it| it.as_str() != "pg_default");
    if execution.schema.relation(id).tablespace == wanted {
        return Ok(());
    }
    execution.lock_toast_index(id, "the TOAST table moves with its table");
    execution.schema.relation_mut(id).tablespace = wanted;
    Ok(())
}

/// `get_tablespace_oid`: tablespaces belong to the cluster, so whether one exists is a question to it.
pub(in crate::statement) fn find_tablespace(execution: &mut Execution, tablespace: &Ident) -> Outcome {
    match tablespace.as_str() {
        "pg_default" => {}
        "pg_global" => {
            let message = "only shared relations can be placed in pg_global tablespace";
            return fail(sqlstate::INVALID_PARAMETER_VALUE, message);
        }
        name => {
            let query = format!("SELECT count(*) FROM pg_tablespace WHERE spcname = {}", quote_literal(name));
            execution.precondition(query, "1", sqlstate::UNDEFINED_OBJECT);
        }
    }
    Ok(())
}
