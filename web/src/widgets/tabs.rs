//! A tablist: one tab stop, arrows move and choose, as the ARIA practices describe it.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, ScrollIntoViewOptions, ScrollLogicalPosition};
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
            // A narrow page leaves some out.
            let tab = |at: usize| {
                list.cast::<Element>().and_then(|it| it.children().item(at as u32)?.dyn_into::<HtmlElement>().ok())
            };
            let is_there = |at: &usize| tab(*at).is_some_and(|it| it.offset_parent().is_some());
            let mut each = (1..count).map(|by| (selected + by) % count);
            let to = match event.key().as_str() {
                "ArrowRight" => each.find(is_there),
                "ArrowLeft" => each.rev().find(is_there),
                "Home" => (0..count).find(is_there),
                "End" => (0..count).rev().find(is_there),
                _ => return,
            };
            event.prevent_default();
            event.stop_propagation();
            let Some(to) = to else { return };
            onselect.emit(to);
            if let Some(tab) = tab(to) {
                let _ = tab.focus();
            }
        })
    };
    use_effect_with((list.clone(), props.selected), |(list, selected)| {
        let tab = list.cast::<Element>().and_then(|it| it.children().item(*selected as u32));
        let Some(tab) = tab else { return };
        // Where the bar is hidden or holds all of them, nothing moves.
        let options = ScrollIntoViewOptions::new();
        options.set_block(ScrollLogicalPosition::Nearest);
        options.set_inline(ScrollLogicalPosition::Nearest);
        tab.scroll_into_view_with_scroll_into_view_options(&options);
    });
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
