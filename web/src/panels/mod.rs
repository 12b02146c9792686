//! What the page shows. A panel gets props and one callback for actions; it keeps no state of its own
//! but what is purely its looks.

pub(crate) mod advice;
pub(crate) mod checklist;
pub(crate) mod dialogs;
pub(crate) mod document;
pub(crate) mod editors;
pub(crate) mod handoff;
pub(crate) mod lanes;
pub(crate) mod package;
pub(crate) mod plan;
pub(crate) mod player;
pub(crate) mod problems;
pub(crate) mod rollback;
pub(crate) mod schema_change;
pub(crate) mod stage;
pub(crate) mod step_cards;
pub(crate) mod top_bar;
pub(crate) mod trace;
pub(crate) mod validation;

use yew::prelude::*;

use crate::widgets::icon::{Glyph, Icon};

/// As much of a script as is drawn.
const MOST_SCRIPT: usize = 20_000;

/// Says how many of a list are not drawn: the files have all of them.
fn more(count: usize, shown: usize) -> Html {
    let left = count.saturating_sub(shown);
    html! { if left > 0 { <p class="empty">{ format!("{left} more are in the file.") }</p> } }
}

/// A script as a whole.
fn script(title: &'static str, icon: Icon, sql: &str) -> Html {
    let whole = sql.len() <= MOST_SCRIPT;
    html! {
        if !sql.trim().is_empty() {
            <section class="card script" aria-label={title}>
                <h3><Glyph {icon} />{ title }</h3>
                if !whole { <p class="muted">{ "The beginning of it; copy and download give the whole." }</p> }
                <pre tabindex="0" aria-label={title}><code>{ stage::shortened(sql, MOST_SCRIPT) }</code></pre>
            </section>
        }
    }
}
