//! Ways back over whole histories beside a server: the generated ones from steps of every file, and those that
//! somebody wrote, with what was said of each.

use std::collections::BTreeMap;

use lockstep_core::pg::version::PgVersion;
use lockstep_core::plan::{self, runner::RUNNERS, runner::Wrapping};
use lockstep_core::report::json;
use lockstep_core::report::wire::File;
use lockstep_core::rollback::given::{Verdict, check, failure};
use lockstep_core::rollback::{Action, Grade, WayBack, way_back};
use lockstep_core::simulate::alongside::Alongside;
use lockstep_core::simulate::simulate_from;
use lockstep_core::simulate::trace::{GivenBack, Outcome, Step, Trace};
use lockstep_core::source::Source;
use lockstep_core::syntax::statement::Statement as Tree;
use lockstep_pg::Result;
use lockstep_pg::difference::{Leniency, comparable, difference};
use serde_json::Value;

use crate::proof::back_tally::{Found, Measured, Tally, Written};
use crate::proof::beside::{self, Beside};
use crate::proof::script::{Item, Statement, items};
use crate::render::one_line;

/// One history. `backs`: the text that undoes a file, by that file's name; `sample`: how many steps besides the last
/// of each file are gone back from.
pub fn run(
    name: &str,
    files: &[File],
    backs: &BTreeMap<String, File>,
    version: PgVersion,
    mut beside: Option<&mut Beside>,
    sample: usize,
) -> Result<Tally> {
    let mut tally = Tally { name: name.to_owned(), ..Tally::default() };
    let mut alongside = Alongside::new(version);
    let mut before = match beside.as_deref_mut() {
        Some(beside) => beside.catalog()?,
        None => Value::Null,
    };
    for file in files {
        let trace = traced(file, backs.get(&file.name), &alongside, version);
        let chosen = chosen(&trace, sample);
        let mut history = History { file, trace: &trace, before: &before, tally: &mut tally, replays: true };
        let statements = statements(file);
        for (at, statement) in statements.iter().enumerate() {
            let Some(step) = trace.steps.get(at) else { break };
            let accepted = go_up(statement, &mut alongside, beside.as_deref_mut())?;
            let said_failed = matches!(step.outcome, Outcome::Failed(_) | Outcome::Skipped);
            history.replays &= accepted && !said_failed;
            if history.replays && chosen.contains(&step.index) {
                history.generated(step, &alongside, beside.as_deref_mut())?;
            }
        }
        if history.replays && !alongside.in_block() {
            history.written(beside.as_deref_mut())?;
        }
        history.tally.files += 1;
        history.tally.replayed += usize::from(history.replays);
        if let Some(beside) = beside.as_deref_mut() {
            before = beside.catalog()?;
        }
    }
    Ok(tally)
}

/// The file by itself, from where the history stands.
fn traced(file: &File, back: Option<&File>, alongside: &Alongside, version: PgVersion) -> Trace {
    let simulated = |wrapping| {
        let source = Source::new(&file.name, &file.text);
        let mut plans = plan::plan(vec![], vec![source], RUNNERS[0], Some(wrapping));
        if let Some(back) = back {
            plans.migration.give_back(&file.name, Source::new(&back.name, &back.text));
        }
        simulate_from(plans.migration, alongside.schema().clone(), alongside.session().clone(), version)
    };
    let mut trace = simulated(Wrapping::Statement);
    // The server goes back in one transaction, as most tools do; not every file goes up in one.
    let concurrently = |it: &GivenBack| failure(it).is_some_and(|it| it.sqlstate == "25001");
    let back = simulated(Wrapping::File).given_back.into_iter();
    let back = back.into_iter().find(|it| it.hindrance.is_none() && !concurrently(it));
    if let Some(back) = back {
        trace.given_back = vec![back];
    }
    trace
}

