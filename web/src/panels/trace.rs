//! The trace as JSON: what scripts read, to look at, copy and keep.

use yew::prelude::*;

use super::stage::shortened;

const MOST: usize = 20_000;

#[derive(Properties, PartialEq)]
pub(crate) struct TracePanelProps {
    pub(crate) json: AttrValue,
}

#[component]
pub(crate) fn TracePanel(props: &TracePanelProps) -> Html {
    html! {
        <>
            <p class="muted">{ "The same as lockstep simulate --format json prints." }</p>
            if props.json.len() > MOST { <p class="muted">{ "The beginning of it; copy and download give the whole." }</p> }
            <pre class="json" tabindex="0" aria-label="Trace as JSON"><code>{ shortened(&props.json, MOST) }</code></pre>
        </>
    }
}
