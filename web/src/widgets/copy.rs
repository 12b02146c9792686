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
    html! { <button type="button" class={classes!("button", props.class.clone())} {onclick}><Glyph {icon} />{ label }</button> }
}
