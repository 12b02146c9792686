#![doc = include_str!("concurrently_in_transaction.md")]

use crate::diagnostic::Severity;
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::pg::sqlstate;
use crate::simulate::trace::{Outcome, Step, Trace, TransactionKind};
use crate::syntax::statement::{AlterTableAction, Statement, Subcommand};

pub(super) static HAZARD: Hazard = Hazard {
    id: "concurrently_in_transaction",
    severity: Severity::Error,
    page: include_str!("concurrently_in_transaction.md"),
    recipe: None,
    concerns: Concerns::REFUSED,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    let refused = match &step.outcome {
        Outcome::Failed(error) => error.sqlstate == sqlstate::ACTIVE_SQL_TRANSACTION,
        // Refused before anything else is looked at, whatever else is not known of it.
        Outcome::Unknown(_) => step.in_block,
        _ => false,
    };
    let Some(command) = step.statement.as_deref().and_then(concurrent_command).filter(|_| refused) else {
        return vec![];
    };
    let message = format!("{command} fails with 25001, active_sql_transaction: {}.", where_it_stands(step, trace));
    vec![Finding::new(&HAZARD, message)]
}

/// The command, where it is one that the server refuses in a transaction block.
fn concurrent_command(statement: &Statement) -> Option<&'static str> {
    match statement {
        Statement::CreateIndex(it) if it.concurrently => Some("CREATE INDEX CONCURRENTLY"),
        Statement::Drop(it) if it.concurrently => Some("DROP INDEX CONCURRENTLY"),
        Statement::AlterTable(it) => match &it.action {
            AlterTableAction::Subcommands(all) => {
                let detaches = |it: &Subcommand| matches!(it, Subcommand::DetachPartition { concurrently: true, .. });
                all.iter().any(detaches).then_some("ALTER TABLE ... DETACH CONCURRENTLY")
            }
            _ => None,
        },
        Statement::Reindex(it) if it.concurrently => Some("REINDEX CONCURRENTLY"),
        _ => None,
    }
}

fn where_it_stands(step: &Step, trace: &Trace) -> String {
    match trace.transaction_of(step) {
        Some(it) if it.kind == TransactionKind::Runner && trace.plan.wrapping.is_none() => {
            let runner = trace.plan.runner;
            format!("{} runs it inside a transaction ({})", runner.id, runner.about.trim_end_matches('.').to_lowercase())
        }
        Some(it) if it.kind == TransactionKind::Runner => "the runner puts it into a transaction".to_owned(),
        Some(it) => format!("it stands inside the transaction that step {} begins", it.first),
        None => "it stands inside a transaction".to_owned(),
    }
}