fn statements(file: &File) -> Vec<Statement> {
    let items = items(std::slice::from_ref(file), RUNNERS[0], true);
    let kept = items.into_iter().filter_map(|item| match item {
        Item::Statement(statement) => Some(*statement),
        Item::Reconnect => None,
    });
    kept.collect()
}

/// The last step, and some of the others: the same ones each time.
fn chosen(trace: &Trace, sample: usize) -> Vec<usize> {
    let last = trace.steps.len();
    let mut chosen: Vec<usize> = (1..last).collect();
    // Fibonacci hashing spreads neighbours apart.
    chosen.sort_by_key(|step| (*step as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    chosen.truncate(sample);
    chosen.push(last);
    chosen
}

/// Whether the server, or without one the model, accepted the statement.
fn go_up(statement: &Statement, alongside: &mut Alongside, beside: Option<&mut Beside>) -> Result<bool> {
    let in_block = alongside.in_block();
    let claims = json::claims(alongside.run(&statement.planned));
    let Some(beside) = beside else { return Ok(claims.outcome != "failed") };
    let (accepted, read_only) = match beside.run(statement, &claims, in_block)? {
        beside::Measured::Not { accepted } => (accepted, false),
        beside::Measured::Compared { accepted, read_only, .. } => (accepted, read_only),
    };
    alongside.settle(accepted, read_only);
    Ok(accepted)
}

struct History<'a> {
    file: &'a File,
    trace: &'a Trace,
    /// The catalog before the file.
    before: &'a Value,
    tally: &'a mut Tally,
    /// All of the file so far runs, as was said.
    replays: bool,
}

impl History<'_> {
    fn generated(&mut self, step: &Step, alongside: &Alongside, beside: Option<&mut Beside>) -> Result<()> {
        let way = way_back(self.trace, Some(step.index));
        let rows = self.trace.steps[..step.index].iter().any(touches_rows);
        let measured = match beside {
            Some(beside) => self.back(beside, &actions(&way), &way.unfinished, alongside.in_block())?,
            None => Measured::Not,
        };
        let measured = match measured {
            // What is said to be lost may show in the schema too: a place in the table, a NOT NULL.
            Measured::OnlyOrder(_) if way.grade() != Grade::Exact => Measured::Restored,
            Measured::RowsDiffer(_) if way.grade() != Grade::Exact => Measured::Restored,
            other => other,
        };
        let place = format!("{}, step {}", self.file.name, step.index);
        let sql = one_line(&step.text);
        let why = way.impossible.iter().chain(&way.lost).next().cloned().unwrap_or_default();
        self.tally.generated.push(Found { place, sql, grade: way.grade(), why, rows, measured });
        Ok(())
    }

    fn written(&mut self, beside: Option<&mut Beside>) -> Result<()> {
        let Some(back) = self.trace.given_back.first() else { return Ok(()) };
        let found = check(back);
        let statements: Vec<String> =
            back.trace.steps.iter().filter(|it| !is_transaction(it)).map(|it| plain(&it.text)).collect();
        let measured = match beside {
            Some(beside) => self.back(beside, &statements, &[], false)?,
            None => Measured::Not,
        };
        let said = found.differences.iter().map(|it| it.text.clone()).chain(found.unknown.iter().cloned());
        let said = said.chain(found.failure.iter().map(|it| format!("{} {}", it.sqlstate, it.message)));
        self.tally.written.push(Written {
            place: place_of(back),
            verdict: found.verdict(),
            is_empty: statements.is_empty(),
            said: said.take(4).collect(),
            measured,
        });
        Ok(())
    }

    /// Runs the statements on the server, compares, and leaves everything as it was.
    fn back(&self, beside: &mut Beside, statements: &[String], also: &[String], in_block: bool) -> Result<Measured> {
        let quietly = |beside: &mut Beside, sql: &str| beside.session().quietly(sql);
        if quietly(beside, if in_block { "SAVEPOINT lockstep_back" } else { "BEGIN" }).is_err() {
            return Ok(Measured::Not);
        }
        let mut failed = None;
        for sql in statements {
            if let Err(failure) = quietly(beside, sql) {
                failed = Some((failure.sqlstate, format!("{}: {}", one_line(sql), failure.message)));
                break;
            }
        }
        for sql in also.iter().filter(|_| failed.is_none()) {
            let _ = quietly(beside, "SAVEPOINT lockstep_also");
            if quietly(beside, sql).is_err() {
                let _ = quietly(beside, "ROLLBACK TO SAVEPOINT lockstep_also");
            }
        }
        let measured = match failed {
            // Only the one transaction of this measurement refuses it.
            Some((sqlstate, _)) if ["25001", "55P04", "55006"].contains(&sqlstate.as_str()) => Measured::Not,
            Some((sqlstate, message)) => Measured::Fails(format!("{sqlstate} {message}")),
            None => {
                let after = lockstep_pg::catalog::normal_form(beside.session().client())?;
                compared(self.before, &after)
            }
        };
        let end = if in_block { "ROLLBACK TO SAVEPOINT lockstep_back" } else { "ROLLBACK" };
        let _ = quietly(beside, end);
        Ok(measured)
    }
}

