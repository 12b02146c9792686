//! SQL keywords and their categories, as `pg_get_keywords()` of PostgreSQL 18 lists them.

use std::sync::LazyLock;

/// `keywordCategory` of `keywords.h`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Category {
    Unreserved,
    /// Cannot be a function or type name.
    ColumnName,
    /// Can be a function or type name only.
    TypeOrFunction,
    Reserved,
}

/// One word a line: `word category label`, sorted by bytes. Made by `cargo xtask gen`.
static KEYWORDS: &str = include_str!("keywords.txt");

#[derive(Clone, Copy)]
struct Keyword {
    word: &'static str,
    category: Category,
    /// `BareColLabel`.
    bare_label: bool,
}

/// The words in order, where those that begin with each letter stand, and which lengths they have: a bit each.
struct Table {
    keywords: Vec<Keyword>,
    from: [u16; 27],
    lengths: [u32; 26],
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let keyword = |line: &'static str| {
        let mut fields = line.split(' ');
        let word = fields.next()?;
        let category = match fields.next()? {
            "R" => Category::Reserved,
            "T" => Category::TypeOrFunction,
            "C" => Category::ColumnName,
            _ => Category::Unreserved,
        };
        Some(Keyword { word, category, bare_label: fields.next()? == "b" })
    };
    let keywords: Vec<Keyword> = KEYWORDS.lines().filter_map(keyword).collect();
    let before = |letter: u8| keywords.partition_point(|it| it.word.as_bytes()[0] < letter) as u16;
    let from = std::array::from_fn(|at| before(b'a' + at as u8));
    let mut lengths = [0; 26];
    for it in &keywords {
        lengths[usize::from(it.word.as_bytes()[0] - b'a')] |= 1 << it.word.len();
    }
    Table { keywords, from, lengths }
});

fn find(word: &str) -> Option<Keyword> {
    let letter = word.bytes().next().filter(u8::is_ascii_lowercase)?;
    let table = &*TABLE;
    let at = usize::from(letter - b'a');
    if word.len() >= 32 || table.lengths[at] & (1 << word.len()) == 0 {
        return None;
    }
    let among = &table.keywords[usize::from(table.from[at])..usize::from(table.from[at + 1])];
    among.binary_search_by(|it| it.word.cmp(word)).ok().map(|at| among[at])
}

/// The category of a lower-case word; `None` where it is no keyword at all.
pub fn category(word: &str) -> Option<Category> {
    find(word).map(|it| it.category)
}

/// `BareColLabel`: a column's name in a result that may stand without `AS`.
pub fn is_bare_label(word: &str) -> bool {
    find(word).is_none_or(|it| it.bare_label)
}

/// Whether `quote_identifier` quotes the word: every keyword that is not unreserved.
pub fn needs_quotes(word: &str) -> bool {
    category(word).is_some_and(|it| it != Category::Unreserved)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_word_is_found() {
        for line in KEYWORDS.lines() {
            let word = line.split(' ').next().unwrap_or("");
            assert!(category(word).is_some(), "{word}");
        }
        assert_eq!(category("user"), Some(Category::Reserved));
        assert_eq!(category("users"), None);
        assert_eq!(category("zzz"), None);
        assert_eq!(category("a"), None);
    }
}
