//! The relations and types that a step changes, as cards: before, arrow, after.

use lockstep_core::report::wire::Trace;
use yew::prelude::*;

use crate::schema_diff::{Card, Mark, Pair, Row, pair};
use crate::state::Shared;
use crate::widgets::icon::{Glyph, Icon};

const MOST_CARDS: usize = 12;
const MOST_ROWS: usize = 200;
/// Unchanged rows beyond this are folded: the change is what matters.
const MOST_SAME: usize = 6;

#[derive(Properties, PartialEq)]
pub(crate) struct SchemaChangesProps {
    pub(crate) trace: Shared<Trace>,
    pub(crate) step: usize,
}

#[component]
pub(crate) fn SchemaChanges(props: &SchemaChangesProps) -> Html {
    let Some(step) = props.step.checked_sub(1).and_then(|it| props.trace.steps.get(it)) else { return html! {} };
    if step.changes.is_empty() {
        return html! {};
    }
    html! {
        <section class="card schema" aria-labelledby="schema-title">
            <h3 id="schema-title"><Glyph icon={Icon::Rows} />{ "Schema, before and after" }</h3>
            { for step.changes.iter().take(MOST_CARDS).map(|it| draw(&pair(it))) }
            if step.changes.len() > MOST_CARDS { <p class="empty">{ format!("{} more objects change.", step.changes.len() - MOST_CARDS) }</p> }
        </section>
    }
}

fn draw(pair: &Pair) -> Html {
    let gap = |word: &'static str| html! { <div class="table-card absent"><p>{ word }</p></div> };
    html! {
        <div class="change">
            { pair.before.as_ref().map_or_else(|| gap("does not exist yet"), |it| card(it, "before")) }
            <span class="change-arrow" aria-hidden="true">{ "→" }</span>
            { pair.after.as_ref().map_or_else(|| gap("no longer exists"), |it| card(it, "after")) }
        </div>
    }
}

fn card(it: &Card, side: &'static str) -> Html {
    let whole = matches!(it.mark, Mark::Added | Mark::Removed).then(|| it.mark.word());
    html! {
        <div class={classes!("table-card", side, whole)}>
            <header>
                <span class="table-name">{ &it.name }</span><span class="table-kind">{ it.kind }</span>
                if it.mark != Mark::Changed { <span class={classes!("mark", it.mark.word())}>{ it.mark.word() }</span> }
                <span class="side">{ side }</span>
            </header>
            { for it.sections.iter().map(|section| html! {
                <div class="table-section">
                    if section.title != "Columns" { <h4>{ section.title }</h4> }
                    <ul>{ rows(&section.rows, section.more) }</ul>
                </div>
            }) }
        </div>
    }
}

/// All that is marked, and of the rest what fits.
fn rows(rows: &[Row], more: usize) -> Html {
    let marked = rows.iter().filter(|it| it.mark != Mark::Same).count();
    let mut room = if marked == 0 { MOST_ROWS } else { MOST_SAME };
    let mut left_out = more;
    let mut shown = vec![];
    for (at, it) in rows.iter().enumerate() {
        let same = it.mark == Mark::Same;
        let keep = if same { room > 0 } else { at < MOST_ROWS };
        if keep {
            room -= usize::from(same);
            shown.push(row(it));
        } else {
            left_out += 1;
        }
    }
    html! {
        <>
            { for shown }
            if left_out > 0 { <li class="row folded">{ format!("… {left_out} more, unchanged") }</li> }
        </>
    }
}

fn row(it: &Row) -> Html {
    let sign = match it.mark {
        Mark::Same => "",
        Mark::Added => "+",
        Mark::Removed => "−",
        Mark::Changed => "~",
        Mark::Renamed => "→",
    };
    html! {
        <li class={classes!("row", it.mark.word())}>
            <span class="sign" aria-hidden="true">{ sign }</span>
            <span class="row-name">{ &it.name }</span>
            <span class="row-text">{ &it.text }{ for it.tags.iter().map(|tag| html! { <span class="tag">{ tag }</span> }) }</span>
            if it.mark != Mark::Same { <span class="sr-only">{ it.mark.word() }</span> }
        </li>
    }
}
