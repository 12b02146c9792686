//! The handoff note: what those who write the application have to know and to do, with the models of one tool at a time.

use lockstep_core::report::handoff::wire::{Edit, Handoff, Model, Scenario};
use lockstep_core::report::words::condition;
use yew::prelude::*;

use super::stage::{MOST_SQL, shortened};
use crate::documents::Document;
use crate::state::{Action, Shared};
use crate::widgets::copy::CopyButton;
use crate::widgets::icon::{Glyph, Icon};
use crate::widgets::long::Long;
use crate::widgets::words::words;

/// As many as are drawn at first.
const SENTENCES: usize = 40;
const MODELS: usize = 8;
const ERRORS: usize = 12;
const MOST_LINES: usize = 400;

#[derive(Properties, PartialEq)]
pub(crate) struct HandoffPanelProps {
    pub(crate) document: Shared<Document<Handoff>>,
    /// Whose models are shown; empty: those that go with the runner.
    pub(crate) tool: AttrValue,
    pub(crate) runner: AttrValue,
    pub(crate) act: Callback<Action>,
}

#[component]
pub(crate) fn HandoffPanel(props: &HandoffPanelProps) -> Html {
    let it = &props.document.report;
    let list = |of: fn(&Handoff) -> &Vec<String>| {
        let document = props.document.clone();
        let draw = Callback::from(move |shown| {
            html! { <ul class="sentences">{ for of(&document.report).iter().take(shown).map(|it| html! { <li>{ words(it) }</li> }) }</ul> }
        });
        html! { <Long count={of(it).len()} page={SENTENCES} {draw} /> }
    };
    let errors = {
        let document = props.document.clone();
        Callback::from(move |shown| html! { <>{ for document.report.errors.iter().take(shown).map(scenario) }</> })
    };
    html! {
        <>
            <section class="card" aria-label="Schema change">
                <h3><Glyph icon={Icon::Rewrite} />{ "Schema change" }</h3>
                if it.changes.is_empty() { <p class="empty">{ "The schema stays as it is." }</p> }
                { list(|it| &it.changes) }
            </section>
            <section class="card" aria-label="Order of deploys">
                <h3><Glyph icon={Icon::Next} />{ "Order of deploys" }</h3>
                <ol class="order">{ for (1..).zip(&it.order).map(|(number, stage): (usize, _)| {
                    let (icon, who) = if stage.who == "application" { (Icon::Share, "Application") } else { (Icon::Rows, "Migration") };
                    html! { <li class={stage.who.clone()}><span class="number">{ number }</span><span class="who"><Glyph {icon} />{ who }</span><span>{ words(&stage.what) }{ "." }</span></li> }
                }) }</ol>
                if !it.order_notes.is_empty() { <ul class="beware-list">{ for it.order_notes.iter().take(SENTENCES).map(|note| html! {
                    <li><Glyph icon={Icon::Warning} /><span>{ words(note) }</span></li>
                }) }</ul> }
            </section>
            { models(props) }
            if !it.touch.is_empty() {
                <section class="card" aria-label="Repositories, queries, fixtures">
                    <h3><Glyph icon={Icon::Write} />{ "Repositories, queries, fixtures" }</h3>
                    { list(|it| &it.touch) }
                </section>
            }
            <section class="card" aria-label="Errors that can come">
                <h3><Glyph icon={Icon::Error} />{ "Errors that can come" }</h3>
                if it.errors.is_empty() { <p class="empty">{ "None that the simulation knows of; no lock_timeout and no statement_timeout is set." }</p> }
                <Long count={it.errors.len()} page={ERRORS} draw={errors} />
            </section>
            <section class="card" aria-label="Way back">
                <h3><Glyph icon={Icon::Back} />{ "Way back" }</h3>
                <p>{ grade(&it.rollback.grade) }</p>
                { list(|it| &it.rollback.lost) }
                { list(|it| &it.rollback.stays) }
            </section>
        </>
    }
}

fn grade(word: &str) -> &'static str {
    match word {
        "exact" => "Exact: the schema and the rows of before come back. The tab Rollback has the script.",
        "leaves_rows" => {
            "The schema comes back and nothing is lost; rows that were added stay. The tab Rollback has the script."
        }
        "loses_data" => "Loses data: the tab Rollback has the script. These do not come back:",
        _ => "Impossible as a whole: the tab Rollback has what can be undone. But:",
    }
}

/// The tool that was chosen, or the one that goes with the runner, or the first.
fn chosen<'a>(edits: &'a [Edit], tool: &str, runner: &str) -> Option<&'a Edit> {
    let usual = match runner {
        "alembic" => "sqlalchemy",
        "drizzle" | "node-pg-migrate" | "supabase" => "typescript",
        other => other,
    };
    let find = |id: &str| edits.iter().find(|it| it.tool == id);
    find(tool).or_else(|| find(usual)).or(edits.first())
}

