//! Sequences that stand behind the values of their column: the next insert would hand out a number that is taken.

use crate::effect::DataChangeKind;
use crate::report::validation::place::ran;
use crate::report::validation::wire::Check;
use crate::report::validation::{Drafts, none_of};
use crate::schema::relation::Relation;
use crate::schema::sequence::Sequence;
use crate::simulate::trace::Trace;

pub(super) fn collect(drafts: &mut Drafts<'_>) {
    let trace = drafts.trace;
    for relation in trace.end.relations_by_name() {
        let Some(sequence) = relation.sequence().filter(|it| !it.cycle) else { continue };
        let Some(owner) = sequence.owner else { continue };
        let Some(table) = trace.end.get(owner.table) else { continue };
        let Some(column) = table.columns().attribute(owner.column) else { continue };
        if !concerns(trace, relation, table, owner.column) {
            continue;
        }
        let (column, name) = (column.name.to_string(), &table.name);
        let title = format!("whether {} stands behind the values of {name}.{column}", relation.name);
        let check = none_of("sequences", &relation.name.plain(), title, behind(relation, sequence, table, &column));
        let relation = Some(relation.name.to_string());
        drafts.at_end(Check { relation, sqlstates: vec!["23505".into()], ..check });
    }
}

/// The plan writes rows of the table, or makes the sequence, or gives it another owner or start.
fn concerns(trace: &Trace, sequence: &Relation, table: &Relation, column: u16) -> bool {
    let steps = || trace.steps.iter().filter(|it| ran(it));
    let written = steps().flat_map(|it| &it.data_changes).any(|it| {
        let rows = it.column.as_ref().is_none_or(|(number, _)| *number == column);
        it.relation == table.id && rows && it.kind != DataChangeKind::Deleted
    });
    let is_new = trace.start.get(sequence.id).and_then(Relation::sequence).map(|it| it.owner)
        != sequence.sequence().map(|it| it.owner);
    // A new column takes its numbers from the sequence itself.
    let filled_by_it = trace.start.get(table.id).is_some_and(|it| it.columns().attribute(column).is_none());
    written || is_new && trace.start.get(table.id).is_some() && !filled_by_it
}

/// The next number is the last one and a step, or, where none was ever handed out, the last one itself.
fn behind(relation: &Relation, sequence: &Sequence, table: &Relation, column: &str) -> String {
    let (name, by) = (&relation.name, sequence.increment);
    let next = format!("CASE WHEN s.is_called THEN s.last_value::numeric + {by} ELSE s.last_value END");
    let (furthest, sign) = if by > 0 { ("max", ">=") } else { ("min", "<=") };
    format!(
        "SELECT count(*) FROM {name} AS s, (SELECT {furthest}({column}) AS furthest FROM {}) AS t WHERE t.furthest {sign} \
         {next}",
        table.name
    )
}
