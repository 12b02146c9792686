//! The two texts, each in an editor of its own, so that each keeps its undo history.

use lockstep_core::report::wire::{Step, Trace};
use yew::prelude::*;

use crate::scenario::{Document, Scenario, runner, runner_name};
use crate::state::{Action, Dialog, Shared};
use crate::widgets::editor::{Current, Editor, Mark, Squiggle};
use crate::widgets::icon::outcome;
use crate::widgets::tabs::Tabs;

/// Marks beyond this are left out: nobody looks at so many, and each is an element.
const MOST_MARKS: usize = 20_000;

#[derive(Properties, PartialEq)]
pub(crate) struct EditorsProps {
    pub(crate) scenario: Scenario,
    pub(crate) document: Document,
    pub(crate) trace: Option<Shared<Trace>>,
    pub(crate) step: usize,
    pub(crate) dark: bool,
    pub(crate) read_only: bool,
    pub(crate) embed: bool,
    pub(crate) act: Callback<Action>,
}

fn mark(step: &Step) -> Mark {
    let (icon, word, class) = outcome(&step.outcome);
    let sqlstate = step.sqlstate.as_ref().filter(|_| step.outcome == "failed").map(|it| format!(" with {it}"));
    let label = format!("Step {}: {}, {}{}", step.index, step.command, word, sqlstate.unwrap_or_default());
    Mark { line: step.line, number: step.index, outcome: class, label, icon: icon.path() }
}

#[component]
pub(crate) fn Editors(props: &EditorsProps) -> Html {
    let marks = use_memo(props.trace.clone(), |trace| {
        let steps = trace.iter().flat_map(|it| &it.steps).take(MOST_MARKS);
        steps.filter(|it| Document::of_file(&it.file) == Document::Migration).map(mark).collect::<Vec<_>>()
    });
    let squiggles = use_memo(props.trace.clone(), |trace| {
        Document::ALL.map(|document| {
            let all = trace.iter().flat_map(|it| &it.diagnostics).filter(|it| Document::of_file(&it.file) == document);
            let squiggle = |it: &lockstep_core::report::wire::Diagnostic| Squiggle {
                from: it.from,
                to: it.to,
                severity: it.severity.clone(),
                message: [std::slice::from_ref(&it.message), it.hints.as_slice()].concat().join("\n"),
            };
            all.take(1_000).map(squiggle).collect::<Vec<_>>()
        })
    });
    let current = props.trace.as_ref().and_then(|it| it.steps.get(props.step.checked_sub(1)?)).map(|step| Current {
        first: step.line,
        last: step.end_line,
        number: step.index,
    });
    let act = &props.act;
    let onselect = act.reform(|at: usize| Action::Document(Document::ALL[at]));
    let editor = |document: Document| {
        let migration = document == Document::Migration;
        html! {
            <div role="tabpanel" id={format!("document-panel-{}", document as usize)} aria-labelledby={format!("document-tab-{}", document as usize)}
                class="editor-panel" hidden={props.document != document}>
                <Editor
                    text={props.scenario.text(document).clone()}
                    label={document.title()}
                    hint={if migration { "Paste a migration: ALTER TABLE …" } else { "The schema before the migration, such as the output of pg_dump --schema-only. Empty: an empty database." }}
                    marks={if migration { (*marks).clone() } else { vec![] }}
                    squiggles={squiggles[document as usize].clone()}
                    current={current.clone().filter(|_| migration)}
                    dark={props.dark}
                    read_only={props.read_only}
                    onchange={act.reform(move |text| Action::Edit(document, text))}
                    onplay={act.reform(|()| Action::TogglePlay)}
                    onshare={act.reform(|()| Action::Open(Dialog::Share))}
                    onstep={act.reform(Action::Go)}
                />
            </div>
        }
    };
    let runner = runner(&props.scenario.runner);
    html! {
        <section class="editors" aria-label="SQL">
            <Tabs id="document" label="SQL" titles={Document::ALL.map(|it| AttrValue::Static(it.title())).to_vec()}
                selected={props.document as usize} {onselect} />
            { for Document::ALL.map(editor) }
            if !props.embed {
                <p class="policy"><strong>{ runner_name(runner.id) }</strong>{ " — " }{ runner.about }</p>
            }
        </section>
    }
}
