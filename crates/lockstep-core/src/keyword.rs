//! SQL keywords and their categories, as `pg_get_keywords()` of PostgreSQL 18 lists them.

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

/// The category of a lower-case word; `None` where it is no keyword at all.
pub fn category(word: &str) -> Option<Category> {
    fields(word).map(|(code, _)| match code {
        "R" => Category::Reserved,
        "T" => Category::TypeOrFunction,
        "C" => Category::ColumnName,
        _ => Category::Unreserved,
    })
}

/// `BareColLabel`: a column's name in a result that may stand without `AS`.
pub fn is_bare_label(word: &str) -> bool {
    fields(word).is_none_or(|(_, label)| label == "b")
}

/// The codes of a word's category and of its use as a label.
fn fields(word: &str) -> Option<(&'static str, &'static str)> {
    if word.is_empty() || word.len() > 24 {
        return None;
    }
    // A binary search over the bytes of the sorted text: no table to build, none to keep.
    let bytes = KEYWORDS.as_bytes();
    let (mut low, mut high) = (0, bytes.len());
    while low < high {
        let middle = (low + high) / 2;
        let start = bytes[..middle].iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        let end = bytes[middle..].iter().position(|&byte| byte == b'\n').map_or(bytes.len(), |at| middle + at);
        let mut fields = KEYWORDS[start..end].split(' ');
        let candidate = fields.next().unwrap_or("");
        match candidate.cmp(word) {
            std::cmp::Ordering::Equal => {
                return Some((fields.next().unwrap_or(""), fields.next().unwrap_or("")));
            }
            std::cmp::Ordering::Less => low = end + 1,
            std::cmp::Ordering::Greater => high = start,
        }
    }
    None
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
