//! The header: examples, where the migration would run, sharing, theme, help.

use lockstep_core::plan::runner::RUNNERS;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::scenario::{NEWEST, OLDEST, Scenario, runner, runner_name};
use crate::state::{Action, Dialog, Theme};
use crate::widgets::icon::{Glyph, Icon};

#[derive(Properties, PartialEq)]
pub(crate) struct TopBarProps {
    pub(crate) scenario: Scenario,
    pub(crate) theme: Theme,
    pub(crate) act: Callback<Action>,
}

fn selected(event: &Event) -> String {
    event.target_unchecked_into::<HtmlSelectElement>().value()
}

#[component]
pub(crate) fn TopBar(props: &TopBarProps) -> Html {
    let act = &props.act;
    let open = |dialog: Dialog| act.reform(move |_: MouseEvent| Action::Open(dialog.clone()));
    let onpostgres = act.reform(|event: Event| Action::Postgres(selected(&event).parse().unwrap_or(NEWEST)));
    let onrunner = act.reform(|event: Event| Action::Runner(selected(&event).into()));
    let theme = props.theme;
    let (theme_icon, theme_word) = match theme {
        Theme::Auto => (Icon::Auto, "Theme: like the system"),
        Theme::Light => (Icon::Sun, "Theme: light"),
        Theme::Dark => (Icon::Moon, "Theme: dark"),
    };
    html! {
        <header class="top-bar">
            <h1 class="brand">
                <svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" class="brand-mark">
                    <path d="M3 20h6v-5h5v-5h5V5h2" />
                    <circle cx="6" cy="11" r="3" />
                </svg>
                { "Lockstep" }
            </h1>
            <button type="button" class="button" onclick={open(Dialog::Examples)}><Glyph icon={Icon::Gallery} />{ "Examples" }</button>
            <label class="field">
                <span class="field-name">{ "PostgreSQL" }</span>
                <select onchange={onpostgres}>
                    { for (OLDEST..=NEWEST).rev().map(|it| html! {
                        <option value={it.to_string()} selected={it == props.scenario.postgres}>{ it }</option>
                    }) }
                </select>
            </label>
            <label class="field" title={runner(&props.scenario.runner).about}>
                <span class="field-name">{ "Run by" }</span>
                <select onchange={onrunner}>
                    { for RUNNERS.iter().map(|it| html! {
                        <option value={it.id} selected={it.id == props.scenario.runner.as_str()}>{ runner_name(it.id) }</option>
                    }) }
                </select>
            </label>
            <span class="spring" />
            <button type="button" class="button" onclick={open(Dialog::Share)} aria-keyshortcuts="Control+S">
                <Glyph icon={Icon::Share} /><span class="wide-only">{ "Share" }</span><span class="sr-only narrow-only">{ "Share" }</span>
            </button>
            <button type="button" class="button quiet" title={theme_word} aria-label={theme_word} onclick={act.reform(move |_| Action::Theme(theme.next()))}>
                <Glyph icon={theme_icon} />
            </button>
            <button type="button" class="button quiet" title="Help and keys (?)" aria-label="Help and keys" aria-keyshortcuts="?" onclick={open(Dialog::Help)}>
                <Glyph icon={Icon::Help} />
            </button>
        </header>
    }
}
