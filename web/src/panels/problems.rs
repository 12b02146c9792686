//! The list of problems over all steps; a click jumps.

use yew::prelude::*;

use crate::problems::{Problem, Severity};
use crate::scenario::Document;
use crate::state::{Action, View};
use crate::widgets::icon::{Glyph, Icon};

/// As many as are drawn at once.
const PAGE: usize = 100;

#[derive(Properties, PartialEq)]
pub(crate) struct ProblemsProps {
    pub(crate) problems: std::rc::Rc<Vec<Problem>>,
    pub(crate) step: usize,
    pub(crate) act: Callback<Action>,
}

pub(crate) fn severity_icon(severity: Severity) -> Icon {
    match severity {
        Severity::Error => Icon::Error,
        Severity::Warning => Icon::Warning,
        Severity::Note => Icon::Note,
    }
}

#[component]
pub(crate) fn Problems(props: &ProblemsProps) -> Html {
    let shown = use_state(|| PAGE);
    let count = |severity| props.problems.iter().filter(|it| it.severity == severity).count();
    let tally = |severity: Severity| {
        let count = count(severity);
        let plural = if count == 1 { "" } else { "s" };
        html! {
            if count > 0 {
                <span class={classes!("tally", severity.name())}><Glyph icon={severity_icon(severity)} />{ format!("{count} {}{plural}", severity.name()) }</span>
            }
        }
    };
    let item = |problem: &Problem| {
        let act = props.act.clone();
        let (document, step) = (problem.document, problem.step);
        let onclick = Callback::from(move |_: MouseEvent| {
            act.emit(Action::Document(document));
            if let Some(step) = step {
                act.emit(Action::View(View::Step));
                act.emit(Action::Go(step));
            }
        });
        let place = match (problem.document, problem.step) {
            (Document::Schema, _) => format!("Starting schema, line {}", problem.line),
            (_, Some(step)) => format!("Step {step}, line {}", problem.line),
            (_, None) => format!("Line {}", problem.line),
        };
        let here = step == Some(props.step);
        html! {
            <li>
                <button type="button" class={classes!("problem", problem.severity.name(), here.then_some("here"))} {onclick}>
                    <Glyph icon={severity_icon(problem.severity)} />
                    <span class="problem-text">
                        <span class="problem-title"><span class="sr-only">{ problem.severity.name() }{ ": " }</span>{ &problem.title }</span>
                        if !problem.text.is_empty() { <span class="problem-more">{ &problem.text }</span> }
                    </span>
                    <span class="problem-place">{ place }</span>
                </button>
            </li>
        }
    };
    let rest = props.problems.len().saturating_sub(*shown);
    let more = {
        let shown = shown.clone();
        Callback::from(move |_: MouseEvent| shown.set(*shown + 10 * PAGE))
    };
    html! {
        <section class="problems" aria-labelledby="problems-title">
            <header>
                <h2 id="problems-title">{ "Problems" }</h2>
                { for [Severity::Error, Severity::Warning, Severity::Note].map(tally) }
            </header>
            if props.problems.is_empty() {
                <p class="empty"><Glyph icon={Icon::Done} />{ "Nothing found." }</p>
            } else {
                <ul tabindex="-1">{ for props.problems.iter().take(*shown).map(item) }</ul>
                if rest > 0 { <button type="button" class="button quiet" onclick={more}>{ format!("Show more ({rest} left)") }</button> }
            }
        </section>
    }
}
