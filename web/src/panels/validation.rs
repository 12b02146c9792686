//! The validation queries: when each is asked, what it must answer, what it prevents. Before the migration, and after.

use lockstep_core::report::validation::script::{heading, prevents, time};
use lockstep_core::report::validation::wire::{Check, Expectation, Validation};
use yew::prelude::*;

use crate::documents::Document;
use crate::state::Shared;
use crate::widgets::copy::CopyButton;
use crate::widgets::icon::{Glyph, Icon};
use crate::widgets::long::Long;

/// As many as are drawn at first, of each time.
const QUERIES: usize = 20;
const NOTES: usize = 100;

#[derive(Properties, PartialEq)]
pub(crate) struct ValidationPanelProps {
    pub(crate) document: Shared<Document<Validation>>,
}

#[component]
pub(crate) fn ValidationPanel(props: &ValidationPanelProps) -> Html {
    let it = &props.document.report;
    let part = |title: &'static str, icon: Icon, about: &'static str, is: fn(&Check, usize) -> bool| {
        let count = it.checks.iter().filter(|check| is(check, it.steps)).count();
        let document = props.document.clone();
        let draw = Callback::from(move |shown| {
            let it = &document.report;
            let checks = (1..).zip(&it.checks).filter(|(_, check)| is(check, it.steps)).take(shown);
            html! { <ol class="numbered">{ for checks.map(|(number, check)| one(number, check, it.steps)) }</ol> }
        });
        html! {
            if count > 0 {
                <section class="card" aria-label={title}>
                    <h3><Glyph {icon} />{ title }</h3>
                    <p class="muted">{ about }</p>
                    <Long {count} page={QUERIES} {draw} />
                </section>
            }
        }
    };
    let before: fn(&Check, usize) -> bool = |check, _| check.from == 0;
    let between: fn(&Check, usize) -> bool = |check, steps| check.from > 0 && check.from < steps;
    let end: fn(&Check, usize) -> bool = |check, steps| check.from > 0 && check.from >= steps;
    html! {
        <>
            if it.checks.is_empty() {
                <p class="empty">{ "Nothing is to be asked: no step depends on rows, and no table that was there changes." }</p>
            } else {
                <p class="muted">
                    { "The script asks those whose time it is and reads only: " }
                    <code>{ "psql -X -v at=0 -f validation.sql" }</code>{ " before, " }
                    <code>{ format!("-v at={}", it.steps) }</code>{ " at the end." }
                </p>
            }
            { part("Before the migration", Icon::First, "What is found here makes a step fail, or is kept to compare with.", before) }
            { part("In between", Icon::Next, "Once an earlier step is done.", between) }
            { part("At the end", Icon::Last, "The migration has done its work where these answer as expected.", end) }
            if !it.notes.is_empty() {
                <section class="card" aria-label="Notes">
                    <h3><Glyph icon={Icon::Note} />{ "Not asked" }</h3>
                    <ul class="sentences">{ for it.notes.iter().take(NOTES).map(|it| html! { <li>{ it }</li> }) }</ul>
                </section>
            }
        </>
    }
}

fn one(number: usize, check: &Check, steps: usize) -> Html {
    let mut statements: Vec<String> = check.setup.iter().map(|it| format!("{it};")).collect();
    statements.push(format!("{};", check.query));
    let sql = statements.join("\n");
    let expected = match check.expectation {
        Expectation::Read => "Needed: ",
        _ => "Expected: ",
    };
    let value = check.expectation == Expectation::Equals;
    html! {
        <li>
            <span class="number">{ number }</span>
            <div>
                <p><b>{ heading(check) }</b>{ ": " }{ &check.title }<span class="muted">{ format!(" ({})", time(check, steps)) }</span></p>
                <div class="query">
                    <pre tabindex="0" aria-label={format!("Query {number}")}><code>{ super::stage::shortened(&sql, super::stage::MOST_SQL) }</code></pre>
                    <CopyButton text={sql} name={format!("Copy query {number}")} class="small" />
                </div>
                <p>{ expected }<strong class={classes!("expected", value.then_some("value"))}>{ &check.expected }</strong><span class="muted">{ prevents(check) }</span></p>
                if let Some(baseline) = &check.baseline {
                    <p class="muted">{ "Compared with the answer of " }<code>{ baseline }</code>{ if check.query.contains("$1") { ", which $1 stands for." } else { "." } }</p>
                }
                if check.inside_transaction {
                    <p class="muted">{ "Nothing before it is committed by then: only the migration's own transaction can ask this." }</p>
                }
                if let Some(sample) = &check.sample {
                    <p class="muted">{ format!("For a large table: -v sample=1 asks {} only.", sample.part) }</p>
                }
            </div>
        </li>
    }
}
