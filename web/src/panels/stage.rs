//! The stage: everything about one step.

use lockstep_core::report::wire::{Step, Trace, Transaction};
use yew::prelude::*;

use crate::scenario::runner_name;
use crate::state::{Action, Shared};
use crate::widgets::icon::{Glyph, outcome};

use super::lanes::LockLanes;
use super::schema_change::SchemaChanges;
use super::step_cards::{Findings, Notices, Outcome, WorkDone};

/// As much of a statement as is drawn: a COPY or a bulk INSERT may be megabytes.
pub(crate) const MOST_SQL: usize = 4_000;

#[derive(Properties, PartialEq)]
pub(crate) struct StageProps {
    pub(crate) trace: Shared<Trace>,
    pub(crate) step: usize,
    pub(crate) stale: bool,
    pub(crate) act: Callback<Action>,
}

pub(crate) fn shortened(text: &str, most: usize) -> AttrValue {
    match text.char_indices().nth(most) {
        None => text.to_owned().into(),
        Some((end, _)) => format!("{} …", &text[..end]).into(),
    }
}

fn transaction_words(step: &Step, it: &Transaction, tool: &str) -> String {
    let end = match &*it.end {
        "commit" if it.last == step.index => "commits after this step".into(),
        "commit" => format!("commits after step {}", it.last),
        "rollback" if it.last == step.index => "rolled back after this step".into(),
        "rollback" => format!("rolled back after step {}", it.last),
        _ => "never ended by the text: it stays open".into(),
    };
    let begin = match &*it.kind {
        "explicit" => format!("Transaction {}, opened by BEGIN", it.index),
        "runner" => format!("Transaction {}, opened by {tool}", it.index),
        _ => format!("Transaction {}, this statement alone", it.index),
    };
    format!("{begin}; {end}")
}

#[component]
pub(crate) fn Stage(props: &StageProps) -> Html {
    let count = props.trace.steps.len();
    let Some(step) = props.step.checked_sub(1).and_then(|it| props.trace.steps.get(it)) else {
        return html! {
            <div class="stage blank">
                <p>{ "No statement yet." }</p>
                <p class="muted">{ "Paste a migration into the editor, or open one of the examples." }</p>
            </div>
        };
    };
    let (icon, word, class) = outcome(&step.outcome);
    let transaction = props.trace.transactions.iter().find(|it| it.index == step.transaction);
    let sqlstate = step.sqlstate.as_ref().filter(|_| step.outcome == "failed");
    html! {
        <article class={classes!("stage", props.stale.then_some("stale"))} aria-label={format!("Step {} of {count}", step.index)}>
            <header class="step-head">
                <p class="eyebrow">
                    <span>{ format!("Step {} of {count}", step.index) }</span>
                    <span class="command">{ step.command.to_string() }</span>
                    <span class={classes!("badge", class)}><Glyph {icon} />{ word }
                        if let Some(sqlstate) = sqlstate { <code>{ sqlstate }</code> }
                    </span>
                </p>
                <h2 class="caption">{ &step.caption }</h2>
                if let Some(it) = transaction {
                    <p class={classes!("transaction", it.end.clone())}>{ transaction_words(step, it, runner_name(&props.trace.runner)) }</p>
                }
                <pre class="statement" tabindex="0" aria-label="Statement"><code>{ shortened(&step.sql, MOST_SQL) }</code></pre>
            </header>
            <Outcome trace={props.trace.clone()} step={props.step} />
            <LockLanes trace={props.trace.clone()} step={props.step} act={props.act.clone()} />
            <WorkDone trace={props.trace.clone()} step={props.step} />
            <Findings trace={props.trace.clone()} step={props.step} act={props.act.clone()} />
            <SchemaChanges trace={props.trace.clone()} step={props.step} />
            <Notices trace={props.trace.clone()} step={props.step} />
        </article>
    }
}