fn models(props: &HandoffPanelProps) -> Html {
    let edits = &props.document.report.edits;
    let chosen = chosen(edits, &props.tool, &props.runner);
    let draw = {
        let (document, tool) = (props.document.clone(), chosen.map(|it| it.tool.clone()));
        Callback::from(move |shown| {
            let edit = document.report.edits.iter().find(|it| Some(&it.tool) == tool.as_ref());
            html! { <>{ for edit.iter().flat_map(|it| &it.models).take(shown).map(model) }</> }
        })
    };
    let onchange = props.act.reform(|event: Event| {
        Action::Tool(event.target_unchecked_into::<web_sys::HtmlSelectElement>().value().into())
    });
    html! {
        <section class="card models" aria-label="Models">
            <header class="card-head">
                <h3><Glyph icon={Icon::Write} />{ "Models" }</h3>
                if let Some(chosen) = chosen {
                    <label class="field">{ "For" }
                        <select {onchange} aria-label="Models for">
                            { for edits.iter().map(|it| html! { <option value={it.tool.clone()} selected={it.tool == chosen.tool}>{ &it.title }</option> }) }
                        </select>
                    </label>
                }
            </header>
            if let Some(edit) = chosen {
                <Long key={edit.tool.clone()} count={edit.models.len()} page={MODELS} {draw} />
            } else {
                <p class="empty">{ "No model changes." }</p>
            }
        </section>
    }
}

fn model(it: &Model) -> Html {
    let is_new = it.diff.iter().all(|it| it.starts_with('+'));
    let what = match (is_new, it.code.is_empty()) {
        (_, true) => "remove",
        (true, _) => "new",
        _ => "edit",
    };
    // One element for lines of one sign that follow each other: a new table has no other lines.
    let class = |line: &String| match line.as_bytes().first() {
        Some(b'+') => "added",
        Some(b'-') => "removed",
        _ => "same",
    };
    let lines = &it.diff[..it.diff.len().min(MOST_LINES)];
    let run = |run: &[String]| html! { <span class={class(&run[0])}>{ run.join("\n") }</span> };
    html! {
        <div class="model">
            <header class="card-head">
                <p><code>{ &it.file }</code><span class="muted">{ format!(" ({what})") }</span></p>
                if !it.code.is_empty() { <CopyButton text={it.code.clone()} name={format!("Copy the whole of {}: {}", it.file, it.relation)} class="small" /> }
            </header>
            <pre class="diff" tabindex="0" aria-label={format!("{}: {}", it.file, it.relation)}><code>{ for lines.chunk_by(|a, b| class(a) == class(b)).map(run) }</code></pre>
            { super::more(it.diff.len(), MOST_LINES) }
        </div>
    }
}

fn scenario(it: &Scenario) -> Html {
    let steps: Vec<String> = it.steps.iter().map(usize::to_string).collect();
    let noun = if steps.len() == 1 { "step" } else { "steps" };
    let state = |state: &String| html! { <span class="badge failed"><code>{ state }</code>{ condition(state).unwrap_or_default() }</span> };
    html! {
        <div class="scenario">
            <p class="states">{ for it.sqlstates.iter().map(state) }<span class="muted">{ format!("{noun} {}", shortened(&steps.join(", "), 80)) }</span></p>
            <p>{ words(&it.when) }</p>
            <ol class="sentences">{ for it.resolution.iter().map(|it| html! { <li>{ words(it) }</li> }) }</ol>
            if let Some(query) = &it.query {
                <div class="query">
                    <pre tabindex="0" aria-label={format!("Query for {}", it.sqlstates.join(", "))}><code>{ shortened(query, MOST_SQL) }{ ";" }</code></pre>
                    <CopyButton text={format!("{query};")} name={format!("Copy the query for {}", it.sqlstates.join(", "))} class="small" />
                </div>
            }
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runner_says_whose_models_come_first() {
        let edit = |tool: &str| Edit { tool: tool.into(), ..Edit::default() };
        let all = ["sqlalchemy", "prisma", "typescript", "diesel"].map(edit);
        let tool = |tool: &str, runner: &str| chosen(&all, tool, runner).map(|it| it.tool.clone());
        assert_eq!(tool("", "prisma").as_deref(), Some("prisma"));
        assert_eq!(tool("", "drizzle").as_deref(), Some("typescript"));
        assert_eq!(tool("", "psql").as_deref(), Some("sqlalchemy"));
        assert_eq!(tool("diesel", "prisma").as_deref(), Some("diesel"));
        assert_eq!(chosen(&[], "", "psql"), None);
    }
}
