//! `DROP` of objects that are neither relations, types nor schemas: `RemoveObjects`.

use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::statement::Command;
use crate::statement::address;
use crate::statement::deletion::delete;
use crate::statement::execution::{Execution, Outcome, Stop};
use crate::syntax::statement::{DropObject, ObjectType};

const REASON: &str = "the table of a part that is dropped is locked";

impl DropObject {
    pub(super) fn tag(&self) -> String {
        format!("DROP {}", self.object)
    }
}

impl Command for DropObject {
    fn run(&self, execution: &mut Execution) -> Outcome {
        execution.writable(&self.tag())?;
        let mut targets = vec![];
        for it in &self.addresses {
            let on_relation = matches!(self.object, ObjectType::Trigger | ObjectType::Rule | ObjectType::Policy);
            let locks = execution.record.locks.clone();
            let found = address::find(execution, it, LockMode::AccessExclusive, REASON);
            execution.record.locks = locks;
            match found {
                Ok(object) => {
                    if on_relation {
                        execution.open(&it.name, LockMode::AccessExclusive, REASON)?;
                    }
                    targets.extend(object);
                }
                Err(Stop::Error(error)) if self.if_exists && is_missing(error.sqlstate) => {
                    execution.notice(format!("{}, skipping", error.message));
                }
                Err(stop) => return Err(stop),
            }
        }
        if self.object == ObjectType::Subscription && execution.in_block {
            return super::execution::unknown("whether the subscription has a replication slot is not known");
        }
        delete(execution, &targets, self.cascade)
    }
}

fn is_missing(sqlstate: sqlstate::SqlState) -> bool {
    [sqlstate::UNDEFINED_OBJECT, sqlstate::UNDEFINED_FUNCTION, sqlstate::UNDEFINED_TABLE, sqlstate::INVALID_SCHEMA_NAME]
        .contains(&sqlstate)
}
