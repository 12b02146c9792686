//! What opens above the page: gallery, sharing, help, a hazard's page.

use yew::prelude::*;

use crate::examples::Example;
use crate::scenario::Scenario;
use crate::share;
use crate::state::{Action, Dialog as Open};
use crate::widgets::copy::CopyButton;
use crate::widgets::dialog::Dialog;
use crate::widgets::icon::{Glyph, Icon};
use crate::widgets::markdown::{Markdown, title};
use crate::{browser, pages};

#[derive(Properties, PartialEq)]
pub(crate) struct DialogsProps {
    pub(crate) open: Open,
    pub(crate) scenario: Scenario,
    pub(crate) step: usize,
    pub(crate) gallery: std::rc::Rc<Vec<Example>>,
    pub(crate) act: Callback<Action>,
}

#[component]
pub(crate) fn Dialogs(props: &DialogsProps) -> Html {
    let onclose = props.act.reform(|()| Action::Close);
    match &props.open {
        Open::Help => html! { <Dialog title="Lockstep" {onclose}>{ help() }</Dialog> },
        Open::Examples => {
            html! { <Dialog title="Examples" class="wide" {onclose}>{ gallery(&props.gallery, &props.act) }</Dialog> }
        }
        Open::Share => html! { <Dialog title="Share" {onclose}>{ sharing(&props.scenario, props.step) }</Dialog> },
        Open::Hazard(id) => {
            let page = pages::hazard(id).unwrap_or("");
            html! { <Dialog title={title(page).to_owned()} class="wide" {onclose}><Markdown text={page} skip_title=true /></Dialog> }
        }
    }
}

fn gallery(all: &[Example], act: &Callback<Action>) -> Html {
    let mut groups: Vec<&str> = all.iter().map(|it| it.group.as_str()).collect();
    groups.dedup();
    let item = |it: &Example| {
        let scenario = it.scenario.clone();
        let act = act.clone();
        let onclick = Callback::from(move |_: MouseEvent| {
            act.emit(Action::Load(scenario.clone(), 1));
            act.emit(Action::Close);
            browser::replace_fragment("");
        });
        html! { <li><button type="button" class="example" {onclick}><b>{ &it.title }</b><span>{ &it.about }</span></button></li> }
    };
    html! {
        <>
            { for groups.into_iter().map(|group| html! {
                <section class="gallery-group">
                    <h3>{ group }</h3>
                    <ul class="gallery">{ for all.iter().filter(|it| it.group == group).map(item) }</ul>
                </section>
            }) }
        </>
    }
}

fn sharing(scenario: &Scenario, step: usize) -> Html {
    let Some(fragment) = share::encode(scenario, step) else {
        let text = scenario.migration.clone();
        let save = Callback::from(move |_: MouseEvent| browser::download("migration.sql", "application/sql", &text));
        return html! {
            <>
                <p>{ "This migration is larger than 1 MiB, too large for a link. Send it as a file instead." }</p>
                <button type="button" class="button" onclick={save}><Glyph icon={Icon::Download} />{ "Download migration.sql" }</button>
            </>
        };
    };
    let link = format!("{}{fragment}", browser::address());
    let frame = format!(
        "<iframe src=\"{}?embed{fragment}\" title=\"Lockstep\" width=\"800\" height=\"450\" loading=\"lazy\" style=\"border:0\"></iframe>",
        browser::address()
    );
    let field = |id: &'static str, label: &'static str, text: String| {
        html! {
            <div class="share-field">
                <label for={id}>{ label }</label>
                <span class="share-row"><input {id} type="text" readonly=true value={text.clone()} /><CopyButton {text} /></span>
            </div>
        }
    };
    let length = link.len();
    html! {
        <>
            <p>{ "The whole scenario is inside the link: both texts, the PostgreSQL version, the runner and the step. Nothing is uploaded." }</p>
            { field("share-link", "Link", link) }
            if length > share::LONG {
                <p class="link-warning"><Glyph icon={Icon::Warning} />{ format!("This link has {length} characters. Some mail and chat programs cut links that long: try it before relying on it.") }</p>
            }
            { field("share-frame", "For a documentation page", frame) }
        </>
    }
}

fn help() -> Html {
    let key = |keys: &[&'static str], what: &'static str| {
        html! { <tr><th scope="row">{ for keys.iter().map(|it| html! { <kbd>{ *it }</kbd> }) }</th><td>{ what }</td></tr> }
    };
    html! {
        <>
            <p>{ "Lockstep shows what a PostgreSQL migration does to a live database, step by step, before it runs: its locks and who waits for them, the work, the errors, the schema. It runs in this page; nothing leaves the browser." }</p>
            <h3>{ "Keys" }</h3>
            <table class="keys"><tbody>
                { key(&["Space"], "Play or pause") }
                { key(&["←", "→"], "Previous or next step; also K and J") }
                { key(&["Home", "End"], "First or last step") }
                { key(&["1", "…", "9"], "To that step") }
                { key(&["?"], "This help") }
                { key(&["Ctrl Enter"], "Play, from the editor") }
                { key(&["Ctrl S"], "Share") }
            </tbody></table>
            <h3>{ "Outcomes" }</h3>
            <ul class="outcomes">
                { for [
                    ("done", "The server carries it out."),
                    ("failed", "The server refuses, with this SQLSTATE and message."),
                    ("depends_on_data", "Rows decide; the deciding query is shown."),
                    ("skipped", "An earlier step fails, so it does not run."),
                    ("unknown", "Not modelled. Nothing is claimed about it."),
                ].map(|(name, meaning)| {
                    let (icon, word, class) = crate::widgets::icon::outcome(name);
                    html! { <li><span class={classes!("badge", class)}><Glyph {icon} />{ word }</span><span>{ meaning }</span></li> }
                }) }
            </ul>
            <h3>{ "The text itself may say" }</h3>
            <ul class="sentences">
                <li><code>{ "-- lockstep: schema" }</code>{ " and " }<code>{ "-- lockstep: migration" }</code>{ ": where the starting schema and the migration begin, in one file." }</li>
            </ul>
        </>
    }
}
