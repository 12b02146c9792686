//! The trace as JSON: what scripts read, to look at, copy and keep.

use lockstep_core::report::wire::Trace;
use yew::prelude::*;

use super::stage::shortened;
use crate::browser;
use crate::engine::pretty;
use crate::state::Shared;
use crate::widgets::copy::CopyButton;
use crate::widgets::icon::{Glyph, Icon};

const MOST: usize = 60_000;

#[derive(Properties, PartialEq)]
pub(crate) struct TracePanelProps {
    pub(crate) trace: Shared<Trace>,
}

#[component]
pub(crate) fn TracePanel(props: &TracePanelProps) -> Html {
    let json = use_memo(props.trace.clone(), |it| AttrValue::from(pretty(&**it)));
    let shown = use_memo(json.clone(), |it| shortened(it, MOST));
    let save = {
        let json = json.clone();
        Callback::from(move |_: MouseEvent| browser::download("trace.json", "application/json", &json))
    };
    html! {
        <div class="report">
            <header class="card-head">
                <h2>{ "Trace" }<code class="muted">{ &props.trace.format }</code></h2>
                <span class="buttons">
                    <CopyButton text={(*json).clone()} class="small" />
                    <button type="button" class="button small" onclick={save}><Glyph icon={Icon::Download} />{ "Download" }</button>
                </span>
            </header>
            <p class="muted">{ "The same as lockstep simulate --format json prints." }</p>
            if shown.len() < json.len() { <p class="muted">{ "The beginning of it; copy and download give the whole." }</p> }
            <pre class="json" tabindex="0" aria-label="Trace as JSON"><code>{ (*shown).clone() }</code></pre>
        </div>
    }
}
