//! The cards of a step: how it ends, the work it does, what is dangerous about it, what the server says.

use lockstep_core::report::wire::{Finding, Precondition, Step, Trace, Work};
use lockstep_core::report::words;
use yew::prelude::*;

use super::problems::severity_icon;
use super::stage::{MOST_SQL, shortened};
use crate::pages;
use crate::problems::Severity;
use crate::state::{Action, Dialog, Shared};
use crate::widgets::copy::CopyButton;
use crate::widgets::icon::{Glyph, Icon};

const MOST: usize = 50;

#[derive(Properties, PartialEq)]
pub(crate) struct CardProps {
    pub(crate) trace: Shared<Trace>,
    pub(crate) step: usize,
    #[prop_or_default]
    pub(crate) act: Callback<Action>,
}

impl CardProps {
    fn current(&self) -> Option<&Step> {
        self.trace.steps.get(self.step.checked_sub(1)?)
    }
}

/// Only where there is more to say than the badge says.
#[component]
pub(crate) fn Outcome(props: &CardProps) -> Html {
    let Some(step) = props.current() else { return html! {} };
    match &*step.outcome {
        "failed" => html! {
            <section class="card outcome failed">
                <p class="server-error"><b>{ "ERROR" }</b>{ ":  " }{ step.sqlstate.as_deref().unwrap_or("") }{ ": " }{ step.message.as_deref().unwrap_or("") }</p>
                if let Some(it) = &step.detail { <p class="server-error"><b>{ "DETAIL" }</b>{ ":  " }{ it }</p> }
                if let Some(it) = &step.hint { <p class="server-error"><b>{ "HINT" }</b>{ ":  " }{ it }</p> }
            </section>
        },
        "depends_on_data" => html! {
            <section class="card outcome depends" aria-labelledby="depends-title">
                <h3 id="depends-title"><Glyph icon={Icon::Depends} />{ "Succeeds if the data is as it expects" }</h3>
                { for step.preconditions.iter().take(MOST).map(precondition) }
                if let Some(it) = &step.message { <p class="muted">{ "Otherwise the server says: " }<q>{ it }</q></p> }
            </section>
        },
        "skipped" => html! {
            <section class="card outcome skipped"><p>{ step.message.as_deref().unwrap_or("An earlier step fails, so this one does not run.") }</p></section>
        },
        "unknown" => html! {
            <section class="card outcome unknown">
                <h3><Glyph icon={Icon::Unknown} />{ "Not modelled" }</h3>
                <p>{ step.message.as_deref().unwrap_or("What this statement does is not known to the model.") }</p>
                <p class="muted">{ "Nothing is claimed about it. lockstep rehearse runs it on a throwaway PostgreSQL and shows what it does." }</p>
            </section>
        },
        _ => html! {},
    }
}

fn precondition(it: &Precondition) -> Html {
    html! {
        <div class="precondition">
            <pre tabindex="0" aria-label="Deciding query"><code>{ shortened(&it.query, MOST_SQL) }</code></pre>
            <p>
                <span>{ "must answer " }<b class="mono">{ &it.expected }</b>{ ", or the step fails with " }<b class="mono">{ &it.sqlstate }</b>{ "." }</span>
                <CopyButton text={it.query.clone()} label="Copy query" class="small" />
            </p>
        </div>
    }
}

#[component]
pub(crate) fn WorkDone(props: &CardProps) -> Html {
    let Some(step) = props.current() else { return html! {} };
    if step.work.is_empty() && step.estimate.is_none() {
        return html! {};
    }
    html! {
        <section class="card work" aria-labelledby="work-title">
            <h3 id="work-title"><Glyph icon={Icon::Rows} />{ if step.work.is_empty() { "No work on rows" } else { "Work" } }
                if let Some(it) = &step.estimate { <span class="estimate">{ words::estimate(it) }</span> }
            </h3>
            if !step.work.is_empty() { <ul>{ for step.work.iter().take(MOST).map(work) }</ul> }
            if step.work.len() > MOST { <p class="empty">{ format!("{} more are in the trace.", step.work.len() - MOST) }</p> }
        </section>
    }
}

fn work(it: &Work) -> Html {
    let object = it.object.as_deref().unwrap_or("");
    let (icon, words) = match &*it.kind {
        "rewrite" => (Icon::Rewrite, html! { <>{ "Rewrites " }<code>{ it.relation.to_string() }</code></> }),
        "verify" => {
            (Icon::Verify, html! { <>{ "Reads and checks every row of " }<code>{ it.relation.to_string() }</code></> })
        }
        "build_index" => (
            Icon::Index,
            html! { <>{ "Builds index " }<code>{ object }</code>{ " on " }<code>{ it.relation.to_string() }</code></> },
        ),
        "validate_foreign_key" => (
            Icon::ForeignKey,
            html! { <>{ "Checks foreign key " }<code>{ object }</code>{ " for every row of " }<code>{ it.relation.to_string() }</code></> },
        ),
        "write_rows" => (Icon::Rows, html! { <>{ "Writes rows of " }<code>{ it.relation.to_string() }</code></> }),
        other => {
            (Icon::Rows, html! { <>{ other.replace('_', " ") }{ " on " }<code>{ it.relation.to_string() }</code></> })
        }
    };
    html! {
        <li>
            <Glyph {icon} />
            <span><span class="work-what">{ words }</span>if !it.reason.is_empty() { <span class="reason">{ &*it.reason }</span> }</span>
        </li>
    }
}

#[component]
pub(crate) fn Findings(props: &CardProps) -> Html {
    let Some(step) = props.current() else { return html! {} };
    let finding = |it: &Finding| {
        let severity = Severity::of(&it.severity);
        let id = AttrValue::from(it.id.clone());
        let open = props.act.reform(move |_: MouseEvent| Action::Open(Dialog::Hazard(id.clone())));
        html! {
            <section class={classes!("card", "finding", severity.name())}>
                <h3><Glyph icon={severity_icon(severity)} /><span class="sr-only">{ severity.name() }{ ": " }</span>{ it.title.to_string() }</h3>
                <p>{ &it.message }</p>
                <p class="finding-links">
                    if pages::hazard(&it.id).is_some() {
                        <button type="button" class="button small" onclick={open}>{ "Why, and what to do instead" }</button>
                    }
                    <code class="finding-id">{ it.id.to_string() }</code>
                </p>
            </section>
        }
    };
    html! { <>{ for step.findings.iter().take(MOST).map(finding) }</> }
}

#[component]
pub(crate) fn Notices(props: &CardProps) -> Html {
    let Some(step) = props.current().filter(|it| !it.notices.is_empty()) else { return html! {} };
    html! {
        <section class="card notices" aria-labelledby="notices-title">
            <h3 id="notices-title"><Glyph icon={Icon::Note} />{ "The server also says" }</h3>
            <pre tabindex="0" aria-label="Notices"><code>{ step.notices.iter().take(MOST).cloned().collect::<Vec<_>>().join("\n") }</code></pre>
        </section>
    }
}
