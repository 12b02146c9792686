//! One sentence for each step: what the people who use the database notice of it.

use std::borrow::Cow;

use smallvec::SmallVec;
use smol_str::SmolStr;

use crate::effect::{RelationId, WorkKind};
use crate::simulate::trace::{Outcome, Step, Trace, TransactionEnd, TransactionKind};

pub(super) fn caption(step: &Step, trace: &Trace) -> String {
    match &step.outcome {
        Outcome::Failed(error) => format!("Fails with {}: {}.", error.sqlstate, error.message),
        Outcome::Skipped => match stopped_at(step, trace) {
            Some(failed) => format!("Not run: {} stops at the error of step {failed}.", trace.plan.runner.id),
            None => "Not run.".to_owned(),
        },
        Outcome::Unknown(why) if step.applied => format!("{} Not certain: {why}.", effects(step, trace)),
        Outcome::Unknown(why) => format!("Not known: {why}."),
        Outcome::Done | Outcome::DependsOnData(_) => effects(step, trace),
    }
}

fn stopped_at(step: &Step, trace: &Trace) -> Option<usize> {
    trace.failed_first.filter(|failed| *failed < step.index)
}

fn effects(step: &Step, trace: &Trace) -> String {
    use crate::syntax::statement::{Statement, TransactionCommand};
    if let Some(Statement::Transaction(command)) = step.statement.as_deref() {
        return match command {
            TransactionCommand::Begin { .. } => "Opens a transaction: locks taken from here on stay to its end.".into(),
            TransactionCommand::Commit { .. } => ends(step, "Commits"),
            TransactionCommand::Rollback { .. } => ends(step, "Rolls back"),
            TransactionCommand::Prepare(id) => {
                format!("Leaves the transaction behind as {id}: its locks stay until it is committed or rolled back.")
            }
            TransactionCommand::CommitPrepared(id) => format!("Commits the prepared transaction {id}."),
            TransactionCommand::RollbackPrepared(id) => format!("Rolls the prepared transaction {id} back."),
            TransactionCommand::Savepoint(name) => format!("Remembers this point as {name}."),
            TransactionCommand::Release(name) => format!("Forgets the savepoint {name}; its locks stay."),
            TransactionCommand::RollbackTo(name) => {
                format!("Goes back to {name} and releases the locks taken since.")
            }
        };
    }
    let strongest = step.in_force();
    let taken = |id: RelationId| step.locks.iter().any(|it| !it.private && it.relation == id);
    let blocked = || {
        strongest.iter().filter(|(id, _, kind, mode)| {
            matches!(kind, 'r' | 'p' | 'm') && mode.blocks_writes() && (taken(*id) || has_work(step, *id))
        })
    };
    let Some(mode) = blocked().map(|it| it.3).max() else {
        return quiet(step);
    };
    let names: SmallVec<[SmolStr; 4]> = blocked().filter(|it| it.3 == mode).map(|it| it.1.shown()).collect();
    let who = if mode.blocks_reads() { "Reads and writes" } else { "Writes" };
    let others = if mode.blocks_reads() { "" } else { "; reads go on" };
    format!("{who} of {} wait {}{others}.", list(&names), how_long(step, trace))
}

fn has_work(step: &Step, id: RelationId) -> bool {
    step.work.iter().any(|it| it.relation == id)
}

fn how_long(step: &Step, trace: &Trace) -> Cow<'static, str> {
    let work = |kind: WorkKind| step.work.iter().find(|it| it.kind == kind);
    let while_: Cow<'static, str> = if work(WorkKind::Rewrite).is_some() {
        "while every row is rewritten".into()
    } else if let Some(it) = work(WorkKind::BuildIndex) {
        match &it.object {
            Some(index) => format!("while the index {index} is built").into(),
            None => "while an index is built".into(),
        }
    } else if work(WorkKind::Verify).is_some() {
        "while every row is read".into()
    } else if work(WorkKind::ValidateForeignKey).is_some() {
        "while every row is looked up in the other table".into()
    } else {
        "for a moment".into()
    };
    match trace.transaction_of(step) {
        Some(it) if it.kind != TransactionKind::Single && it.last > step.index => match it.end {
            TransactionEnd::Open => format!("{while_}, and on until the transaction ends").into(),
            _ => format!("{while_}, and on until the transaction ends after step {}", it.last).into(),
        },
        _ => while_,
    }
}

fn quiet(step: &Step) -> String {
    let work = |kind: WorkKind| step.work.iter().find(|it| it.kind == kind);
    if let Some(it) = work(WorkKind::WriteRows) {
        return format!("Writes rows of {}; whoever writes the same rows waits.", it.name);
    }
    if let Some(it) = work(WorkKind::BuildIndex) {
        return match step.waits.is_empty() {
            true => format!("Builds an index of {}; nobody has to wait.", it.name),
            false => format!("Builds an index of {} while reads and writes go on.", it.name),
        };
    }
    if work(WorkKind::Verify).is_some() || work(WorkKind::ValidateForeignKey).is_some() {
        return "Checks every row while reads and writes go on.".to_owned();
    }
    match step.locks.iter().any(|it| !it.private) {
        true => "Reads and writes go on.".to_owned(),
        false => "Touches no table that exists.".to_owned(),
    }
}

fn ends(step: &Step, verb: &str) -> String {
    let mut names: SmallVec<[SmolStr; 4]> = SmallVec::new();
    for held in step.held.iter().filter(|it| !it.new && it.kind == 'r' && it.mode.blocks_writes()) {
        let name = held.name.shown();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    match names.is_empty() {
        true => format!("{verb}."),
        false => format!("{verb} and releases {}.", list(&names)),
    }
}

fn list(names: &[SmolStr]) -> String {
    match names {
        [] => String::new(),
        [one] => one.to_string(),
        [rest @ .., last] if rest.len() < 4 => format!("{} and {last}", rest.join(", ")),
        [first, second, rest @ ..] => format!("{first}, {second} and {} more", rest.len()),
    }
}