fn place_of(back: &GivenBack) -> String {
    back.trace.plan.sources.first().map(|it| it.name.to_string()).unwrap_or_default()
}

fn compared(before: &Value, after: &Value) -> Measured {
    let forms = |column_order| {
        let leniency = Leniency { column_order, ..Leniency::BACK };
        (comparable(before, leniency), comparable(after, leniency))
    };
    let (was, is) = forms(false);
    let found = difference(&was, &is);
    if found.is_empty() {
        let rows = row_counts(before, after);
        return if rows.is_empty() { Measured::Restored } else { Measured::RowsDiffer(rows) };
    }
    let (was, is) = forms(true);
    let without_order = difference(&was, &is);
    if without_order.is_empty() { Measured::OnlyOrder(found) } else { Measured::Differs(without_order) }
}

/// Tables that do not hold as many rows as before.
fn row_counts(before: &Value, after: &Value) -> Vec<String> {
    let tables = before["relations"].as_object().into_iter().flatten();
    let differs = tables.filter_map(|(name, it)| {
        let (was, is) = (&it["rows"], &after["relations"][name]["rows"]);
        (was != is).then(|| format!("rows of {name}: {was} → {is}"))
    });
    differs.collect()
}

/// As one transaction runs them.
fn actions(way: &WayBack) -> Vec<String> {
    let text = |action: &Action| plain(&action.guarded());
    ["SET search_path = public".to_owned()].into_iter().chain(way.actions.iter().map(text)).collect()
}

/// An index that is built or dropped concurrently is the same index.
fn plain(sql: &str) -> String {
    let start: String = sql.split_whitespace().take(4).collect::<Vec<_>>().join(" ").to_ascii_uppercase();
    match start.contains(" INDEX CONCURRENTLY") {
        true => sql.replacen("CONCURRENTLY ", "", 1).replacen("concurrently ", "", 1),
        false => sql.to_owned(),
    }
}

fn is_transaction(step: &Step) -> bool {
    matches!(step.statement.as_deref(), Some(Tree::Transaction(_)))
}

fn touches_rows(step: &Step) -> bool {
    matches!(
        step.statement.as_deref(),
        None | Some(
            Tree::Insert(_)
                | Tree::Update(_)
                | Tree::Delete(_)
                | Tree::Merge(_)
                | Tree::Copy(_)
                | Tree::Truncate(_)
                | Tree::Do(_)
                | Tree::Select(_)
                | Tree::Other(_)
        )
    )
}

/// Whether a verdict calls a way back wrong that the server finds wrong.
pub fn is_found(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Fails | Verdict::AnotherSchema | Verdict::FailsOnFilledTable | Verdict::Empty)
}
