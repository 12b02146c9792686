#![doc = include_str!("sequence_stays_integer.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::{altered, end_of_file, subcommands};
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::pg::types::Type;
use crate::schema::sequence::SequenceType;
use crate::simulate::trace::{Step, Trace};
use crate::syntax::statement::Subcommand;

pub(super) static HAZARD: Hazard = Hazard {
    id: "sequence_stays_integer",
    severity: Severity::Warning,
    page: include_str!("sequence_stays_integer.md"),
    recipe: None,
    concerns: Concerns::RETYPES,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    let Some((relation, old)) = altered(step, trace) else { return vec![] };
    let Some(new) = step.after.get(relation.id).and_then(|it| it.table()) else { return vec![] };
    let end = end_of_file(step, trace);
    let mut found = vec![];
    for changed in subcommands(step) {
        let Subcommand::SetType { column, .. } = changed else { continue };
        let Some((number, column)) = new.column(column.as_str()).filter(|(_, it)| it.type_.bare() == Type::INT8) else {
            continue;
        };
        if old.attribute(number).is_none_or(|it| it.type_.bare() == Type::INT8) {
            continue;
        }
        let owned = new.sequences.iter().filter_map(|id| end.get(*id));
        let small = owned.filter(|it| {
            it.sequence().is_some_and(|it| {
                it.data_type != SequenceType::BigInt && it.owner.as_ref().is_some_and(|it| it.column == number)
            })
        });
        for sequence in small {
            let message = format!(
                "{} of {} holds larger numbers now, but {} still ends at {} (2200H): ALTER SEQUENCE … AS bigint is missing.",
                column.name,
                relation.name,
                sequence.name,
                sequence.sequence().map_or(0, |it| it.max)
            );
            found.push(Finding::new(&HAZARD, message).about(&sequence.name));
        }
    }
    found
}
