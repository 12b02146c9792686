//! The way back from the step on the stage: graded, with what is lost and the script.

use lockstep_core::report::wire::Rollback;
use yew::prelude::*;

use crate::documents::Document;
use crate::state::Shared;
use crate::widgets::icon::{Glyph, Icon};

#[derive(Properties, PartialEq)]
pub(crate) struct RollbackPanelProps {
    pub(crate) document: Shared<Document<Rollback>>,
}

fn sentences(title: &'static str, icon: Icon, class: &'static str, list: &[String]) -> Html {
    html! {
        if !list.is_empty() {
            <section class={classes!("card", class)}>
                <h3><Glyph {icon} />{ title }</h3>
                <ul class="sentences">{ for list.iter().take(200).map(|it| html! { <li>{ it }</li> }) }</ul>
            </section>
        }
    }
}

#[component]
pub(crate) fn RollbackPanel(props: &RollbackPanelProps) -> Html {
    let it = &props.document.report;
    let (icon, word, class, meaning) = match it.grade.as_str() {
        "exact" => {
            (Icon::Done, "Exact", "done", "The schema and the data come back as they were before the migration.")
        }
        "leaves_rows" => {
            (Icon::Warning, "Leaves rows", "depends", "The schema comes back and nothing is lost; added rows stay.")
        }
        "loses_data" => (Icon::Warning, "Loses data", "depends", "The schema comes back; some data does not."),
        "impossible" => (
            Icon::Failed,
            "Impossible",
            "failed",
            "No script brings everything back from here. What can be undone is below.",
        ),
        _ => (Icon::Unknown, "Unknown", "unknown", "The model does not know the way back from here."),
    };
    html! {
        <>
            <p class="grade"><span class={classes!("badge", "large", class)}><Glyph {icon} />{ word }</span><span>{ meaning }</span></p>
            <p class="muted">{ "Move the player to see it from another step." }</p>
            { sentences("Cannot be undone", Icon::Failed, "failed", &it.impossible) }
            { sentences("Stays behind", Icon::Warning, "depends", &it.stays) }
            { sentences("Lost on the way back", Icon::Warning, "depends", &it.lost) }
            if it.sql.trim().is_empty() {
                <p class="empty">{ "There is nothing to run." }</p>
            } else {
                { super::script("Rollback script", Icon::Back, &it.sql) }
            }
            { sentences("Notes", Icon::Note, "", &it.notes) }
        </>
    }
}
