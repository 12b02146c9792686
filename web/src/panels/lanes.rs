//! The lock lanes as a picture, what the application notices beside them, and the same as a table.

use lockstep_core::report::wire::Trace;
use lockstep_core::report::words::{lock_mode, relation_kind};
use yew::prelude::*;

use crate::lanes::{self, Bar, Blocks, Bracket, InForce, Lane, mode_initials};
use crate::state::{Action, Shared};
use crate::widgets::icon::{Glyph, Icon, outcome};

const COLUMNS: usize = 8;
const MOST_LANES: usize = 8;
const MOST_ROWS: usize = 200;
/// Width of a track and of a letter in a bar, in pixels, about: where the words do not fit, the
/// mode's initials stand in.
const TRACK: usize = 350;
const LETTER: usize = 8;

#[derive(Properties, PartialEq)]
pub(crate) struct LanesProps {
    pub(crate) trace: Shared<Trace>,
    pub(crate) step: usize,
    pub(crate) act: Callback<Action>,
}

#[component]
pub(crate) fn LockLanes(props: &LanesProps) -> Html {
    let Some(current) = props.step.checked_sub(1).and_then(|it| props.trace.steps.get(it)) else {
        return html! {};
    };
    let layout = lanes::layout(&props.trace, props.step, COLUMNS, MOST_LANES);
    let in_force = lanes::in_force(current);
    let columns = layout.last + 1 - layout.first;
    let place =
        |first: usize, last: usize| format!("grid-column: {} / {}", first - layout.first + 1, last - layout.first + 2);
    let heading = |it: &lockstep_core::report::wire::Step| {
        let (icon, word, class) = outcome(&it.outcome);
        let (index, now) = (it.index, it.index == props.step);
        html! {
            <button type="button" tabindex="-1" class={classes!("lane-step", class, now.then_some("now"))} style={place(index, index)}
                title={format!("{}: {word}", it.command)} onclick={props.act.reform(move |_| Action::Go(index))}>
                <span>{ index }</span><Glyph {icon} />
            </button>
        }
    };
    let lane = |lane: &Lane| {
        let now = in_force.iter().find(|it| it.relation == lane.relation);
        html! {
            <div class={classes!("lane", now.is_some().then_some("active"), matches!(lane.kind.as_str(), "i" | "I").then_some("minor"))}>
                <div class="lane-name"><span class="name">{ &lane.relation }</span><span class="lane-kind">{ relation_kind(&lane.kind) }</span></div>
                <div class="lane-track">
                    <span class="playhead" style={place(props.step, props.step)} />
                    { for lane.bars.iter().map(|it| bar(it, props.step, place(it.first, it.last), TRACK / columns * (it.last + 1 - it.first))) }
                </div>
                <div class="lane-now">{ traffic(now, &lane.kind) }</div>
            </div>
        }
    };
    html! {
        <section class="card lanes-card" aria-labelledby="lanes-title">
            <header class="card-head">
                <h3 id="lanes-title"><Glyph icon={Icon::Lock} />{ "Locks, and who waits" }</h3>
                <ul class="legend" aria-hidden="true">
                    <li><i class="swatch blocks-all" />{ "reads + writes wait" }</li>
                    <li><i class="swatch blocks-writes" />{ "writes wait" }</li>
                    <li><i class="swatch blocks-neither" />{ "nobody waits" }</li>
                </ul>
            </header>
            <div class="lanes" aria-hidden="true" style={format!("--columns: {columns}")}>
                <div class="lane lane-heads">
                    <div class="lane-name">{ "Step" }</div>
                    <div class="lane-track">{ for props.trace.steps[layout.first - 1..layout.last].iter().map(heading) }</div>
                    <div class="lane-now">{ format!("Application at step {}", props.step) }</div>
                </div>
                <div class="lane lane-transactions">
                    <div class="lane-name">{ "Transaction" }</div>
                    <div class="lane-track">{ for layout.brackets.iter().map(|it| bracket(it, place(it.first, it.last))) }</div>
                    <div class="lane-now" />
                </div>
                { for layout.lanes.iter().map(lane) }
            </div>
            if layout.lanes.is_empty() {
                <p class="empty">{ "No lock on any table, view, index or sequence." }</p>
            }
            if layout.left_out > 0 {
                <p class="empty">{ format!("{} more in the table.", layout.left_out) }</p>
            }
            { for current.waits_for.iter().map(|it| html! {
                <p class="waits"><Glyph icon={Icon::Wait} />
                    <span>{ "Waits until every transaction that holds a lock conflicting with " }<b>{ lock_mode(&it.mode) }</b>
                    { " on " }<code>{ it.relation.to_string() }</code>{ " has ended. Nobody queues behind this wait." }</span></p>
            }) }
            <details class="as-table">
                <summary>{ format!("Locks at step {} as a table", props.step) }</summary>
                { table(&in_force, props.step) }
            </details>
        </section>
    }
}

