//! A button that copies a text and says so.

use gloo_timers::callback::Timeout;
use yew::prelude::*;

use super::icon::{Glyph, Icon};
use crate::browser;

#[derive(Properties, PartialEq)]
pub(crate) struct CopyProps {
    pub(crate) text: AttrValue,
    #[prop_or("Copy".into())]
    pub(crate) label: AttrValue,
    /// What it copies, where several such buttons stand on the page.
    #[prop_or_default]
    pub(crate) name: Option<AttrValue>,
    #[prop_or_default]
    pub(crate) disabled: bool,
    #[prop_or_default]
    pub(crate) class: Classes,
}

#[component]
pub(crate) fn CopyButton(props: &CopyProps) -> Html {
    let told = use_state(|| None::<bool>);
    let onclick = {
        let (told, text) = (told.clone(), props.text.clone());
        Callback::from(move |_: MouseEvent| {
            let (told, text) = (told.clone(), text.to_string());
            wasm_bindgen_futures::spawn_local(async move {
                told.set(Some(browser::copy(text).await));
                Timeout::new(2_000, move || told.set(None)).forget();
            });
        })
    };
    let (icon, label) = match *told {
        None => (Icon::Copy, props.label.clone()),
        Some(true) => (Icon::Done, "Copied".into()),
        Some(false) => (Icon::Failed, "Not allowed: select the text and copy it".into()),
    };
    // Once something happened, the button says what.
    let name = props.name.clone().filter(|_| told.is_none());
    html! { <button type="button" aria-label={name.clone()} title={name} class={classes!("button", props.class.clone())} {onclick} disabled={props.disabled}><Glyph {icon} />{ label }</button> }
}
