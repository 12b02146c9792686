//! Words of the core's reports as nodes: what stands between back quotes is code.

use yew::prelude::*;

pub(crate) fn words(text: &str) -> Html {
    html! { <>{ for parts(text).into_iter().map(|(code, it)| if code { html! { <code>{ it }</code> } } else { html! { { it } } }) }</> }
}

/// Each part, and whether it is code.
fn parts(text: &str) -> Vec<(bool, &str)> {
    let parts: Vec<&str> = text.split('`').collect();
    // A back quote inside a name leaves an odd one over: then nothing is code.
    if parts.len().is_multiple_of(2) {
        return vec![(false, text)];
    }
    parts.into_iter().enumerate().filter(|(_, it)| !it.is_empty()).map(|(at, it)| (at % 2 == 1, it)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_of_back_quotes_hold_code() {
        assert_eq!(parts("Column `a.b` is new"), [(false, "Column "), (true, "a.b"), (false, " is new")]);
        assert_eq!(parts("`a`"), [(true, "a")]);
        assert_eq!(parts("a ` name"), [(false, "a ` name")]);
        assert_eq!(parts(""), []);
    }
}
