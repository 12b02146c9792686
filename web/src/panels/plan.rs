//! The safe plan: what becomes of each statement, then the stages with what to deploy before them, and the script.

use lockstep_core::report::safe_plan::markdown;
use lockstep_core::report::safe_plan::wire::{Rollback, SafePlan, Stage, Statement, Step};
use lockstep_core::report::wire::Precondition;
use yew::prelude::*;

use crate::browser;
use crate::panels::stage::shortened;
use crate::state::Shared;
use crate::widgets::copy::CopyButton;
use crate::widgets::icon::{Glyph, Icon};

/// A page shows so many; the script has all.
const SHOWN: usize = 200;

#[derive(Properties, PartialEq)]
pub(crate) struct PlanPanelProps {
    pub(crate) plan: Option<Shared<SafePlan>>,
    /// Why there is none.
    pub(crate) failure: Option<AttrValue>,
}

#[component]
pub(crate) fn PlanPanel(props: &PlanPanelProps) -> Html {
    let Some(plan) = &props.plan else {
        let why = props.failure.clone().unwrap_or_else(|| "Working it out …".into());
        return html! { <div class="report"><h2>{ "The safe plan" }</h2><p class="muted">{ why }</p></div> };
    };
    let (icon, word, class, meaning) = end(plan);
    let steps: usize = plan.stages.iter().map(|it| it.steps.len()).sum();
    let save = |name: &'static str, kind: &'static str, text: String| {
        Callback::from(move |_: MouseEvent| browser::download(name, kind, &text))
    };
    html! {
        <div class="report plan">
            <h2>{ format!("The safe plan: {} in {}", count(steps, "step"), count(plan.stages.len(), "stage")) }</h2>
            <p class="grade"><span class={classes!("badge", "large", class)}><Glyph {icon} />{ word }</span><span>{ meaning }</span></p>
            <section class="card" aria-labelledby="verdicts-title">
                <h3 id="verdicts-title"><Glyph icon={Icon::Note} />{ "What becomes of each statement" }</h3>
                <ol class="verdicts">{ for plan.statements.iter().take(SHOWN).map(verdict) }</ol>
            </section>
            { for plan.stages.iter().take(SHOWN).map(|it| stage(it, plan.stages.len())) }
            if steps > 0 {
                <section class="card script" aria-labelledby="plan-title">
                    <header class="card-head">
                        <h3 id="plan-title"><Glyph icon={Icon::Next} />{ "The whole script" }</h3>
                        <span class="buttons">
                            <CopyButton text={plan.sql.clone()} class="small" />
                            <button type="button" class="button small" onclick={save("safe_plan.sql", "application/sql", plan.sql.clone())}><Glyph icon={Icon::Download} />{ "SQL" }</button>
                            <button type="button" class="button small" onclick={save("safe_plan.md", "text/markdown", markdown(plan))}><Glyph icon={Icon::Download} />{ "Markdown" }</button>
                        </span>
                    </header>
                    <pre tabindex="0" aria-label="The safe plan's script"><code>{ shortened(&plan.sql, 100_000) }</code></pre>
                </section>
            }
        </div>
    }
}

fn count(number: usize, noun: &str) -> String {
    lockstep_core::report::words::count(number, noun)
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
        "replaced" => (Icon::Next, "replaced"),
        "left_out" => (Icon::Skipped, "left out"),
        _ => (Icon::Warning, "stays dangerous"),
    };
    html! {
        <li value={it.step.to_string()}>
            <span class={classes!("verdict", it.verdict.clone())}><Glyph {icon} />{ word }</span>{ " " }
            { for it.recipes.iter().map(|it| html! { <code>{ it.replace('_', " ") }</code> }) }
            <span class="muted">{ format!(" {}", it.why) }</span>
        </li>
    }
}

fn stage(stage: &Stage, of: usize) -> Html {
    html! {
        <section class="card" aria-label={format!("Stage {}", stage.index)}>
            <h3><Glyph icon={Icon::Play} />{ format!("Stage {} of {of}: {}", stage.index, stage.phase) }</h3>
            if !stage.deploy.is_empty() {
                <p>{ "Before it, of every running application:" }</p>
                <ul class="sentences">{ for stage.deploy.iter().map(|it| html! { <li>{ it }</li> }) }</ul>
            }
            <ol class="steps">{ for stage.steps.iter().take(SHOWN).map(step) }</ol>
            { for stage.rollback.iter().map(back) }
        </section>
    }
}

fn step(it: &Step) -> Html {
    let waits = match &it.patience {
        Some(patience) => format!("asks for its locks for {} ms at a time", patience.lock_timeout_ms),
        None => "holds nobody up".to_owned(),
    };
    html! {
        <li value={it.index.to_string()}>
            <p>{ &it.why }{ " " }<span class="muted">{ format!("({waits})") }</span></p>
            <pre tabindex="0" aria-label={format!("Step {} of the plan", it.index)}><code>{ shortened(&it.statements.join(";\n"), 4_000) }</code></pre>
            { for it.gates.iter().map(|gate| html! {
                <p class="muted">{ condition(gate) }<code>{ &gate.query }</code></p>
            }) }
            { for it.findings.iter().map(|found| html! { <p class="beware"><Glyph icon={Icon::Warning} />{ &found.message }</p> }) }
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
        <details>
            <summary>{ format!("Way back from this stage: {grade}") }</summary>
            <ul class="sentences">{ for sentences.take(SHOWN).map(|it| html! { <li>{ it }</li> }) }</ul>
            if sql.is_empty() {
                if way.grade != "impossible" {
                    <p class="muted">{ "The schema needs nothing." }</p>
                }
            } else {
                <pre tabindex="0" aria-label="Way back from this stage"><code>{ shortened(&format!("{};", sql.join(";\n")), 4_000) }</code></pre>
            }
        </details>
    }
}
