//! The safe plan: what becomes of each statement, then the stages with what to deploy before them, and the script.

use lockstep_core::report::safe_plan::wire::{Rollback, SafePlan, Statement, Step};
use lockstep_core::report::wire::Precondition;
use lockstep_core::report::words::count;
use yew::prelude::*;

use crate::documents::Document;
use crate::panels::stage::{MOST_SQL, shortened};
use crate::state::Shared;
use crate::widgets::icon::{Glyph, Icon};
use crate::widgets::long::Long;

/// As many as are drawn at first.
const STATEMENTS: usize = 60;
const STAGES: usize = 12;
const STEPS: usize = 20;

#[derive(Properties, PartialEq)]
pub(crate) struct PlanPanelProps {
    pub(crate) document: Shared<Document<SafePlan>>,
}

#[component]
pub(crate) fn PlanPanel(props: &PlanPanelProps) -> Html {
    let plan = &props.document.report;
    let (icon, word, class, meaning) = end(plan);
    let document = props.document.clone();
    let verdicts = Callback::from(move |shown| {
        html! { <ol class="verdicts">{ for document.report.statements.iter().take(shown).map(verdict) }</ol> }
    });
    let document = props.document.clone();
    let stages = Callback::from(move |shown| {
        html! { <>{ for (0..document.report.stages.len()).take(shown).map(|at| stage(&document, at)) }</> }
    });
    html! {
        <>
            <p class="grade"><span class={classes!("badge", "large", class)}><Glyph {icon} />{ word }</span><span>{ meaning }</span></p>
            <section class="card" aria-labelledby="verdicts-title">
                <h3 id="verdicts-title"><Glyph icon={Icon::Note} />{ "What becomes of each statement" }</h3>
                <Long count={plan.statements.len()} page={STATEMENTS} draw={verdicts} />
            </section>
            <Long count={plan.stages.len()} page={STAGES} draw={stages} />
            { super::script("The whole script", Icon::Next, &plan.sql) }
        </>
    }
}

/// How it ends, with the tone of the page's outcomes.
fn end(plan: &SafePlan) -> (Icon, &'static str, &'static str, String) {
    let objects = plan.end.objects.join(", ");
    let unsolved = plan.statements.iter().filter(|it| it.verdict == "unsolved").count();
    match (&plan.stopped, plan.end.schema.as_str()) {
        (Some(why), _) => (Icon::Failed, "Not complete", "failed", why.clone()),
        (None, "differs") => (Icon::Failed, "Another schema", "failed", format!("These end otherwise: {objects}.")),
        (None, _) if unsolved > 0 => {
            let what = count(unsolved, "statement");
            (Icon::Warning, "Part stays dangerous", "depends", format!("{what} stay as they are; why is said below."))
        }
        (None, "order_differs") => {
            (Icon::Done, "Same schema", "done", format!("Only the order of columns differs, in {objects}."))
        }
        (None, _) => {
            (Icon::Done, "Same schema", "done", "It ends in the very schema that the migration ends in.".into())
        }
    }
}

fn verdict(it: &Statement) -> Html {
    let (icon, word) = match it.verdict.as_str() {
        "kept" => (Icon::Done, "kept"),
        "replaced" => (Icon::Rewrite, "replaced"),
        "left_out" => (Icon::Skipped, "left out"),
        _ => (Icon::Warning, "stays dangerous"),
    };
    html! {
        <li>
            <span class="verdict-step">{ it.step }</span>
            <span class={classes!("verdict", it.verdict.clone())}><Glyph {icon} />{ word }</span>
            <span>{ for it.recipes.iter().map(|it| html! { <><span class="recipe">{ it.replace('_', " ") }</span>{ " " }</> }) }<span class="muted">{ &it.why }</span></span>
        </li>
    }
}

fn stage(document: &Shared<Document<SafePlan>>, at: usize) -> Html {
    let (stage, of) = (&document.report.stages[at], document.report.stages.len());
    let steps = {
        let document = document.clone();
        Callback::from(move |shown| {
            html! { <ol class="numbered">{ for document.report.stages[at].steps.iter().take(shown).map(step) }</ol> }
        })
    };
    html! {
        <section class="card" aria-label={format!("Stage {}", stage.index)}>
            <h3><Glyph icon={Icon::Play} />{ format!("Stage {} of {of}", stage.index) }<span class="phase">{ &stage.phase }</span></h3>
            if !stage.deploy.is_empty() {
                <div class="deploy">
                    <p><Glyph icon={Icon::Warning} />{ "Before it, of every running application:" }</p>
                    <ul class="sentences">{ for stage.deploy.iter().map(|it| html! { <li>{ it }</li> }) }</ul>
                </div>
            }
            <Long count={stage.steps.len()} page={STEPS} draw={steps} />
            { for stage.rollback.iter().map(back) }
        </section>
    }
}

fn step(it: &Step) -> Html {
    let waits = match &it.patience {
        Some(patience) => format!("asks for its locks for {} ms at a time", patience.lock_timeout_ms),
        None => "holds nobody up".to_owned(),
    };
    let label = format!("Step {} of the plan", it.index);
    html! {
        <li>
            <span class="number">{ it.index }</span>
            <div>
                <p>{ &it.why }{ " " }<span class="muted">{ format!("({waits})") }</span></p>
                <pre tabindex="0" aria-label={label}><code>{ shortened(&it.statements.join(";\n"), MOST_SQL) }{ ";" }</code></pre>
                { for it.gates.iter().map(|gate| html! {
                    <p class="muted">{ condition(gate) }<code>{ shortened(&gate.query, MOST_SQL) }</code></p>
                }) }
                { for it.findings.iter().map(|found| html! { <p class="beware"><Glyph icon={Icon::Warning} /><span>{ &found.message }</span></p> }) }
            </div>
        </li>
    }
}

fn condition(gate: &Precondition) -> String {
    match gate.sqlstate.as_str() {
        "" => format!("Not before this yields {}: ", gate.expected),
        state => format!("Fails with {state} unless this yields {}: ", gate.expected),
    }
}

/// How the stage alone is undone.
fn back(way: &Rollback) -> Html {
    let grade = match way.grade.as_str() {
        "exact" => "nothing is lost",
        "leaves_rows" => "rows that were added stay",
        "loses_data" => "something is lost",
        _ => "it is not possible",
    };
    let sql: Vec<&str> = way.statements.iter().map(|it| it.sql.as_str()).collect();
    let sentences = way.lost.iter().chain(&way.stays).chain(&way.impossible);
    html! {
        <details class="way-back">
            <summary>{ format!("Way back from this stage: {grade}") }</summary>
            <ul class="sentences">{ for sentences.take(STEPS).map(|it| html! { <li>{ it }</li> }) }</ul>
            if sql.is_empty() {
                if way.grade != "impossible" {
                    <p class="muted">{ "The schema needs nothing." }</p>
                }
            } else {
                <pre tabindex="0" aria-label="Way back from this stage"><code>{ shortened(&format!("{};", sql.join(";\n")), MOST_SQL) }</code></pre>
            }
        </details>
    }
}
