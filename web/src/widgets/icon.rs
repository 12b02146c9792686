//! Line icons on a 16 × 16 grid. Always beside a word, or named by the button that holds them.

use yew::prelude::*;

macro_rules! icons {
    ($($name:ident $path:literal)*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Icon { $($name),* }

        impl Icon {
            /// The `d` of its SVG path.
            pub(crate) fn path(self) -> &'static str {
                match self { $(Icon::$name => $path),* }
            }
        }
    };
}

icons! {
    Done "M3 8.6l3.2 3.2L13 4.8"
    Failed "M4 4l8 8M12 4l-8 8"
    Depends "M8 14V9M8 9L4 5V2M8 9l4-4V2"
    Skipped "M2.5 4l5 4-5 4zM8.5 4l5 4-5 4z"
    Unknown "M5.3 5.8a2.7 2.7 0 1 1 4 2.4c-.8.5-1.3 1-1.3 1.9M8 13.2v.1"
    Play "M4.5 2.8l8.5 5.2-8.5 5.2z"
    Pause "M5 3v10M11 3v10"
    Previous "M10.5 3L5 8l5.5 5"
    Next "M5.5 3L11 8l-5.5 5"
    First "M12 3L6.5 8l5.5 5M4 3v10"
    Last "M4 3l5.5 5L4 13M12 3v10"
    Share "M8 10V2M5 4.5L8 1.8l3 2.7M4 7.5H3v6.5h10V7.5h-1"
    Sun "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6M8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1"
    Moon "M13.5 9.8A6 6 0 0 1 6.2 2.5a6 6 0 1 0 7.3 7.3z"
    Auto "M8 2a6 6 0 1 0 0 12zM8 2a6 6 0 0 1 0 12"
    Help "M8 1.7a6.3 6.3 0 1 0 0 12.6A6.3 6.3 0 0 0 8 1.7M6.2 6.3a1.8 1.8 0 1 1 2.7 1.6c-.6.4-.9.7-.9 1.3M8 11.3v.1"
    Copy "M5.5 5.5h8v8h-8zM3 10.5h-.5v-8h8V3"
    Download "M8 2v8M5 7.5L8 10.2l3-2.7M2.5 13.5h11"
    Error "M5.3 1.8h5.4l3.5 3.5v5.4l-3.5 3.5H5.3l-3.5-3.5V5.3zM8 4.8v3.7M8 11v.1"
    Warning "M8 2L1.5 13.5h13zM8 6.3v3.2M8 11.5v.1"
    Note "M8 1.7a6.3 6.3 0 1 0 0 12.6A6.3 6.3 0 0 0 8 1.7M8 7.2V11M8 4.9V5"
    Read "M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8zM8 6a2 2 0 1 0 0 4 2 2 0 0 0 0-4"
    Write "M11 2.2l2.8 2.8L5.5 13.3l-3.4.6.6-3.4zM9.3 3.9l2.8 2.8"
    Lock "M4 7h8v6.5H4zM5.5 7V4.8a2.5 2.5 0 0 1 5 0V7"
    Link "M9 2.5h4.5V7M13.5 2.5L7.5 8.5M11.5 9v4.5h-9v-9H7"
    Close "M4 4l8 8M12 4l-8 8"
    Gallery "M2 2.5h5v5H2zM9 2.5h5v5H9zM2 9.5h5v4H2zM9 9.5h5v4H9z"
    Rewrite "M13 6.5A5.3 5.3 0 0 0 3.3 5.2M3 9.5a5.3 5.3 0 0 0 9.7 1.3M3 2v3.3h3.3M13 14v-3.3H9.7"
    Verify "M7 2.3a4.7 4.7 0 1 0 0 9.4 4.7 4.7 0 0 0 0-9.4M10.5 10.5L14 14M5 7l1.5 1.5L9.2 5.6"
    Index "M2.5 3.5h11M4.5 8h7M6.5 12.5h3"
    ForeignKey "M5.3 8.2a2.8 2.8 0 1 0 0-.4zM5.5 8H14v3M11 8v2.3"
    Rows "M2 3h12v10H2zM2 6.3h12M2 9.6h12"
    Wait "M4 2h8M4 14h8M5 2c0 3.5 6 4.5 6 6s-6 2.5-6 6M11 2c0 3.5-6 4.5-6 6s6 2.5 6 6"
    Back "M3 6.5h7a3.5 3.5 0 0 1 0 7H6M6 3.5L3 6.5l3 3"
}

#[derive(Properties, PartialEq)]
pub(crate) struct IconProps {
    pub(crate) icon: Icon,
}

#[component]
pub(crate) fn Glyph(props: &IconProps) -> Html {
    html! {
        <svg class="glyph" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d={props.icon.path()} /></svg>
    }
}

/// How a step ends: icon, word and class go together, so that colour never stands alone.
pub(crate) fn outcome(name: &str) -> (Icon, &'static str, &'static str) {
    match name {
        "done" => (Icon::Done, "Done", "done"),
        "failed" => (Icon::Failed, "Fails", "failed"),
        "depends_on_data" => (Icon::Depends, "Depends on data", "depends"),
        "skipped" => (Icon::Skipped, "Skipped", "skipped"),
        _ => (Icon::Unknown, "Unknown", "unknown"),
    }
}
