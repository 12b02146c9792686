//! The way back from the step on the stage: graded, with what is lost and the script.

use lockstep_core::report::wire::Rollback;
use yew::prelude::*;

use crate::browser;
use crate::state::Shared;
use crate::widgets::copy::CopyButton;
use crate::widgets::icon::{Glyph, Icon};

#[derive(Properties, PartialEq)]
pub(crate) struct RollbackPanelProps {
    pub(crate) rollback: Option<Shared<Rollback>>,
    pub(crate) step: usize,
    pub(crate) count: usize,
    /// Why there is none.
    pub(crate) failure: Option<AttrValue>,
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
    let heading = match (props.step, props.count) {
        (0, _) => "Nothing to take back yet".to_owned(),
        (step, count) if step == count => format!("The way back from the end, after step {step}"),
        (step, count) => format!("The way back from after step {step} of {count}"),
    };
    let Some(it) = &props.rollback else {
        let why = props.failure.clone().unwrap_or_else(|| "Working it out …".into());
        return html! { <div class="report"><h2>{ heading }</h2><p class="muted">{ why }</p></div> };
    };
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
    let save = {
        let sql = it.sql.clone();
        Callback::from(move |_: MouseEvent| browser::download("rollback.sql", "application/sql", &sql))
    };
    html! {
        <div class="report rollback">
            <h2>{ heading }</h2>
            <p class="grade"><span class={classes!("badge", "large", class)}><Glyph {icon} />{ word }</span><span>{ meaning }</span></p>
            <p class="muted">{ "Move the player to see it from another step." }</p>
            { sentences("Cannot be undone", Icon::Failed, "failed", &it.impossible) }
            { sentences("Stays behind", Icon::Warning, "depends", &it.stays) }
            { sentences("Lost on the way back", Icon::Warning, "depends", &it.lost) }
            if it.sql.trim().is_empty() {
                <p class="empty">{ "There is nothing to run." }</p>
            } else {
                <section class="card script" aria-labelledby="script-title">
                    <header class="card-head">
                        <h3 id="script-title"><Glyph icon={Icon::Back} />{ "Rollback script" }</h3>
                        <span class="buttons">
                            <CopyButton text={it.sql.clone()} class="small" />
                            <button type="button" class="button small" onclick={save}><Glyph icon={Icon::Download} />{ "Download" }</button>
                        </span>
                    </header>
                    <pre tabindex="0" aria-label="Rollback script"><code>{ super::stage::shortened(&it.sql, 100_000) }</code></pre>
                </section>
            }
            { sentences("Notes", Icon::Note, "", &it.notes) }
        </div>
    }
}
