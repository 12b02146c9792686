//! The way back, and up again: whether the script leads where its grade says.

use lockstep_core::input::sql::split::{PieceKind, split};
use lockstep_core::report::{self, wire};
use serde_json::Value;

use crate::difference::{Leniency, comparable, difference};
use crate::observe::Observer;
use crate::rehearse::report::{Agreement, Rollback, Step, Verdict};
use crate::rehearse::{Interruption, Options, State, observer, on_a_deep_stack, stop_if};
use crate::session::Target;

impl Rollback {
    /// Whether the database is where it began, structure and rows.
    pub(super) fn is_back(&self) -> bool {
        [&self.script, &self.schema, &self.rows].iter().all(|it| it.agreement == Agreement::Agrees)
    }
}

pub(super) fn run(
    request: &wire::Request,
    target: &Target,
    options: &Options,
    start: &State,
    watching: &mut Observer,
) -> std::result::Result<Rollback, Interruption> {
    let rollback = on_a_deep_stack(|| report::rollback(request));
    let (from_step, grade) = (rollback.from_step, rollback.grade.clone());
    let unasked = |why: &str| {
        let why = Verdict::not_predicted(why);
        Rollback { from_step, grade: grade.clone(), script: why.clone(), schema: why.clone(), rows: why }
    };
    if !["exact", "loses_data"].contains(&grade.as_str()) {
        let why = rollback.impossible.join("; ");
        return Ok(unasked(if why.is_empty() { "there is no way back" } else { &why }));
    }
    let script = script(&rollback.sql, &mut observer(target, options)?)?;
    if script.agreement != Agreement::Agrees {
        let why = Verdict::not_measured("the script does not run to its end");
        return Ok(Rollback { from_step, grade, script, schema: why.clone(), rows: why });
    }
    let end = State::of(watching)?;
    let excused = rollback.notes.iter().any(|it| it.contains("order") && it.contains("column"));
    let leniency = Leniency { column_order: excused, ..Leniency::BACK };
    let schema = Verdict::of(difference(&comparable(&start.schema, leniency), &comparable(&end.schema, leniency)));
    let rows = match grade.as_str() {
        "exact" => {
            let of = |state: &State| Value::Object(state.rows.clone());
            Verdict::of(difference(&of(start), &of(&end)))
        }
        _ => Verdict::not_predicted(rollback.lost.join("; ")),
    };
    Ok(Rollback { from_step, grade, script, schema, rows })
}

/// Runs the whole text as psql would with ON_ERROR_STOP.
fn script(sql: &str, observer: &mut Observer) -> std::result::Result<Verdict, Interruption> {
    let pieces = split(sql).value;
    for piece in pieces.iter().filter(|piece| piece.kind == PieceKind::Statement) {
        stop_if(&observer.session.interrupted)?;
        let statement = sql.get(piece.span.start as usize..piece.span.end as usize).unwrap_or("");
        if let Err(failure) = observer.session.run(statement).outcome {
            let first_line = statement.lines().next().unwrap_or("");
            return Ok(Verdict::contradicts(format!("{first_line}: {} {}", failure.sqlstate, failure.message)));
        }
    }
    Ok(Verdict::agrees())
}

/// Up a second time: the same outcomes, the same schema.
pub(super) fn again(first: &[Step], second: &[Step], schema: &Value, schema_again: &Value) -> Verdict {
    let mut differences = vec![];
    for (first, second) in first.iter().zip(second) {
        let said = |it: &Step| match &it.measured.sqlstate {
            Some(sqlstate) => format!("{} {sqlstate}", it.measured.outcome),
            None => it.measured.outcome.clone(),
        };
        if said(first) != said(second) {
            differences.push(format!(
                "step {}: {} the first time, {} the second",
                first.index,
                said(first),
                said(second)
            ));
        }
    }
    let form = |schema: &Value| comparable(schema, Leniency::BACK);
    differences.extend(difference(&form(schema), &form(schema_again)));
    Verdict::of(differences)
}
