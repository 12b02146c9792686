//! Four checklists, ticked by what is proved; beside the rest stands what would prove it.

use std::{collections::BTreeMap, rc::Rc};

use lockstep_core::report::checklist::wire::{Checklist, Item, Section};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::documents::Document;
use crate::state::{Action, Shared};
use crate::widgets::icon::{Glyph, Icon};
use crate::widgets::words::words;

#[derive(Properties, PartialEq)]
pub(crate) struct ChecklistPanelProps {
    pub(crate) document: Shared<Document<Checklist>>,
    pub(crate) statements: Rc<BTreeMap<String, String>>,
    pub(crate) act: Callback<Action>,
}

#[component]
pub(crate) fn ChecklistPanel(props: &ChecklistPanelProps) -> Html {
    html! {
        <>
            <p class="muted">
                { "Ticked by what the simulation proves, and by what you state here of what no program sees. Rehearsals and answers of a database are added on the command line: " }
                <code>{ "lockstep checklist --evidence FILE" }</code>{ "." }
            </p>
            { for props.document.report.sections.iter().map(|it| section(it, props)) }
        </>
    }
}

fn section(it: &Section, props: &ChecklistPanelProps) -> Html {
    let done = it.items.iter().filter(|it| it.ticked).count();
    let id = format!("checklist-{}", it.id);
    html! {
        <section class="card" aria-labelledby={id.clone()}>
            <h3 {id}>{ &it.title }<span class="muted">{ format!("{done} of {}", it.items.len()) }</span></h3>
            <ul class="items">{ for it.items.iter().map(|it| item(it, props)) }</ul>
        </section>
    }
}

fn item(it: &Item, props: &ChecklistPanelProps) -> Html {
    let (class, word, needs) = if it.ticked { ("ticked", "Proved: ", "") } else { ("open", "Open: ", "Needs ") };
    let statement = it.statement.clone().map(|name| {
        let value = props.statements.get(&name).cloned().unwrap_or_default();
        let name = AttrValue::from(name);
        let onchange = props.act.reform(move |event: Event| {
            Action::Statement(name.clone(), event.target_unchecked_into::<HtmlInputElement>().value().into())
        });
        html! { <input type="text" class="statement-input" maxlength="500" {value} {onchange} placeholder="Who, when, how" aria-label={format!("Statement: {}", it.text)} /> }
    });
    html! {
        <li class={class}>
            <span class="box">if it.ticked { <Glyph icon={Icon::Done} /> }</span>
            <span>
                <span class="sr-only">{ word }</span><span class="item-text">{ words(&it.text) }</span><span class="reason">{ needs }{ words(&it.evidence) }</span>
                { for statement }
            </span>
        </li>
    }
}
