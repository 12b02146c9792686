//! What no statement brings back: contents of what was dropped, values overwritten, rows deleted.

use crate::effect::{DataChangeKind, RelationId};
use crate::rollback::Work;
use crate::rollback::inserted::Inserted;
use crate::rollback::recovery::Gone;
use crate::rollback::relations::column_path;
use crate::rollback::state::{State, find};
use crate::schema::Schema;
use crate::simulate::trace::{Outcome, Step, Trace};
use crate::syntax::statement::{AlterTableAction, Statement, Subcommand};

impl Work<'_> {
    pub(super) fn find_losses(&mut self, trace: &Trace, state: &State<'_>) {
        for step in &state.steps {
            if let Outcome::Unknown(why) = &step.outcome {
                // On the model it ran, and its effects are known; of a conversion only where the rows are, too.
                if step.applied && !converts(step) {
                    self.note(format!(
                        "Whether step {} ({}) succeeds is not known ({why}); where it does, this undoes it.",
                        step.index, step.command
                    ));
                    continue;
                }
                self.unknown_steps.push(step.index);
                self.cannot(format!(
                    "What step {} ({}) did is not known, so it is not undone here: {why}.",
                    step.index,
                    if step.command.is_empty() { "unread" } else { &step.command },
                ));
            }
        }
        self.lost_tables(state);
        self.lost_columns(state);
        self.lost_sequences(state);
        self.conversions(state);
        let (mut inserted, mut updated) = (vec![], vec![]);
        for step in &state.steps {
            self.changed_rows(trace, step, &mut inserted, &mut updated);
        }
        self.undo_inserted(&inserted, &updated);
        if !trace.start_troubles.is_empty() {
            self.note(
                "Part of the starting schema is not modelled; what the migration did to that part could only be known \
                 from steps that are unknown as well.",
            );
        }
    }

    fn lost_tables(&mut self, state: &State<'_>) {
        let start = self.start;
        for id in self.diff.lost_tables.clone() {
            let name = &start.relation(id).name;
            let step = self.since(state, id, None, |schema| schema.get(id).is_none());
            self.lose(format!("The rows of {name}, dropped by {step}: it comes again empty."));
        }
        for pair in self.diff.tables.clone() {
            if !pair.same() {
                let name = &start.relation(pair.was).name;
                let step = self.since(state, pair.was, None, |schema| schema.get(pair.was).is_none());
                self.lose(format!(
                    "The rows of {name}, dropped by {step}: the table that now has this name is altered back instead and \
                     keeps the rows that it has."
                ));
            }
        }
    }

    fn lost_columns(&mut self, state: &State<'_>) {
        let start = self.start;
        for pair in self.diff.tables.clone().iter().filter(|pair| pair.same()) {
            let lacks = |number: u16| {
                move |schema: &Schema| {
                    let table = schema.get(pair.was).and_then(|it| it.table());
                    table.and_then(|it| it.attribute(number)).is_none_or(|column| column.dropped)
                }
            };
            for number in &pair.lost_columns {
                let Some(column) = start.table(pair.was).attribute(*number) else { continue };
                let path = column_path(start, pair.was, *number);
                if column.generated.is_some() {
                    let step = since(state, lacks(*number)).0;
                    self.note(format!("{path}, dropped by {step}, is computed again for every row."));
                    continue;
                }
                let step = self.since(state, pair.was, Some(*number), lacks(*number));
                let again = if column.identity.is_some() || start.serial_word(pair.was, *number).is_some() {
                    "every row gets a new number"
                } else if column.default.is_some() {
                    "every row gets the default"
                } else if self.must_stay_nullable(pair.was, *number) {
                    "it comes again as NULL in every row, and without NOT NULL, which rows that exist could not satisfy"
                } else {
                    "it comes again as NULL in every row"
                };
                self.lose(format!("The contents of {path}, dropped by {step}: {again}."));
            }
            for column in pair.columns.iter().filter(|it| !it.same) {
                let path = column_path(start, pair.was, column.was);
                let step = self.since(state, pair.was, Some(column.was), lacks(column.was));
                self.lose(format!(
                    "The contents of {path}, dropped by {step}: the column that now has this name is kept with what it \
                     holds."
                ));
            }
        }
    }

    fn lost_sequences(&mut self, state: &State<'_>) {
        let start = self.start;
        for id in self.diff.lost_sequences.clone() {
            let owner = start.relation(id).sequence().and_then(|it| it.owner);
            let with_owner = owner.is_some_and(|owner| match self.pair_of(owner.table) {
                None => true,
                Some(pair) => pair.lost_columns.contains(&owner.column),
            });
            if !with_owner {
                let name = &start.relation(id).name;
                let (step, index) = since(state, |schema| schema.get(id).is_none());
                self.unknown_steps.extend(index);
                self.lose(format!("The position of the sequence {name}, dropped by {step}: it starts again."));
            }
        }
    }

    /// Rows of tables that were there at the start. Whether they had any is not asked: a schema alone
    /// does not tell.
    fn changed_rows<'s>(
        &mut self,
        trace: &Trace,
        step: &'s Step,
        inserted: &mut Vec<Inserted<'s>>,
        updated: &mut Vec<RelationId>,
    ) {
        let start = self.start;
        let mut changes: Vec<(RelationId, Option<u16>, DataChangeKind)> =
            step.data_changes.iter().map(|it| (it.relation, it.column.as_ref().map(|it| it.0), it.kind)).collect();
        match step.statement.as_deref() {
            Some(Statement::Update(it)) => {
                let table = find(&step.after, &step.session, &it.table);
                for (name, _) in &it.assignments {
                    let column = table.and_then(|id| step.after.get(id)?.table()?.column(name.as_str()));
                    if let (Some(table), Some((number, _))) = (table, column) {
                        changes.push((table, Some(number), DataChangeKind::Overwritten));
                    }
                }
            }
            Some(Statement::Delete(it)) => {
                let table = find(&step.after, &step.session, &it.table);
                changes.extend(table.map(|id| (id, None, DataChangeKind::Deleted)));
            }
            Some(Statement::Insert(it)) => {
                let table = find(&step.after, &step.session, &it.table);
                let kind = match it.on_conflict_update {
                    Some(true) => DataChangeKind::Overwritten,
                    _ => DataChangeKind::Inserted,
                };
                changes.extend(table.map(|id| (id, None, kind)));
            }
            _ => {}
        }
        for (table, column, kind) in changes {
            if trace.is_made_by_plan(table) || start.get(table).and_then(|it| it.table()).is_none() {
                continue;
            }
            let index = step.index;
            let name = start.relation(table).name.clone();
            let was_there = |number: u16| start.table(table).attribute(number).is_some_and(|it| !it.dropped);
            match (kind, column) {
                (DataChangeKind::Overwritten, Some(number)) if was_there(number) => {
                    let path = column_path(start, table, number);
                    self.lose(format!("The old values of {path}, overwritten by step {index}."));
                }
                (DataChangeKind::Overwritten, None) => {
                    self.lose(format!("The old values of rows of {name} that step {index} overwrites on conflict."));
                }
                (DataChangeKind::Deleted, _) => {
                    self.lose(format!("The rows of {name} deleted by step {index}."));
                }
                // A table that is gone takes them along.
                (DataChangeKind::Inserted, _) if self.now.get(table).is_none() => {}
                (DataChangeKind::Inserted, _)
                    if !inserted.iter().any(|it| (it.step.index, it.table) == (index, table)) =>
                {
                    inserted.push(Inserted { step, table });
                }
                _ => {}
            }
            if matches!(kind, DataChangeKind::Overwritten) {
                updated.push(table);
            }
            let lost = match kind {
                DataChangeKind::Overwritten => column.is_none_or(was_there),
                DataChangeKind::Deleted => true,
                _ => false,
            };
            if lost {
                self.gone.push(Gone { step: index, table, column });
            }
        }
    }
}

/// The first step after which it holds, in words and by its number.
fn since(state: &State<'_>, holds: impl Fn(&Schema) -> bool) -> (String, Option<usize>) {
    let step = state.steps.iter().find(|step| holds(&step.after)).map(|it| it.index);
    (step.map_or_else(|| "the migration".to_owned(), |step| format!("step {step}")), step)
}

impl Work<'_> {
    /// The same of something that is lost then.
    fn since(
        &mut self,
        state: &State<'_>,
        table: RelationId,
        column: Option<u16>,
        holds: impl Fn(&Schema) -> bool,
    ) -> String {
        let (words, step) = since(state, holds);
        self.gone.extend(step.map(|step| Gone { step, table, column }));
        words
    }
}

fn converts(step: &Step) -> bool {
    let Some(Statement::AlterTable(statement)) = step.statement.as_deref() else { return false };
    match &statement.action {
        AlterTableAction::Subcommands(all) => all.iter().any(|it| matches!(it, Subcommand::SetType { .. })),
        _ => false,
    }
}
