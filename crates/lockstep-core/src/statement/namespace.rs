//! `CREATE SCHEMA`: `CreateSchemaCommand`.

use crate::pg::sqlstate;
use crate::statement::Command;
use crate::statement::execution::{Execution, Outcome, fail, unknown};
use crate::syntax::statement::CreateSchema;

impl Command for CreateSchema {
    fn run(&self, execution: &mut Execution) -> Outcome {
        execution.writable("CREATE SCHEMA")?;
        let name = self.name.as_str();
        let exists = execution.schema.has_namespace(name);
        if let (Some(why), false) = (execution.schema.uncertain.about(&self.name, None), exists) {
            return unknown(why);
        }
        if exists {
            let message = format!("schema \"{name}\" already exists");
            if self.if_not_exists {
                execution.notice(format!("{message}, skipping"));
                return Ok(());
            }
            return fail(sqlstate::DUPLICATE_SCHEMA, message);
        }
        if name.starts_with("pg_") {
            return fail(sqlstate::RESERVED_NAME, format!("unacceptable schema name \"{name}\""));
        }
        execution.schema.add_namespace(self.name.clone());
        Ok(())
    }
}
