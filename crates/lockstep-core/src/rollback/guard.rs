//! What lets a script run where a table that it alters is gone: statements about that table are left out.

use crate::effect::{ObjectName, RelationId};
use crate::name::{Ident, QualifiedName};
use crate::rollback::Work;
use crate::rollback::script::{self, Action, Place};
use crate::syntax;
use crate::syntax::privilege::GrantTarget;
use crate::syntax::statement::{ObjectType, Statement};

impl Work<'_> {
    /// Only for tables that stay: those that the script makes are there.
    pub(super) fn guard_against_missing_tables(&mut self) {
        let stays: Vec<RelationId> = self.diff.tables.iter().map(|pair| pair.was).collect();
        let start = self.start;
        for (_, action) in &mut self.actions {
            let Ok(statement) = syntax::parse(&action.sql) else { continue };
            let Some(name) = subject(&statement).map(found) else { continue };
            if start.find(&name).is_some_and(|id| stays.contains(&id)) {
                guard(action, &name, &statement);
            }
        }
    }
}

/// In a script a name without a schema is one of `public`.
fn found(name: &QualifiedName) -> ObjectName {
    let schema = name.schema.clone().unwrap_or_else(|| Ident::new("public"));
    ObjectName { schema, name: name.name.clone() }
}

/// The table without which the statement fails.
fn subject(statement: &Statement) -> Option<&QualifiedName> {
    match statement {
        Statement::AlterTable(it) if it.object == ObjectType::Table => Some(&it.name),
        Statement::CreateIndex(it) => Some(&it.table),
        Statement::CreateTrigger(it) => Some(&it.table),
        Statement::CreatePolicy(it) => Some(&it.table),
        Statement::Comment(it) => Some(&it.address.name),
        Statement::Grant(it) => match &it.target {
            GrantTarget::Objects(ObjectType::Table, objects) => objects.first().map(|it| &it.name),
            _ => None,
        },
        _ => None,
    }
}

fn guard(action: &mut Action, name: &ObjectName, statement: &Statement) {
    if let Statement::AlterTable(it) = statement {
        if !it.if_exists {
            action.sql = action.sql.replacen("ALTER TABLE ", "ALTER TABLE IF EXISTS ", 1);
        }
    } else if action.place == Place::Inside && action.condition.is_none() {
        action.condition = Some(script::relation_exists(name));
    }
}
