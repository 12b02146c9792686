//! The words of a text that is not read as SQL.

use crate::name::Ident;
use crate::syntax::lexer::{self, Kind};

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordOfText {
    pub name: Ident,
    pub quoted: bool,
    /// A parenthesis follows.
    pub called: bool,
}

/// The words of a text outside of its strings and comments.
pub fn words_outside_strings(text: &str) -> Vec<WordOfText> {
    let mut found: Vec<WordOfText> = vec![];
    let (mut at, mut after_word) = (0, false);
    while let Some(token) = lexer::next(text, at) {
        at = token.end;
        let name = match token.kind {
            Kind::Word => Ident::folded(&text[token.start..token.end]),
            Kind::QuotedWord => Ident::new(&lexer::value(text, token)),
            Kind::Comment => continue,
            _ => {
                if let Some(last) = found.last_mut().filter(|_| after_word) {
                    last.called = &text[token.start..token.end] == "(";
                }
                after_word = false;
                continue;
            }
        };
        found.push(WordOfText { name, quoted: token.kind == Kind::QuotedWord, called: false });
        after_word = true;
    }
    found
}
