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
    /// It stands behind a parenthesis or before `(…) AS`: an alias, or the name of a query, with columns.
    pub defines: bool,
    /// A dot stands before it.
    pub qualified: bool,
}

/// The words of a text outside of its strings and comments.
pub fn words_outside_strings(text: &str) -> Vec<WordOfText> {
    let mut found: Vec<WordOfText> = vec![];
    // Words that open parentheses which are not closed yet, and the one whose parenthesis has just been closed.
    let (mut open, mut closed): (Vec<Option<usize>>, Option<usize>) = (vec![], None);
    let (mut at, mut before) = (0, "");
    while let Some(token) = lexer::next(text, at) {
        at = token.end;
        let raw = &text[token.start..token.end];
        let name = match token.kind {
            Kind::Comment => continue,
            Kind::Word => Ident::folded(raw),
            Kind::QuotedWord => Ident::new(&lexer::value(text, token)),
            _ => {
                closed = None;
                match raw {
                    "(" => {
                        let caller = (before == "word").then(|| found.len() - 1);
                        caller.into_iter().for_each(|it| found[it].called = true);
                        open.push(caller);
                    }
                    ")" => closed = open.pop().flatten(),
                    _ => {}
                }
                before = raw;
                continue;
            }
        };
        if let Some(caller) = closed.take()
            && name == *"as"
        {
            found[caller].defines = true;
        }
        let (defines, qualified) = (before == ")", before == ".");
        found.push(WordOfText { name, quoted: token.kind == Kind::QuotedWord, called: false, defines, qualified });
        before = "word";
    }
    found
}
