//! Names: folded as the server folds them, quoted where the server quotes them.

use std::borrow::Borrow;
use std::fmt;

use smol_str::SmolStr;

use crate::keyword;

/// An identifier after case folding and truncation. Cheap to clone: most are short, and hold their letters themselves.
/// Ordered by bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ident(SmolStr);

/// A name with an optional schema, as it stands in a statement.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QualifiedName {
    pub schema: Option<Ident>,
    pub name: Ident,
}

/// `NAMEDATALEN - 1`: the longest identifier, in bytes.
pub const MAX_NAME_BYTES: usize = 63;

impl Ident {
    /// An identifier exactly as given (as if quoted), cut to 63 bytes like `truncate_identifier`.
    pub fn new(text: &str) -> Self {
        Ident(truncate(text).into())
    }

    /// An unquoted identifier: ASCII letters fold to lower case (`downcase_identifier`).
    pub fn folded(text: &str) -> Self {
        match text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            true => Ident::new(&text.to_ascii_lowercase()),
            false => Ident::new(text),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text itself, displayed without quotes.
    pub fn bare(&self) -> SmolStr {
        self.0.clone()
    }

    /// As it is displayed: mostly as it is, which takes no formatting.
    #[expect(clippy::inherent_to_string_shadow_display, reason = "the same text, faster")]
    pub fn to_string(&self) -> String {
        quote_identifier(&self.0)
    }

    /// It needs no quotes, as far as `quote_identifier` is concerned.
    pub fn is_plain(&self) -> bool {
        is_plain(&self.0)
    }
}

/// The longest prefix of at most 63 bytes that ends at a character (`pg_mbcliplen`).
pub fn truncate(text: &str) -> &str {
    if text.len() <= MAX_NAME_BYTES {
        return text;
    }
    let mut end = MAX_NAME_BYTES;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Mirrors `quote_identifier`: bare only where it reads back as the same name and is no keyword
/// that would change its meaning.
pub fn quote_identifier(name: &str) -> String {
    match is_plain(name) {
        true => name.to_owned(),
        false => format!("\"{}\"", name.replace('"', "\"\"")),
    }
}

/// It needs no quotes.
fn is_plain(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|byte| byte.is_ascii_lowercase() || byte == b'_')
        && bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        && !keyword::needs_quotes(name)
}

/// Mirrors `quote_literal`: a string constant, with `E''` where it holds a backslash.
pub fn quote_literal(text: &str) -> String {
    let escape = if text.contains('\\') { "E" } else { "" };
    format!("{escape}'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

impl QualifiedName {
    pub fn new(schema: Option<&str>, name: &str) -> Self {
        QualifiedName { schema: schema.map(Ident::new), name: Ident::new(name) }
    }
}

impl fmt::Display for Ident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match is_plain(&self.0) {
            true => f.write_str(&self.0),
            false => f.write_str(&quote_identifier(&self.0)),
        }
    }
}

impl fmt::Debug for Ident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for QualifiedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "{schema}.")?;
        }
        write!(f, "{}", self.name)
    }
}

impl Borrow<str> for Ident {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for Ident {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for Ident {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl From<&str> for Ident {
    fn from(text: &str) -> Self {
        Ident::new(text)
    }
}
