//! `SET`, `RESET`, `SHOW`: settings that change what later statements mean or how long they wait.

use crate::name::{Ident, QualifiedName};
use crate::pg::sqlstate;
use crate::session::{Setting, Settings, milliseconds};
use crate::statement::Command;
use crate::statement::deferred;
use crate::statement::execution::{Execution, Outcome, fail, plain, unknown};
use crate::syntax::statement::Set;

impl Command for Set {
    fn run(&self, execution: &mut Execution) -> Outcome {
        match self {
            Set::Show => Ok(()),
            Set::Set { local, name, values } => set(execution, *local, name, values),
            Set::Reset { name } => set(execution, false, name, &[]),
            Set::ResetAll => {
                execution.session.settings.clear();
                execution.session.search_path = Settings::default().search_path;
                Ok(())
            }
            Set::Role { local, session, role } => set_role(execution, *local, *session, role.as_deref()),
            Set::TransactionMode { read_only, .. } => {
                if let Some(read_only) = read_only {
                    execution.session.read_only = *read_only;
                }
                Ok(())
            }
            Set::Constraints { names, deferred } if names.is_empty() => {
                if !*deferred {
                    deferred::fire(execution, None);
                }
                execution.pending.all_deferred = execution.in_block.then_some(*deferred);
                execution.pending.by_name.clear();
                Ok(())
            }
            Set::Constraints { names, deferred } => set_constraints(execution, names, *deferred),
        }
    }
}

/// `AfterTriggerSetState`: every constraint of that name in the first schema that has one, with its parts.
fn set_constraints(execution: &mut Execution, names: &[QualifiedName], deferred: bool) -> Outcome {
    let mut chosen: Vec<Ident> = vec![];
    for name in names {
        if let Some(schema) = &name.schema {
            execution.namespace(schema)?;
        }
        if let Some(why) = execution.schema.uncertain.about(&name.name, None) {
            return unknown(why);
        }
        let (mut found, mut elsewhere) = (false, false);
        for relation in execution.schema.relations() {
            let own = relation.table().and_then(|it| it.constraint(name.name.as_str()));
            let Some(constraint) = own else { continue };
            let inside = match &name.schema {
                Some(schema) => relation.name.schema == *schema,
                None => execution.session.search_path.contains(&relation.name.schema),
            };
            elsewhere |= !inside && constraint.deferrable;
            if inside && !constraint.deferrable {
                let message = format!("constraint \"{}\" is not deferrable", name.name.as_str());
                return fail(sqlstate::WRONG_OBJECT_TYPE, message);
            }
            found |= inside;
        }
        if !found && execution.schema.has_trigger_named(&name.name) || found && elsewhere {
            return unknown("which constraint is meant is not known");
        }
        if !found {
            let message = format!("constraint \"{}\" does not exist", plain(name));
            return fail(sqlstate::UNDEFINED_OBJECT, message);
        }
        chosen.push(name.name.clone());
    }
    // The parts of a constraint that partitions have go by names of their own.
    let mut next = 0;
    while let Some(name) = chosen.get(next).cloned() {
        for relation in execution.schema.relations() {
            let constraints = relation.table().into_iter().flat_map(|it| it.constraints.iter());
            let parts =
                constraints.filter(|it| execution.schema.constraint_parent(it).is_some_and(|(_, whole)| whole == name));
            for part in parts.map(|it| it.name.clone()).collect::<Vec<_>>() {
                if !chosen.contains(&part) {
                    chosen.push(part);
                }
            }
        }
        next += 1;
    }
    if !deferred {
        deferred::fire(execution, Some(&chosen));
    }
    if execution.in_block {
        execution.pending.by_name.extend(chosen.into_iter().map(|it| (it, deferred)));
    }
    Ok(())
}

/// `check_role` and `check_session_authorization`: no such role is a wrong value; a role is set by its
/// members alone, the session's by whoever it began with.
fn set_role(execution: &mut Execution, local: bool, session: bool, role: Option<&str>) -> Outcome {
    let ident = role.map(Ident::new);
    if let Some(ident) = &ident {
        execution.role_or(ident, sqlstate::INVALID_PARAMETER_VALUE)?;
        if !session {
            let ownership = &execution.schema.ownership;
            let wanted = execution.owner_of(ident);
            let right = ownership.can_become(execution.session.user.as_ref(), wanted.as_ref(), execution.version);
            let message = || format!("permission denied to set role \"{}\"", ident.as_str());
            execution.settle(right, message)?;
        }
    }
    if local && !execution.in_block {
        let what = if session { "SESSION AUTHORIZATION" } else { "ROLE" };
        execution.warning(&format!("SET LOCAL {what} can only be used in transaction blocks"));
        return Ok(());
    }
    let before = (execution.session.role.clone(), execution.session.user.clone());
    let outer = execution.session.outer_roles.take();
    execution.session.outer_roles = local.then(|| outer.unwrap_or(before));
    let wanted = ident.and_then(|it| execution.owner_of(&it));
    match (session, role) {
        (true, _) => {
            execution.session.user = wanted.clone();
            execution.session.role = wanted;
        }
        (false, Some(_)) => execution.session.role = wanted,
        (false, None) => execution.session.role = execution.session.user.clone(),
    }
    Ok(())
}

fn set(execution: &mut Execution, local: bool, name: &str, values: &[String]) -> Outcome {
    let name = name.to_ascii_lowercase();
    if local && !execution.in_block {
        execution.warning("SET LOCAL can only be used in transaction blocks");
        return Ok(());
    }
    match name.as_str() {
        "search_path" => {
            execution.session.search_path = match values {
                [] => Settings::default().search_path,
                values => values.iter().filter(|it| !it.is_empty()).map(|it| Ident::new(it)).collect(),
            };
            let known = |schema: &Ident| !schema.as_str().starts_with("$") && schema != "pg_catalog";
            execution.session.search_path.retain(known);
        }
        "transaction_read_only" | "default_transaction_read_only" => {
            let value = values.first().map(|it| it.to_ascii_lowercase());
            execution.session.read_only = matches!(value.as_deref(), Some("on" | "true" | "1" | "yes"));
        }
        "lock_timeout" | "statement_timeout" | "idle_in_transaction_session_timeout" | "transaction_timeout" => {
            if let [value] = values
                && milliseconds(value).is_none()
            {
                return fail(
                    sqlstate::INVALID_PARAMETER_VALUE,
                    format!("invalid value for parameter \"{name}\": \"{value}\""),
                );
            }
        }
        _ => {}
    }
    match values {
        [] => {
            execution.session.settings.remove(&name);
        }
        values => {
            let before = execution.session.settings.get(&name).cloned();
            let outer = before.and_then(|it| if it.local { it.outer } else { Some(it.value) }).filter(|_| local);
            execution.session.settings.insert(name, Setting { value: values.join(", "), local, outer });
        }
    }
    Ok(())
}
