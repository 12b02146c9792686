//! A place in a statement's tokens, and the small questions that a grammar asks.

use crate::keyword::{self, Category};
use crate::name::{Ident, QualifiedName};
use crate::syntax::lexer::{self, Kind, Quote, Token};
use crate::syntax::{Refusal, SyntaxError};

pub(super) type Result<T> = std::result::Result<T, SyntaxError>;

pub(super) struct Cursor<'a> {
    pub(super) text: &'a str,
    tokens: Vec<Token>,
    at: usize,
    /// Levels of expressions and parentheses that are open.
    pub(super) depth: usize,
    /// `WITH …` before the statement: in force in every query inside it.
    pub(super) common: Common<'a>,
}

/// Common table expressions as written, and their names.
#[derive(Default)]
pub(super) struct Common<'a> {
    pub(super) text: &'a str,
    pub(super) names: Vec<Ident>,
}

/// Deeper expressions are refused: the stack of a browser's worker is small.
const MAX_DEPTH: usize = 60;

/// Longer statements are refused, but for rows and bodies, which are read over.
const MAX_TOKENS: usize = 400_000;

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Result<Self> {
        // Most tokens are words, with a blank behind.
        let mut tokens = Vec::with_capacity(text.len() / 5 + 1);
        let mut at = 0;
        while let Some(token) = lexer::next(text, at) {
            at = token.end;
            match token.kind {
                Kind::Comment => continue,
                Kind::Unterminated(quote) => {
                    let what = match quote {
                        Quote::String | Quote::Dollar => "quoted string",
                        Quote::Identifier => "quoted identifier",
                        Quote::Comment => "/* comment",
                    };
                    let message = format!("unterminated {what} at or near \"{}\"", excerpt(&text[token.start..]));
                    return Err(SyntaxError { message, offset: token.start, kind: Refusal::Syntax });
                }
                _ => tokens.push(token),
            }
            if tokens.len() > MAX_TOKENS {
                let message = format!("too complex: more than {MAX_TOKENS} tokens in one statement");
                return Err(SyntaxError { message, offset: token.start, kind: Refusal::TooComplex });
            }
        }
        Ok(Cursor { text, tokens, at: 0, depth: 0, common: Common::default() })
    }

    pub(super) fn position(&self) -> usize {
        self.at
    }

    pub(super) fn rewind(&mut self, position: usize) {
        self.at = position;
    }

    pub(super) fn peek(&self) -> Option<Token> {
        self.tokens.get(self.at).copied()
    }

    pub(super) fn peek_at(&self, ahead: usize) -> Option<Token> {
        self.tokens.get(self.at + ahead).copied()
    }

    pub(super) fn next(&mut self) -> Option<Token> {
        let token = self.peek()?;
        self.at += 1;
        Some(token)
    }

    pub(super) fn raw(&self, token: Token) -> &'a str {
        &self.text[token.start..token.end]
    }

    pub(super) fn at_end(&self) -> bool {
        self.at >= self.tokens.len()
    }

    /// The byte where the next token starts, or the end of the text.
    pub(super) fn offset(&self) -> usize {
        self.peek().map_or(self.text.len(), |token| token.start)
    }

    /// The byte where the last token read ends.
    pub(super) fn last_end(&self) -> usize {
        self.at.checked_sub(1).and_then(|last| self.tokens.get(last)).map_or(0, |token| token.end)
    }

    /// The text of the tokens read since `start` (an [`Self::offset`]): empty when none was.
    pub(super) fn text_since(&self, start: usize) -> &'a str {
        self.text.get(start..self.last_end()).unwrap_or_default()
    }

    /// The server's words for an error here.
    pub(super) fn error<T>(&self) -> Result<T> {
        let (message, offset) = match self.peek() {
            Some(token) => (format!("syntax error at or near \"{}\"", excerpt(self.raw(token))), token.start),
            None => ("syntax error at end of input".to_owned(), self.text.len()),
        };
        Err(SyntaxError { message, offset, kind: Refusal::Syntax })
    }

    /// Opens a level of nesting; the caller closes it with [`Cursor::close`].
    pub(super) fn open(&mut self) -> Result<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let message = format!("too complex: expressions nested more than {MAX_DEPTH} levels deep");
            return Err(SyntaxError { message, offset: self.offset(), kind: Refusal::TooComplex });
        }
        Ok(())
    }

    pub(super) fn close(&mut self) {
        self.depth -= 1;
    }

    #[inline]
    pub(super) fn is_word_at(&self, ahead: usize, word: &str) -> bool {
        // Asked for thousands of words, of which few are as long.
        let is_as_long = |token: &Token| token.end - token.start == word.len() && token.kind == Kind::Word;
        let token = self.tokens.get(self.at + ahead).filter(|it| is_as_long(it));
        token.is_some_and(|it| self.raw(*it).eq_ignore_ascii_case(word))
    }

    pub(super) fn is_word(&self, word: &str) -> bool {
        self.is_word_at(0, word)
    }

    pub(super) fn is_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is_word(word))
    }

    pub(super) fn are_words(&self, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(ahead, word)| self.is_word_at(ahead, word))
    }

    /// Reads the words if all of them come next.
    pub(super) fn accept(&mut self, words: &[&str]) -> bool {
        let found = self.are_words(words);
        if found {
            self.at += words.len();
        }
        found
    }

    pub(super) fn accept_word(&mut self, word: &str) -> bool {
        self.accept(&[word])
    }

    pub(super) fn expect(&mut self, words: &[&str]) -> Result<()> {
        for word in words {
            if !self.accept(&[word]) {
                return self.error();
            }
        }
        Ok(())
    }

    pub(super) fn is_sign_at(&self, ahead: usize, sign: &str) -> bool {
        self.peek_at(ahead).is_some_and(|token| {
            matches!(token.kind, Kind::Punctuation | Kind::Sign | Kind::Operator) && self.raw(token) == sign
        })
    }

    pub(super) fn is_sign(&self, sign: &str) -> bool {
        self.is_sign_at(0, sign)
    }

    pub(super) fn accept_sign(&mut self, sign: &str) -> bool {
        let found = self.is_sign(sign);
        if found {
            self.at += 1;
        }
        found
    }

    pub(super) fn expect_sign(&mut self, sign: &str) -> Result<()> {
        if self.accept_sign(sign) { Ok(()) } else { self.error() }
    }

    /// A list in the grammar's way: items with commas between.
    pub(super) fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        let mut items = vec![item(self)?];
        while self.accept_sign(",") {
            items.push(item(self)?);
        }
        Ok(items)
    }

    /// The same in parentheses.
    pub(super) fn parenthesised<T>(&mut self, item: impl FnMut(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        self.expect_sign("(")?;
        let items = self.list(item)?;
        self.expect_sign(")")?;
        Ok(items)
    }

    fn name_if(&mut self, allowed: impl Fn(Option<Category>) -> bool) -> Option<Ident> {
        let token = self.peek()?;
        let name = match token.kind {
            Kind::QuotedWord => Ident::new(&lexer::value(self.text, token)),
            Kind::Word => {
                let name = Ident::folded(self.raw(token));
                if !allowed(keyword::category(name.as_str())) {
                    return None;
                }
                name
            }
            _ => return None,
        };
        self.at += 1;
        Some(name)
    }

    /// `ColId`: column, table and most other names.
    pub(super) fn accept_name(&mut self) -> Option<Ident> {
        self.name_if(|category| matches!(category, None | Some(Category::Unreserved | Category::ColumnName)))
    }

    pub(super) fn name(&mut self) -> Result<Ident> {
        match self.accept_name() {
            Some(name) => Ok(name),
            None => self.error(),
        }
    }

    /// `type_function_name`.
    pub(super) fn accept_type_or_function_name(&mut self) -> Option<Ident> {
        self.name_if(|category| matches!(category, None | Some(Category::Unreserved | Category::TypeOrFunction)))
    }

    /// `ColLabel`: any word at all.
    pub(super) fn label(&mut self) -> Result<Ident> {
        match self.name_if(|_| true) {
            Some(name) => Ok(name),
            None => self.error(),
        }
    }

    /// `qualified_name`; a database in front is dropped, as there is only one.
    pub(super) fn qualified_name(&mut self) -> Result<QualifiedName> {
        let mut parts = vec![self.name()?];
        while self.is_sign(".") && parts.len() < 3 {
            self.at += 1;
            parts.push(self.label()?);
        }
        let name = parts.pop();
        match name {
            Some(name) => Ok(QualifiedName { schema: parts.pop(), name }),
            None => self.error(),
        }
    }

    /// `any_name` with every part kept.
    pub(super) fn dotted_name(&mut self) -> Result<Vec<Ident>> {
        let mut parts = vec![self.name()?];
        while self.accept_sign(".") {
            parts.push(self.label()?);
        }
        Ok(parts)
    }

    pub(super) fn names(&mut self) -> Result<Vec<Ident>> {
        self.parenthesised(Self::name)
    }

    /// A string constant, adjacent ones joined.
    pub(super) fn string(&mut self) -> Result<String> {
        match self.accept_string() {
            Some(text) => Ok(text),
            None => self.error(),
        }
    }

    pub(super) fn accept_string(&mut self) -> Option<String> {
        let is_string =
            |kind| matches!(kind, Kind::String | Kind::EscapeString | Kind::UnicodeString | Kind::DollarString);
        let first = self.peek().filter(|token| is_string(token.kind))?;
        self.at += 1;
        let mut text = lexer::value(self.text, first);
        let mut end = first.end;
        // Strings on both sides of a line break are one constant.
        while first.kind != Kind::DollarString
            && let Some(more) = self.peek()
            && more.kind == Kind::String
            && self.text[end..more.start].contains('\n')
        {
            let quoted = &self.text[more.start..more.end];
            text.push_str(&quoted[1..quoted.len() - 1].replace("''", "'"));
            end = more.end;
            self.at += 1;
        }
        if first.kind == Kind::UnicodeString && self.accept_word("uescape") {
            self.at += 1;
        }
        Some(text)
    }

    pub(super) fn integer(&mut self) -> Result<i64> {
        let negative = self.accept_sign("-") || {
            self.accept_sign("+");
            false
        };
        match self.peek().filter(|token| token.kind == Kind::Integer) {
            Some(token) => {
                let digits = integer_digits(self.raw(token));
                let text = if negative { format!("-{digits}") } else { digits };
                match text.parse() {
                    Ok(value) => {
                        self.at += 1;
                        Ok(value)
                    }
                    Err(_) => self.error(),
                }
            }
            None => self.error(),
        }
    }

    /// Passes over tokens up to the parenthesis that closes the one just read, which is left.
    pub(super) fn skip_balanced(&mut self) {
        let mut depth = 0usize;
        while let Some(token) = self.peek() {
            if token.kind == Kind::Punctuation {
                match self.raw(token) {
                    "(" | "[" => depth += 1,
                    ")" | "]" if depth == 0 => return,
                    ")" | "]" => depth -= 1,
                    _ => {}
                }
            }
            self.at += 1;
        }
    }

    pub(super) fn skip_to_end(&mut self) {
        self.at = self.tokens.len();
    }
}

/// Decimal digits of an integer constant in any radix, without `_`.
pub(super) fn integer_digits(raw: &str) -> String {
    let digits: String = raw.chars().filter(|&it| it != '_').collect();
    let radix = match digits.get(..2) {
        Some("0x" | "0X") => 16,
        Some("0o" | "0O") => 8,
        Some("0b" | "0B") => 2,
        _ => {
            let trimmed = digits.trim_start_matches('0');
            return if trimmed.is_empty() { "0".to_owned() } else { trimmed.to_owned() };
        }
    };
    match u128::from_str_radix(&digits[2..], radix) {
        Ok(value) => value.to_string(),
        Err(_) => digits,
    }
}

fn excerpt(text: &str) -> &str {
    let end = text.char_indices().nth(60).map_or(text.len(), |(at, _)| at);
    &text[..end]
}