fn bar(bar: &Bar, step: usize, place: String, width: usize) -> Html {
    let lock = &bar.lock;
    let when = match () {
        () if bar.first > step => "future",
        () if bar.last < step => "past",
        () => "now",
    };
    let class = if lock.new { "is-new" } else { lock.blocks.class() };
    let words = if lock.new { "new".to_owned() } else { lock_mode(&lock.mode) };
    let title = if lock.new {
        "Made by this step: nobody can wait for it".into()
    } else {
        format!("{words}: {}", lock.blocks.words())
    };
    html! {
        <span class={classes!("bar", class, when, (words.len() * LETTER + 12 > width).then_some("short"))} style={place} {title}>
            <span class="bar-words">{ words }</span>
            <span class="bar-initials">{ if lock.new { "new".into() } else { mode_initials(&lock.mode) } }</span>
        </span>
    }
}

fn bracket(it: &Bracket, place: String) -> Html {
    let (word, class) = match it.end.as_str() {
        "commit" => ("COMMIT", "commit"),
        "rollback" => ("ROLLBACK", "rollback"),
        _ => ("still open", "open"),
    };
    let cut = (it.cut_left.then_some("cut-left"), it.cut_right.then_some("cut-right"));
    html! {
        <span class={classes!("bracket", class, cut.0, cut.1)} style={place} title={format!("Transaction {}: {word}", it.transaction)}>
            <span>{ it.transaction }</span>
            if !it.cut_right && it.last > it.first { <span class="bracket-end">{ word }</span> }
        </span>
    }
}

/// The application's reads and writes as two pipes: dots run through, or pile up before a gate.
fn traffic(lock: Option<&InForce>, kind: &str) -> Html {
    match lock {
        None => html! { <span class="untouched">{ "not locked" }</span> },
        Some(it) if it.new => html! { <span class="untouched">{ "new, nobody waits" }</span> },
        Some(_) if matches!(kind, "i" | "I") => html! { <span class="untouched">{ "with its table" }</span> },
        Some(it) => html! {
            <>
                { flow("reads", Icon::Read, it.blocks == Blocks::ReadsAndWrites) }
                { flow("writes", Icon::Write, it.blocks >= Blocks::Writes) }
            </>
        },
    }
}

fn flow(what: &'static str, icon: Icon, waits: bool) -> Html {
    html! {
        <span class={classes!("flow", if waits { "waits" } else { "goes" })}>
            <Glyph {icon} /><span class="flow-what">{ what }</span>
            <span class="pipe"><i /><i /><i /><i /><b class="gate" /></span>
            <span class="flow-word">{ if waits { "wait" } else { "go on" } }</span>
        </span>
    }
}

fn table(in_force: &[InForce], step: usize) -> Html {
    let yes_no = |waits: bool| if waits { "wait" } else { "go on" };
    let row = |it: &InForce| {
        html! {
            <tr>
                <th scope="row"><code>{ it.relation.to_string() }</code>{ " " }{ relation_kind(&it.kind) }</th>
                <td>{ lock_mode(&it.mode) }</td>
                <td>{ if it.since == step { "this step".into() } else { format!("step {}", it.since) } }</td>
                <td>{ if it.new { "new" } else { yes_no(it.blocks == Blocks::ReadsAndWrites) } }</td>
                <td>{ if it.new { "new" } else { yes_no(it.blocks >= Blocks::Writes) } }</td>
                <td>{ &it.reason }</td>
            </tr>
        }
    };
    html! {
        <div class="table-scroll" tabindex="0" role="region" aria-label="Locks as a table">
            <table>
                <thead><tr>{ for ["Relation", "Lock mode", "Since", "Reads", "Writes", "Why"].map(|it| html! { <th scope="col">{ it }</th> }) }</tr></thead>
                <tbody>{ for in_force.iter().take(MOST_ROWS).map(row) }</tbody>
            </table>
            if in_force.is_empty() { <p class="empty">{ "No locks." }</p> }
            if in_force.len() > MOST_ROWS { <p class="empty">{ format!("{} more are in the trace.", in_force.len() - MOST_ROWS) }</p> }
        </div>
    }
}
