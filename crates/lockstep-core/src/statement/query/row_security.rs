//! What policies add to a query of a role that is subject to them: `get_row_security_policies`, `fireRIRrules`.

use crate::effect::{PgError, RelationId};
use crate::expression::query::{QueryTree, Source};
use crate::name::QualifiedName;
use crate::pg::sqlstate;
use crate::schema::dependency::Object;
use crate::schema::object::ObjectClass;
use crate::schema::trigger::PolicyCondition;
use crate::statement::execution::{Execution, Outcome, Stop, unknown};
use crate::syntax::expression::QueryText;

const NOT_KNOWN: &str = "which policies the role is subject to is not known";

/// The conditions of the policies on all tables that the query reads, with those on tables that they read.
pub(super) fn conditions(execution: &Execution, tree: &QueryTree) -> Outcome<Vec<PolicyCondition>> {
    let mut found = vec![];
    if execution.session.role.is_none() {
        return Ok(found);
    }
    for id in tree.relations() {
        of_relation(execution, RelationId(id), &mut vec![], &mut found)?;
    }
    Ok(found)
}

fn of_relation(
    execution: &Execution,
    id: RelationId,
    active: &mut Vec<RelationId>,
    found: &mut Vec<PolicyCondition>,
) -> Outcome {
    let Some(relation) = execution.schema.get(id) else { return Ok(()) };
    if relation.view().is_some() {
        // Its tables are read with the rights of its owner.
        let asked = |id: &RelationId| {
            let secured = execution.schema.get(*id).and_then(|it| it.table()).is_some_and(|it| it.row_security);
            secured && has_queries(execution, *id)
        };
        return match execution.schema.read_by_view(id).iter().any(asked) {
            true => unknown(NOT_KNOWN),
            false => Ok(()),
        };
    }
    let Some(table) = relation.table().filter(|it| it.row_security) else { return Ok(()) };
    let role = execution.session.role.as_ref();
    let bypasses = execution.schema.ownership.attribute(role, |it| it.superuser || it.bypass_row_security);
    let owner = execution.owns(&Object::Relation(id));
    if bypasses.is_yes() || owner.is_yes() && !table.force_row_security {
        return Ok(());
    }
    if execution.session.settings.get("row_security").is_some_and(|it| is_off(&it.value)) {
        let name = execution.bare_name(id);
        let message = format!("query would be affected by row-level security policy for table \"{name}\"");
        return Err(Stop::Error(PgError::new(sqlstate::INSUFFICIENT_PRIVILEGE, message)));
    }
    // What policies ask may leave partitions out.
    if table.is_partitioned() {
        return unknown(NOT_KNOWN);
    }
    if active.contains(&id) {
        let name = execution.bare_name(id);
        let message = format!("infinite recursion detected in policy for relation \"{name}\"");
        return Err(Stop::Error(PgError::new(sqlstate::INVALID_OBJECT_DEFINITION, message)));
    }
    active.push(id);
    for object in execution.schema.objects_on(ObjectClass::Policy, id) {
        let Some(policy) = object.policy().filter(|it| matches!(it.command, '*' | 'r')) else { continue };
        let Some(using) = &policy.using else { continue };
        let named = policy.roles.is_empty() || role.is_some_and(|role| policy.roles.contains(role));
        let PolicyCondition::Query(tree) = using else {
            if named {
                found.push(using.clone());
            }
            continue;
        };
        if !named {
            return unknown(NOT_KNOWN);
        }
        // Rewriting comes before privileges are looked at.
        for inner in inside(tree) {
            of_relation(execution, inner, active, found)?;
        }
        if !inside(tree).iter().all(|it| execution.may(&Object::Relation(*it), "select").is_yes()) {
            return unknown(NOT_KNOWN);
        }
        found.push(using.clone());
    }
    active.pop();
    Ok(())
}

fn is_off(value: &str) -> bool {
    ["off", "false", "0", "no"].contains(&value.to_ascii_lowercase().as_str())
}

fn has_queries(execution: &Execution, id: RelationId) -> bool {
    execution
        .schema
        .objects_on(ObjectClass::Policy, id)
        .any(|object| object.policy().is_some_and(|it| matches!(it.using, Some(PolicyCondition::Query(_)))))
}

/// The relations that the queries of a condition read.
pub(super) fn inside(tree: &QueryTree) -> Vec<RelationId> {
    let entries = tree.levels().into_iter().skip(1).flat_map(|it| &it.entries);
    let relations = entries.filter_map(|it| match it.source {
        Source::Relation { id, .. } => Some(RelationId(id)),
        _ => None,
    });
    relations.collect()
}

/// What the policies of a table read, however deep.
pub(in crate::statement) fn read_by_policies(execution: &Execution, table: RelationId) -> Vec<RelationId> {
    let (mut found, mut open) = (vec![], vec![table]);
    while let Some(id) = open.pop() {
        for object in execution.schema.objects_on(ObjectClass::Policy, id) {
            let Some(PolicyCondition::Query(tree)) = object.policy().and_then(|it| it.using.as_ref()) else { continue };
            for inner in inside(tree) {
                if !found.contains(&inner) {
                    found.push(inner);
                    open.push(inner);
                }
            }
        }
    }
    found
}

/// A query that is not analysed, of tables whose policies hold queries.
pub(in crate::statement) fn refuse_policies(execution: &Execution, query: &QueryText) -> Outcome {
    let subject = execution.session.role.is_some();
    let asks =
        |name: &QualifiedName| execution.look_up(name).ok().flatten().is_some_and(|id| has_queries(execution, id));
    match subject && query.reads.iter().any(asks) {
        true => unknown(NOT_KNOWN),
        false => Ok(()),
    }
}
