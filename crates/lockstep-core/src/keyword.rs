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
    beginning: u64,
    category: Category,
    /// `BareColLabel`.
    bare_label: bool,
}

/// Words by their first letter and their length, and where the words of each begin.
struct Table {
    keywords: Vec<Keyword>,
    from: [[u16; MAX_LENGTH + 1]; 26],
}

/// No keyword is as long.
const MAX_LENGTH: usize = 20;

/// The first letter's place in the alphabet, and the length; `None` for what begins with no letter or is too long.
fn bucket(word: &str) -> Option<(usize, usize)> {
    let letter = word.bytes().next().filter(u8::is_ascii_lowercase)?;
    (word.len() < MAX_LENGTH).then_some((usize::from(letter - b'a'), word.len()))
}

/// The first eight bytes as a number.
fn beginning(word: &str) -> u64 {
    word.bytes().take(8).fold(0, |number, byte| number << 8 | u64::from(byte))
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
        Some(Keyword { word, beginning: beginning(word), category, bare_label: fields.next()? == "b" })
    };
    let mut keywords: Vec<Keyword> = KEYWORDS.lines().filter_map(keyword).collect();
    keywords.sort_by_key(|it| bucket(it.word));
    let before = |at| keywords.partition_point(|it| bucket(it.word) < Some(at)) as u16;
    let from = std::array::from_fn(|letter| std::array::from_fn(|length| before((letter, length))));
    Table { keywords, from }
});

fn find(word: &str) -> Option<Keyword> {
    let (letter, length) = bucket(word)?;
    let (table, from) = (&*TABLE, &TABLE.from[letter]);
    let among = &table.keywords[usize::from(from[length])..usize::from(from[length + 1])];
    let beginning = beginning(word);
    // They are equally long.
    among.iter().find(|it| it.beginning == beginning && (length <= 8 || it.word == word)).copied()
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
