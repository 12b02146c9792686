//! A tablist: one tab stop, arrows move and choose, as the ARIA practices describe it.

use wasm_bindgen::JsCast;
use web_sys::HtmlElement;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct TabsProps {
    /// Name of the tablist for assistive technology, and the prefix of its ids.
    pub(crate) label: AttrValue,
    pub(crate) id: AttrValue,
    pub(crate) titles: Vec<AttrValue>,
    /// Small counts beside a title; 0 shows none.
    #[prop_or_default]
    pub(crate) counts: Vec<usize>,
    pub(crate) selected: usize,
    pub(crate) onselect: Callback<usize>,
    #[prop_or_default]
    pub(crate) class: Classes,
}

#[component]
pub(crate) fn Tabs(props: &TabsProps) -> Html {
    let list = use_node_ref();
    let count = props.titles.len();
    let onkeydown = {
        let (list, onselect, selected) = (list.clone(), props.onselect.clone(), props.selected);
        Callback::from(move |event: KeyboardEvent| {
            let to = match event.key().as_str() {
                "ArrowRight" => (selected + 1) % count,
                "ArrowLeft" => (selected + count - 1) % count,
                "Home" => 0,
                "End" => count - 1,
                _ => return,
            };
            event.prevent_default();
            event.stop_propagation();
            onselect.emit(to);
            let tab = list.cast::<web_sys::Element>().and_then(|it| it.children().item(to as u32));
            if let Some(tab) = tab.and_then(|it| it.dyn_into::<HtmlElement>().ok()) {
                let _ = tab.focus();
            }
        })
    };
    let tab = |(at, title): (usize, &AttrValue)| {
        let selected = at == props.selected;
        let count = props.counts.get(at).copied().unwrap_or(0);
        html! {
            <button type="button" role="tab" id={format!("{}-tab-{at}", props.id)} aria-selected={selected.to_string()}
                aria-controls={format!("{}-panel-{at}", props.id)} tabindex={if selected { "0" } else { "-1" }} onclick={props.onselect.reform(move |_| at)}>
                { title }
                if count > 0 { <span class="count">{ count }</span> }
            </button>
        }
    };
    html! {
        <div role="tablist" ref={list} class={classes!("tabs", props.class.clone())} aria-label={props.label.clone()} {onkeydown}>
            { for props.titles.iter().enumerate().map(tab) }
        </div>
    }
}
