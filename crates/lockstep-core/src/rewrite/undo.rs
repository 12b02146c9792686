//! The way back from one stage of a plan to where the stage began.

use crate::input::sql::split::{PieceKind, split};
use crate::rewrite::draft::Action;
use crate::rewrite::planner::PlannedStep;
use crate::rewrite::trial;
use crate::rollback::{WayBack, way_back};
use crate::simulate::trace::Trace;
use crate::syntax::statement::Statement;

/// What undoes these steps of the plan, which follow one another, the first being the plan's step `first` (1-based);
/// `None` where that is not known.
pub fn undo(whole: &Trace, steps: &[PlannedStep], first: usize) -> Option<WayBack> {
    let state = &steps.first()?.before;
    let (mut text, mut numbers) = (String::new(), vec![]);
    for (at, step) in steps.iter().enumerate().filter(|(_, it)| !fills_what_is_new(whole, it)) {
        let part = trial::text(whole, state, &step.draft.action);
        let statements = split(&part).value.iter().filter(|it| it.kind == PieceKind::Statement).count();
        numbers.extend(std::iter::repeat_n(first + at, statements));
        text.push_str(&part);
        text.push('\n');
    }
    let trace = trial::run(whole, state, &text);
    trial::after(&trace)?;
    // Only what the stage itself has made is dropped.
    let mut way = way_back(&Trace { start: state.schema.clone(), ..trace }, None);
    for sentences in [&mut way.lost, &mut way.stays, &mut way.impossible, &mut way.notes] {
        sentences.iter_mut().for_each(|it| *it = renumbered(it, &numbers));
    }
    Some(way)
}

/// Nothing was in the columns, or in the table, before the plan began.
fn fills_what_is_new(whole: &Trace, step: &PlannedStep) -> bool {
    let Action::Backfill(backfill) = &step.draft.action else { return false };
    if backfill.copy.is_some() {
        return true;
    }
    let schema = &step.before.schema;
    let Some((id, table)) = schema.find(&backfill.table).and_then(|id| Some((id, schema.get(id)?.table()?))) else {
        return false;
    };
    let start = whole.start.get(id).and_then(|it| it.table());
    let is_new = |name: &str| {
        let number = table.column(name).map(|it| it.0);
        number.is_some_and(|it| start.is_none_or(|start| start.attribute(it).is_none()))
    };
    step.steps.iter().all(|it| match it.statement.as_deref() {
        Some(Statement::Update(change)) => change.assignments.iter().all(|(name, _)| is_new(name.as_str())),
        _ => false,
    })
}

/// `step N` of the stage's own trace as the plan counts it.
fn renumbered(sentence: &str, numbers: &[usize]) -> String {
    let mut parts = sentence.split("step ");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.len() - part.trim_start_matches(|it: char| it.is_ascii_digit()).len();
        let own = part[..digits].parse::<usize>().ok().and_then(|it| numbers.get(it.checked_sub(1)?));
        text.push_str("step ");
        match own {
            Some(number) => text.push_str(&format!("{number}{}", &part[digits..])),
            None => text.push_str(part),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::renumbered;

    #[test]
    fn sentences_name_steps_as_the_plan_counts_them() {
        assert_eq!(renumbered("dropped by step 2, step 3.", &[7, 7, 8]), "dropped by step 7, step 8.");
        assert_eq!(renumbered("a misstep of step x", &[7]), "a misstep of step x");
    }
}
