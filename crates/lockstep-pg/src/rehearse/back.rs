//! The way back, and up again: whether the script leads where its grade says.

use lockstep_core::input::sql::split::{PieceKind, split};
use lockstep_core::report::wire;
use serde_json::Value;

use crate::difference::{Leniency, comparable, difference};
use crate::error::Result;
use crate::observe::Observer;
use crate::rehearse::report::{Agreement, Rollback, Step, Verdict};
use crate::rehearse::{Options, State, observer, stop_if};
use crate::session::Target;

impl Rollback {
    pub(super) fn missing(grade: &str) -> Self {
        let why = Verdict::not_predicted("no way back is computed for these steps");
        Rollback { from_step: 0, grade: grade.into(), script: why.clone(), schema: why.clone(), rows: why }
    }

    /// Whether the database is where it began, structure and rows.
    pub(super) fn is_back(&self) -> bool {
        [&self.script, &self.schema, &self.rows].iter().all(|it| it.agreement == Agreement::Agrees)
    }
}

/// Runs the script, and compares the database with the start as far as the grade claims.
pub fn prove(rollback: &wire::Rollback, target: &Target, options: &Options, start: &State) -> Result<Rollback> {
    let (from_step, grade) = (rollback.from_step, rollback.grade.clone());
    if !["exact", "leaves_rows", "loses_data"].contains(&grade.as_str()) {
        let why = match rollback.impossible.join("; ") {
            why if why.is_empty() => Verdict::not_predicted("no way back is known"),
            why => Verdict::not_predicted(why),
        };
        return Ok(Rollback { from_step, grade, script: why.clone(), schema: why.clone(), rows: why });
    }
    let mut observer = observer(target, options)?;
    let script = script(&rollback.sql, &mut observer)?;
    if script.agreement != Agreement::Agrees {
        let why = Verdict::not_measured("the script does not run to its end");
        return Ok(Rollback { from_step, grade, script, schema: why.clone(), rows: why });
    }
    let end = State::of(&mut observer)?;
    let form = |state: &State| comparable(&state.schema, Leniency::BACK);
    let mut differences = difference(&form(start), &form(&end));
    differences.retain(|it| !is_announced(it, rollback));
    let schema = Verdict::of(differences);
    let rows = match grade.as_str() {
        "exact" => Verdict::of(difference(&Value::Object(start.rows.clone()), &Value::Object(end.rows))),
        _ => Verdict::not_predicted([&rollback.lost[..], &rollback.stays].concat().join(" ")),
    };
    Ok(Rollback { from_step, grade, script, schema, rows })
}

/// Whether the way back says itself that it does not bring that back: another order of columns, a NOT NULL
/// that rows without values cannot satisfy.
fn is_announced(difference: &str, rollback: &wire::Rollback) -> bool {
    let says = |parts: &[&str]| {
        rollback.lost.iter().chain(&rollback.notes).any(|sentence| parts.iter().all(|part| sentence.contains(part)))
    };
    let Some(rest) = difference.strip_prefix("relations.") else { return false };
    if let Some((relation, rest)) = rest.split_once(".columns.") {
        let path = rest.split(": ").next().unwrap_or(rest);
        return match path.rsplit_once('.') {
            Some((_, "pos")) => says(&["order", "columns", relation]),
            Some((column, "notnull")) => says(&["NOT NULL", &format!("{relation}.{column}")]),
            _ => false,
        };
    }
    // From PostgreSQL 18 on, NOT NULL is a constraint with a name.
    let Some((relation, rest)) = rest.split_once(".constraints.") else { return false };
    let column = rest.split_once("\"NOT NULL ").and_then(|(_, rest)| rest.split('"').next());
    column.is_some_and(|column| rest.ends_with("→ nothing") && says(&["NOT NULL", &format!("{relation}.{column}")]))
}

/// Runs the whole text as psql would with ON_ERROR_STOP.
fn script(sql: &str, observer: &mut Observer) -> Result<Verdict> {
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
