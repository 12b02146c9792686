//! `DROP FUNCTION`, `PROCEDURE`, `ROUTINE`, `AGGREGATE`: `RemoveObjects`.

use crate::schema::dependency::Object;
use crate::statement::Command;
use crate::statement::deletion::delete;
use crate::statement::execution::{Execution, Outcome};
use crate::statement::routine::look_up;
use crate::syntax::statement::DropRoutine;

impl Command for DropRoutine {
    fn run(&self, execution: &mut Execution) -> Outcome {
        execution.writable(&format!("DROP {}", self.kind))?;
        let mut targets = vec![];
        for wanted in &self.routines {
            if let Some(id) = look_up(execution, self.kind, wanted, self.if_exists)? {
                targets.push(Object::Other(id));
            }
        }
        delete(execution, &targets, self.cascade)
    }
}
