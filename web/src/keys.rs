//! Keys outside the editor: plain ones, since nothing there takes text.

use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

use crate::browser;
use crate::state::{Action, Dialog};

/// Where a plain key belongs to the element under it.
const TAKES_TEXT: &str = "input:not([type=range]), textarea, select, [contenteditable=true], .cm-editor";
const TAKES_SPACE: &str = "button, a, summary";
const TAKES_ARROWS: &str = "input, [role=tab], pre, .table-scroll";

pub(crate) fn action(event: &KeyboardEvent) -> Option<Action> {
    // Under an open dialog nothing moves. The page itself is asked: it knows of a closed one before any state does.
    let dialog = browser::document().query_selector("dialog[open]").ok().flatten();
    if event.default_prevented() || dialog.is_some() {
        return None;
    }
    let target = event.target().and_then(|it| it.dyn_into::<Element>().ok());
    let within = |selector: &str| target.as_ref().is_some_and(|it| it.closest(selector).ok().flatten().is_some());
    let key = event.key();
    if event.ctrl_key() || event.meta_key() {
        return (key == "s" && !event.alt_key() && !event.shift_key()).then_some(Action::Open(Dialog::Share));
    }
    if event.alt_key() || within(TAKES_TEXT) {
        return None;
    }
    match key.as_str() {
        " " if within(TAKES_SPACE) => None,
        "ArrowLeft" | "ArrowRight" | "Home" | "End" if within(TAKES_ARROWS) => None,
        _ => plain(&key),
    }
}

fn plain(key: &str) -> Option<Action> {
    Some(match key {
        " " => Action::TogglePlay,
        "ArrowLeft" | "k" | "K" => Action::Move(-1),
        "ArrowRight" | "j" | "J" => Action::Move(1),
        "Home" => Action::Go(1),
        "End" => Action::Go(usize::MAX),
        "?" => Action::Open(Dialog::Help),
        _ => Action::Go(key.parse().ok().filter(|it| (1..=9).contains(it))?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_jump_and_zero_does_not() {
        assert_eq!(plain("3"), Some(Action::Go(3)));
        assert_eq!((plain("0"), plain("12"), plain("x")), (None, None, None));
    }
}
