//! Commands about the whole server: outcome alone, as they leave the schema as it is.

use crate::statement::execution::{Execution, Outcome, unknown};
use crate::syntax::statement::Other;

/// Commands that `standard_ProcessUtility` refuses in a transaction block before all else.
const ALONE: [&str; 5] = ["CREATE DATABASE", "DROP DATABASE", "CREATE TABLESPACE", "DROP TABLESPACE", "ALTER SYSTEM"];

pub(super) fn run(statement: &Other, execution: &mut Execution) -> Outcome {
    let words: Vec<String> = statement.text.split_whitespace().take(4).map(str::to_ascii_uppercase).collect();
    let first_two = words.iter().take(2).map(String::as_str).collect::<Vec<_>>().join(" ");
    if ALONE.contains(&first_two.as_str()) && words.len() > 2 {
        // `ALTER SYSTEM` changes a file, not the database.
        if first_two != "ALTER SYSTEM" {
            execution.writable(&first_two)?;
        }
        execution.outside_block(&first_two)?;
    }
    match words.as_slice() {
        [word] if word == "CHECKPOINT" => Ok(()),
        _ => unknown(format!("{} is not modelled", statement.command)),
    }
}
