//! A document of the change: heading, copy and downloads around what its own panel draws. Says that it is being
//! worked out, or why there is none.

use std::{collections::BTreeMap, rc::Rc};

use lockstep_core::report::advice::wire::Advice;
use lockstep_core::report::checklist::wire::Checklist;
use lockstep_core::report::handoff::wire::Handoff;
use lockstep_core::report::safe_plan::wire::SafePlan;
use lockstep_core::report::validation::wire::Validation;
use lockstep_core::report::wire::Rollback;
use lockstep_core::report::words::count;
use yew::prelude::*;

use super::{
    advice::AdvicePanel, checklist::ChecklistPanel, handoff::HandoffPanel, package::PackagePanel, plan::PlanPanel,
    rollback::RollbackPanel, trace::TracePanel, validation::ValidationPanel,
};
use crate::browser;
use crate::documents::{Kind, Made};
use crate::state::{Action, Told};
use crate::widgets::copy::CopyButton;
use crate::widgets::icon::{Glyph, Icon};

#[derive(Properties, PartialEq)]
pub(crate) struct DocumentProps {
    pub(crate) kind: Kind,
    pub(crate) told: Option<Told>,
    /// What is shown is missing, or older than the text.
    pub(crate) waiting: bool,
    /// Why the text has no trace, and so no document.
    pub(crate) failure: Option<AttrValue>,
    pub(crate) steps: usize,
    pub(crate) runner: AttrValue,
    pub(crate) tool: AttrValue,
    pub(crate) statements: Rc<BTreeMap<String, String>>,
    pub(crate) act: Callback<Action>,
}

#[component]
pub(crate) fn DocumentPanel(props: &DocumentProps) -> Html {
    let kind = props.kind;
    let answer = props.told.as_ref().map(|it| &it.answer);
    // An error of an older text says nothing of this one.
    let answer = answer.filter(|it| it.is_ok() || !props.waiting);
    match answer {
        Some(Ok(made)) => html! {
            <div class={classes!("report", kind.stem(), props.waiting.then_some("waiting"))} aria-busy={props.waiting.to_string()}>
                <header class="card-head">
                    <h2>{ heading(made, props.steps) }</h2>
                    <Keep made={made.clone()} disabled={props.waiting || props.failure.is_some()} />
                </header>
                { body(made, props) }
            </div>
        },
        Some(Err(why)) => html! {
            <div class={classes!("report", kind.stem())}>
                <h2>{ kind.title() }</h2>
                <p class="banner error" role="alert"><Glyph icon={Icon::Error} /><span>{ why }</span></p>
                <p><button type="button" class="button" onclick={props.act.reform(move |_| Action::Retry(kind))}><Glyph icon={Icon::Rewrite} />{ "Try again" }</button></p>
            </div>
        },
        None => {
            let words = match (&props.failure, kind, props.waiting) {
                (Some(_), ..) => "There is none for this text: the engine stopped on it.",
                (None, Kind::Rollback, false) => "Nothing to take back yet.",
                _ => "Working it out …",
            };
            html! { <div class={classes!("report", kind.stem())} aria-busy={props.waiting.to_string()}><h2>{ kind.title() }</h2><p class="muted">{ words }</p></div> }
        }
    }
}

fn heading(made: &Made, steps: usize) -> String {
    match made {
        Made::Plan(it) => plan_heading(&it.report),
        Made::Rollback(it) => rollback_heading(&it.report, steps),
        Made::Validation(it) => validation_heading(&it.report),
        Made::Handoff(it) => handoff_heading(&it.report),
        Made::Checklist(it) => checklist_heading(&it.report),
        Made::Advice(it) => advice_heading(&it.report),
        Made::Trace(_) => "Trace".into(),
        Made::Package(it) => format!("Package: {}", count(it.report.documents.len(), "file")),
    }
}

fn plan_heading(plan: &SafePlan) -> String {
    let steps: usize = plan.stages.iter().map(|it| it.steps.len()).sum();
    format!("Safe plan: {} in {}", count(steps, "step"), count(plan.stages.len(), "stage"))
}

fn rollback_heading(rollback: &Rollback, steps: usize) -> String {
    match rollback.from_step {
        0 => "Nothing to take back yet".to_owned(),
        step if step == steps => format!("The way back from the end, after step {step}"),
        step => format!("The way back from after step {step} of {steps}"),
    }
}

