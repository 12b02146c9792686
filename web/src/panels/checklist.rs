//! Four checklists, ticked by what is proved; beside the rest stands what would prove it.

use lockstep_core::report::checklist::wire::{Checklist, Item, Section};
use yew::prelude::*;

use crate::documents::Document;
use crate::state::Shared;
use crate::widgets::icon::{Glyph, Icon};
use crate::widgets::words::words;

#[derive(Properties, PartialEq)]
pub(crate) struct ChecklistPanelProps {
    pub(crate) document: Shared<Document<Checklist>>,
}

#[component]
pub(crate) fn ChecklistPanel(props: &ChecklistPanelProps) -> Html {
    html! {
        <>
            <p class="muted">
                { "Ticked by what the simulation proves. Rehearsals, answers of a database and what people state are added on the command line: " }
                <code>{ "lockstep checklist --evidence FILE" }</code>{ "." }
            </p>
            { for props.document.report.sections.iter().map(section) }
        </>
    }
}

fn section(it: &Section) -> Html {
    let done = it.items.iter().filter(|it| it.ticked).count();
    let id = format!("checklist-{}", it.id);
    html! {
        <section class="card" aria-labelledby={id.clone()}>
            <h3 {id}>{ &it.title }<span class="muted">{ format!("{done} of {}", it.items.len()) }</span></h3>
            <ul class="items">{ for it.items.iter().map(item) }</ul>
        </section>
    }
}

fn item(it: &Item) -> Html {
    let (class, word, needs) = if it.ticked { ("ticked", "Proved: ", "") } else { ("open", "Open: ", "Needs ") };
    html! {
        <li class={class}>
            <span class="box">if it.ticked { <Glyph icon={Icon::Done} /> }</span>
            <span><span class="sr-only">{ word }</span><span class="item-text">{ words(&it.text) }</span><span class="reason">{ needs }{ words(&it.evidence) }</span></span>
        </li>
    }
}
