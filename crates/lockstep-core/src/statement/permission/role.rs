//! Who may make, change and grant roles: `user.c`.

use crate::name::Ident;
use crate::pg::behavior;
use crate::schema::ownership::RoleState;
use crate::schema::rights::Right;
use crate::statement::execution::{Execution, Outcome};
use crate::syntax::statement::{GrantRole, RoleCommand};

fn says(options: &str, word: &str) -> bool {
    options.split_whitespace().any(|it| it.eq_ignore_ascii_case(word))
}

/// Attributes that only superusers may give away.
fn is_guarded(options: &str, limited: bool) -> bool {
    let guarded = ["superuser", "replication", "bypassrls"].iter().any(|it| says(options, it));
    // From 16 on nobody passes on what he does not have.
    guarded || limited && says(options, "createdb")
}

pub(super) fn check(statement: &RoleCommand, execution: &mut Execution) -> Outcome<bool> {
    let limited = behavior::creating_roles_is_limited(execution.version);
    let acting = execution.session.role.clone();
    let creates = execution.schema.ownership.attribute(acting.as_ref(), |it| it.superuser || it.create_role);
    let superuser = execution.schema.ownership.is_superuser(acting.as_ref());
    match statement {
        RoleCommand::Create { options, .. } => {
            if is_guarded(options, limited) && superuser != Right::Yes {
                let has_all = ["superuser", "replication", "bypassrls", "createdb"].iter().all(|word| {
                    let ownership = &execution.schema.ownership;
                    !says(options, word)
                        || limited
                            && *word != "superuser"
                            && ownership.attribute(acting.as_ref(), attribute(word)).is_yes()
                });
                if !has_all {
                    let what = ["superuser", "replication", "bypassrls"].into_iter().find(|it| says(options, it));
                    let message = match what {
                        Some(what) if !limited => format!("must be superuser to create {what} users"),
                        _ => "permission denied to create role".to_owned(),
                    };
                    execution.settle(superuser, || message.replace("superuser users", "superusers"))?;
                }
            }
            execution.settle(creates, || "permission denied to create role".to_owned())?;
            in_roles(execution, options)?;
            // From 16 on whoever makes a role administers it: which memberships that makes is not followed.
            Ok(!limited || superuser.is_yes() || !options.to_ascii_lowercase().contains(" role "))
        }
        RoleCommand::Drop { names, .. } => {
            execution.settle(creates, || "permission denied to drop role".to_owned())?;
            for name in names {
                // Whether it exists is looked at first.
                let described = execution.schema.ownership.role(name) == Some(RoleState::Made);
                let target =
                    if described { execution.schema.ownership.is_superuser(Some(name)) } else { Right::Unsure };
                let right = match target {
                    Right::No if limited => administers(execution, name),
                    Right::No => Right::Yes,
                    Right::Unsure => superuser | Right::Unsure,
                    Right::Yes => superuser,
                };
                let message =
                    if limited { "permission denied to drop role" } else { "must be superuser to drop superusers" };
                let exists = execution.schema.ownership.role(name) != Some(RoleState::Dropped);
                if exists {
                    execution.settle(right, || message.to_owned())?;
                }
            }
            Ok(true)
        }
        RoleCommand::Rename { name, .. } => {
            execution.settle(creates, || "permission denied to rename role".to_owned())?;
            Ok(!limited && execution.schema.ownership.is_superuser(Some(name)) == Right::No || superuser.is_yes())
        }
        RoleCommand::DropOwned { roles, .. } => {
            acts_for(execution, roles, "permission denied to drop objects")?;
            Ok(true)
        }
        RoleCommand::Reassign { roles, to } => {
            acts_for(execution, roles, "permission denied to reassign objects")?;
            acts_for(execution, std::slice::from_ref(to), "permission denied to reassign objects")?;
            Ok(true)
        }
        RoleCommand::Alter { .. } => Ok(superuser.is_yes()),
    }
}

/// `AddRoleMems` of the roles that the new one is to be a member of.
fn in_roles(execution: &mut Execution, options: &str) -> Outcome {
    let words: Vec<String> = options.split(|it: char| it.is_whitespace() || it == ',').map(str::to_lowercase).collect();
    let start = words.windows(2).position(|pair| pair[0] == "in" && matches!(pair[1].as_str(), "role" | "group"));
    for name in words.iter().skip(start.map_or(words.len(), |it| it + 2)) {
        let name = Ident::new(name);
        if execution.schema.ownership.role(&name) == Some(RoleState::Made) {
            let right = may_grant(execution, &name);
            let message = match behavior::creating_roles_is_limited(execution.version) {
                true => format!("permission denied to grant role \"{}\"", name.as_str()),
                false => "must be superuser to alter superusers".to_owned(),
            };
            execution.settle(right, || message)?;
        }
    }
    Ok(())
}

/// Whether the session's role may make others members of that one.
fn may_grant(execution: &Execution, role: &Ident) -> Right {
    let ownership = &execution.schema.ownership;
    let acting = execution.session.role.as_ref();
    match ownership.is_superuser(execution.owner_of(role).as_ref()) {
        Right::No if behavior::creating_roles_is_limited(execution.version) => administers(execution, role),
        Right::No => administers(execution, role) | ownership.attribute(acting, |it| it.superuser || it.create_role),
        Right::Yes => ownership.is_superuser(acting),
        Right::Unsure => ownership.is_superuser(acting) | Right::Unsure,
    }
}

fn attribute(word: &str) -> fn(crate::schema::ownership::Attributes) -> bool {
    match word {
        "replication" => |it| it.replication,
        "bypassrls" => |it| it.bypass_row_security,
        "createdb" => |it| it.create_database,
        _ => |it| it.superuser,
    }
}

fn administers(execution: &Execution, role: &Ident) -> Right {
    execution.schema.ownership.is_admin_of(execution.session.role.as_ref(), role, execution.version)
}

fn acts_for(execution: &mut Execution, roles: &[Ident], message: &str) -> Outcome {
    for role in roles {
        let other = execution.owner_of(role);
        let ownership = &execution.schema.ownership;
        let acting = execution.session.role.as_ref();
        let right = ownership.has_privileges_of(acting, other.as_ref(), execution.version);
        execution.settle(right, || message.to_owned())?;
    }
    Ok(())
}

/// `check_role_membership_authorization`, and its forerunner in `AddRoleMems`.
pub(super) fn check_grant(statement: &GrantRole, execution: &mut Execution) -> Outcome<bool> {
    let limited = behavior::creating_roles_is_limited(execution.version);
    for role in &statement.roles {
        let ownership = &execution.schema.ownership;
        if ownership.role(role) == Some(RoleState::Dropped) {
            continue;
        }
        let right = may_grant(execution, role);
        let (name, revoke) = (role.as_str(), statement.revoke);
        let message = || match (limited, revoke) {
            (false, _) => format!("must have admin option on role \"{name}\""),
            (true, false) => format!("permission denied to grant role \"{name}\""),
            (true, true) => format!("permission denied to revoke role \"{name}\""),
        };
        execution.settle(right, message)?;
    }
    Ok(true)
}
