//! Advice: what could be better about what the migration makes, and how to find indexes that nobody uses.

use lockstep_core::report::advice::wire::{Advice, Note};
use yew::prelude::*;

use crate::documents::Document;
use crate::pages;
use crate::state::{Action, Dialog, Shared, View};
use crate::widgets::copy::CopyButton;
use crate::widgets::icon::{Glyph, Icon};
use crate::widgets::long::Long;
use crate::widgets::words::words;

/// As many as are drawn at first.
const NOTES: usize = 30;

#[derive(Properties, PartialEq)]
pub(crate) struct AdvicePanelProps {
    pub(crate) document: Shared<Document<Advice>>,
    pub(crate) act: Callback<Action>,
}

#[component]
pub(crate) fn AdvicePanel(props: &AdvicePanelProps) -> Html {
    let it = &props.document.report;
    let notes = {
        let (document, act) = (props.document.clone(), props.act.clone());
        Callback::from(move |shown| {
            html! { <ul class="advice-notes">{ for document.report.notes.iter().take(shown).map(|it| note(it, &act)) }</ul> }
        })
    };
    let unused = format!("{};", it.unused_indexes);
    html! {
        <>
            <section class="card" aria-label="What the migration makes">
                <h3><Glyph icon={Icon::Note} />{ "What the migration makes" }</h3>
                if it.notes.is_empty() { <p class="empty">{ "Nothing to say about its names, indexes, rows or rights." }</p> }
                <Long count={it.notes.len()} page={NOTES} draw={notes} />
            </section>
            <section class="card" aria-label="Indexes that nobody uses">
                <header class="card-head">
                    <h3><Glyph icon={Icon::Index} />{ "Indexes that nobody uses" }</h3>
                    <CopyButton text={unused.clone()} name="Copy the query for unused indexes" class="small" />
                </header>
                <p>{ "The server has counted; ask it:" }</p>
                <pre tabindex="0" aria-label="Query for unused indexes"><code>{ unused }</code></pre>
                <ul class="sentences">{ for it.unused_indexes_notes.iter().map(|it| html! { <li>{ words(it) }</li> }) }</ul>
            </section>
        </>
    }
}

fn note(note: &Note, act: &Callback<Action>) -> Html {
    let (step, hazard) = (note.step, AttrValue::from(note.hazard.clone()));
    let go = {
        let act = act.clone();
        Callback::from(move |_: MouseEvent| {
            act.emit(Action::View(View::Step));
            act.emit(Action::Go(step));
        })
    };
    let open = act.reform(move |_: MouseEvent| Action::Open(Dialog::Hazard(hazard.clone())));
    html! {
        <li>
            <span class="topic">{ &note.topic }</span>
            <span>{ &note.message }
                <span class="advice-links">
                    <button type="button" class="button small" onclick={go}>{ format!("Step {step}") }</button>
                    if pages::hazard(&note.hazard).is_some() { <button type="button" class="button small" onclick={open}>{ "Why" }</button> }
                </span>
            </span>
        </li>
    }
}
