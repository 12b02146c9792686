//! A list that may be long: its beginning, and a button for more of it.

use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct LongProps {
    pub(crate) count: usize,
    /// As many as are drawn at first, and more at each press.
    pub(crate) page: usize,
    /// Draws so many of them.
    pub(crate) draw: Callback<usize, Html>,
}

#[component]
pub(crate) fn Long(props: &LongProps) -> Html {
    let shown = use_state(|| props.page);
    let rest = props.count.saturating_sub(*shown);
    let more = {
        let (shown, page) = (shown.clone(), props.page);
        Callback::from(move |_: MouseEvent| shown.set(*shown + page))
    };
    html! {
        <>
            { props.draw.emit(*shown) }
            if rest > 0 { <p><button type="button" class="button small" onclick={more}>{ format!("Show more ({rest} left)") }</button></p> }
        </>
    }
}