fn validation_heading(validation: &Validation) -> String {
    match validation.checks.len() {
        1 => "Validation: 1 query".into(),
        more => format!("Validation: {more} queries"),
    }
}

fn handoff_heading(handoff: &Handoff) -> String {
    format!("Handoff: {}", count(handoff.changes.len(), "change"))
}

fn checklist_heading(checklist: &Checklist) -> String {
    let items = || checklist.sections.iter().flat_map(|it| &it.items);
    format!("Checklist: {} of {} proved", items().filter(|it| it.ticked).count(), items().count())
}

fn advice_heading(advice: &Advice) -> String {
    match advice.notes.len() {
        0 => "Advice".into(),
        notes => format!("Advice: {}", count(notes, "note")),
    }
}

fn body(made: &Made, props: &DocumentProps) -> Html {
    let act = props.act.clone();
    match made.clone() {
        Made::Plan(it) => html! { <PlanPanel document={it} /> },
        Made::Rollback(it) => html! { <RollbackPanel document={it} /> },
        Made::Validation(it) => html! { <ValidationPanel document={it} /> },
        Made::Handoff(it) => {
            html! { <HandoffPanel document={it} tool={props.tool.clone()} runner={props.runner.clone()} {act} /> }
        }
        Made::Checklist(it) => html! { <ChecklistPanel document={it} statements={props.statements.clone()} {act} /> },
        Made::Advice(it) => html! { <AdvicePanel document={it} {act} /> },
        Made::Package(it) => html! { <PackagePanel document={it} /> },
        Made::Trace(_) => {
            let json = made.files().first().map(|(_, text)| AttrValue::from((*text).to_owned())).unwrap_or_default();
            html! { <TracePanel {json} /> }
        }
    }
}

#[derive(Properties, PartialEq)]
struct KeepProps {
    made: Made,
    /// What is shown is out of date.
    disabled: bool,
}

/// Copies the first of the document's files, downloads each of them (a package's as one), and the report as JSON.
#[component]
fn Keep(props: &KeepProps) -> Html {
    let files = props.made.files();
    let copy = files.first().map(|(name, text)| {
        let label = format!("Copy {}", form(name));
        html! { <CopyButton text={(*text).to_owned()} {label} class="small" disabled={props.disabled} /> }
    });
    let button = |name: String, text: Callback<(), String>| {
        let form = form(&name);
        let label = format!("Download {form}: {name}");
        let onclick = Callback::from(move |_: MouseEvent| browser::download(&name, mime(&name), &text.emit(())));
        html! {
            <button type="button" class="button small" {onclick} disabled={props.disabled} title={label.clone()} aria-label={label}><Glyph icon={Icon::Download} />{ form }</button>
        }
    };
    let saved = files.iter().map(|(name, _)| {
        let (made, wanted) = (props.made.clone(), name.clone());
        let text = move |()| made.files().into_iter().find(|(name, _)| *name == wanted).map(|it| it.1.to_owned());
        button(name.clone(), Callback::from(move |()| text(()).unwrap_or_default()))
    });
    let json = (props.made.kind() != Kind::Trace).then(|| {
        let made = props.made.clone();
        button(format!("{}.json", made.kind().stem()), Callback::from(move |()| made.json().unwrap_or_default()))
    });
    let made = props.made.clone();
    let archive = (made.kind() == Kind::Package).then(|| {
        let onclick = Callback::from(move |_: MouseEvent| {
            if let Some((name, bytes)) = made.archive() {
                browser::download_bytes(&name, "application/zip", &bytes);
            }
        });
        html! {
            <button type="button" class="button small" {onclick} disabled={props.disabled} title="Download all files as one ZIP archive"><Glyph icon={Icon::Download} />{ "Download all" }</button>
        }
    });
    html! { <span class="buttons keep">{ for archive }{ for copy }{ for saved }{ for json }</span> }
}

fn form(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("sql") => "SQL",
        Some("md") => "Markdown",
        _ => "JSON",
    }
}

fn mime(name: &str) -> &'static str {
    match form(name) {
        "SQL" => "application/sql",
        "Markdown" => "text/markdown",
        _ => "application/json",
    }
}
