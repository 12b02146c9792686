//! A modal dialog on the browser's own `<dialog>`: focus stays in it, Escape and the backdrop close it.

use wasm_bindgen::JsCast;
use web_sys::HtmlDialogElement;
use yew::prelude::*;

use super::icon::{Glyph, Icon};

#[derive(Properties, PartialEq)]
pub(crate) struct DialogProps {
    pub(crate) title: AttrValue,
    pub(crate) onclose: Callback<()>,
    #[prop_or_default]
    pub(crate) class: Classes,
    pub(crate) children: Html,
}

#[component]
pub(crate) fn Dialog(props: &DialogProps) -> Html {
    let node = use_node_ref();
    use_effect_with(node.clone(), |node| {
        if let Some(dialog) = node.cast::<HtmlDialogElement>()
            && !dialog.open()
        {
            let _ = dialog.show_modal();
        }
    });
    let onclose = props.onclose.reform(|_: Event| ());
    let close = props.onclose.reform(|_: MouseEvent| ());
    let backdrop = {
        let (node, onclose) = (node.clone(), props.onclose.clone());
        Callback::from(move |event: MouseEvent| {
            // A click on the backdrop has the dialog itself as its target.
            let on_backdrop = event.target().and_then(|it| it.dyn_into::<HtmlDialogElement>().ok());
            if on_backdrop.is_some() && on_backdrop == node.cast::<HtmlDialogElement>() {
                onclose.emit(());
            }
        })
    };
    html! {
        <dialog ref={node} class={classes!("dialog", props.class.clone())} aria-labelledby="dialog-title" {onclose} onclick={backdrop}>
            <div class="dialog-body">
                <header class="dialog-head">
                    <h2 id="dialog-title">{ &props.title }</h2>
                    <button type="button" class="button quiet" aria-label="Close" onclick={close}><Glyph icon={Icon::Close} /></button>
                </header>
                { props.children.clone() }
            </div>
        </dialog>
    }
}
