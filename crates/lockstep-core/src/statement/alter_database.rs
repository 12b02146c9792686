//! `ALTER DATABASE … SET`: `AlterDatabaseSet`. What it sets holds for later sessions only.

use crate::name::quote_literal;
use crate::pg::sqlstate;
use crate::statement::Command;
use crate::statement::execution::{Execution, Outcome};
use crate::syntax::statement::AlterDatabase;

impl Command for AlterDatabase {
    fn run(&self, execution: &mut Execution) -> Outcome {
        execution.writable("ALTER DATABASE")?;
        let name = quote_literal(self.name.as_str());
        let query = format!("SELECT count(*) FROM pg_database WHERE datname = {name}");
        execution.precondition(query, "1", sqlstate::UNDEFINED_DATABASE);
        Ok(())
    }
}
