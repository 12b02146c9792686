//! The whole change as files: what each is, to look at, copy and keep.

use lockstep_core::report::package::wire::Package;
use web_sys::HtmlDetailsElement;
use yew::prelude::*;

use super::stage::shortened;
use crate::browser;
use crate::documents::Document;
use crate::state::Shared;
use crate::widgets::copy::CopyButton;
use crate::widgets::icon::{Glyph, Icon};
use crate::widgets::long::Long;

/// As many as are drawn at first.
const FILES: usize = 60;
/// As much of a file as is drawn.
const MOST: usize = 20_000;

#[derive(Properties, PartialEq)]
pub(crate) struct PackagePanelProps {
    pub(crate) document: Shared<Document<Package>>,
}

#[component]
pub(crate) fn PackagePanel(props: &PackagePanelProps) -> Html {
    let document = props.document.clone();
    let count = document.report.documents.len();
    let files = Callback::from(move |shown| {
        let document = document.clone();
        let each = (0..count).take(shown).map(move |at| html! { <PackageFile document={document.clone()} {at} /> });
        html! { <ul class="package-files">{ for each }</ul> }
    });
    html! {
        <>
            <p class="muted">
                { "Everything a team needs to ship the change, as one folder whose index links to the rest. The same as " }
                <code>{ "lockstep package --output DIR" }</code>{ " writes." }
            </p>
            <section class="card" aria-label="Files of the package"><Long {count} page={FILES} draw={files} /></section>
        </>
    }
}

#[derive(Properties, PartialEq)]
struct FileProps {
    document: Shared<Document<Package>>,
    at: usize,
}

/// A file's name and purpose; its text is drawn only while it is open.
#[component]
fn PackageFile(props: &FileProps) -> Html {
    let open = use_state(|| false);
    let file = &props.document.report.documents[props.at];
    let ontoggle = {
        let open = open.clone();
        Callback::from(move |event: Event| open.set(event.target_unchecked_into::<HtmlDetailsElement>().open()))
    };
    let download = {
        let (document, at) = (props.document.clone(), props.at);
        Callback::from(move |_: MouseEvent| {
            let file = &document.report.documents[at];
            let name = file.name.rsplit('/').next().unwrap_or(&file.name);
            browser::download(name, &file.media_type, &file.text);
        })
    };
    let label = format!("Download {}", file.name);
    html! {
        <li>
            <details {ontoggle}>
                <summary><code>{ &file.name }</code><span class="about">{ &file.about }</span></summary>
                if *open {
                    if file.text.len() > MOST { <p class="muted">{ "The beginning of it; copy and download give the whole." }</p> }
                    <pre tabindex="0" aria-label={file.name.clone()}><code>{ shortened(&file.text, MOST) }</code></pre>
                }
            </details>
            <span class="buttons">
                <CopyButton text={file.text.clone()} name={format!("Copy {}", file.name)} class="small" />
                <button type="button" class="button small" onclick={download} title={label.clone()} aria-label={label}><Glyph icon={Icon::Download} /></button>
            </span>
        </li>
    }
}
