//! Conventions of names: patterns such as `ix_{table}_{columns}`, in which `*` stands for anything.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::config::{Misfit, choice, unknown};
use crate::name::{MAX_NAME_BYTES, truncate};

/// What is missing is free.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Naming {
    /// Lower case letters, digits and underscores in every name.
    pub snake_case: bool,
    pub tables: Option<Number>,
    /// By type as [`TYPES`] writes it, or `foreign_key`: one of the patterns.
    pub columns: BTreeMap<String, Vec<Pattern>>,
    pub objects: BTreeMap<Named, Pattern>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Number {
    Singular,
    Plural,
}

/// What else has a name that a convention can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Named {
    Index,
    UniqueIndex,
    PrimaryKey,
    Unique,
    ForeignKey,
    Check,
    Exclude,
}

/// A name with gaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// As it is written.
    pub text: String,
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Gap(Gap),
    Anything,
}

/// What is filled in. A gap that has nothing to be filled with, as of an expression, stands for anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gap {
    Table,
    /// The first one.
    Column,
    /// All, with underscores between them.
    Columns,
    ReferencedTable,
    ReferencedColumns,
}

/// Words that are their own plural, or singular whatever their ending says, and plurals that look singular.
const EITHER: [&str; 36] = [
    "alias",
    "apparatus",
    "atlas",
    "aws",
    "bias",
    "canvas",
    "chaos",
    "content",
    "cpus",
    "css",
    "data",
    "deer",
    "dns",
    "equipment",
    "feedback",
    "fish",
    "gas",
    "gps",
    "gpus",
    "hardware",
    "information",
    "lens",
    "media",
    "menus",
    "metadata",
    "money",
    "news",
    "series",
    "sheep",
    "skus",
    "sms",
    "software",
    "species",
    "staff",
    "tls",
    "us",
];
/// Plurals without an `s`.
const IRREGULAR: [&str; 12] = [
    "alumni",
    "children",
    "criteria",
    "feet",
    "geese",
    "men",
    "mice",
    "people",
    "phenomena",
    "schemata",
    "teeth",
    "women",
];

/// Types that columns can have a rule for.
pub const TYPES: [&str; 19] = [
    "bigint",
    "boolean",
    "bytea",
    "char",
    "date",
    "double precision",
    "integer",
    "interval",
    "json",
    "jsonb",
    "numeric",
    "real",
    "smallint",
    "text",
    "time",
    "timestamp",
    "timestamptz",
    "uuid",
    "varchar",
];

const KEYS: [&str; 10] =
    ["case", "tables", "columns", "index", "unique_index", "primary_key", "unique", "foreign_key", "check", "exclude"];
const GAPS: [(&str, Gap); 5] = [
    ("table", Gap::Table),
    ("column", Gap::Column),
    ("columns", Gap::Columns),
    ("referenced_table", Gap::ReferencedTable),
    ("referenced_columns", Gap::ReferencedColumns),
];

impl Naming {
    pub fn is_empty(&self) -> bool {
        *self == Naming::default()
    }

    pub(super) fn set(&mut self, key: &[&str], value: &Value) -> Result<(), Misfit> {
        let text = value.as_str();
        match key {
            ["case"] => match text {
                Some("snake_case") => self.snake_case = true,
                Some("any") => self.snake_case = false,
                _ => return Err(choice("naming.case", value, text, &["snake_case", "any"])),
            },
            ["tables"] => {
                self.tables = match text {
                    Some("plural") => Some(Number::Plural),
                    Some("singular") => Some(Number::Singular),
                    Some("any") => None,
                    _ => return Err(choice("naming.tables", value, text, &["plural", "singular", "any"])),
                }
            }
            ["columns", kind] => {
                if !TYPES.contains(kind) && *kind != "foreign_key" {
                    return Err(unknown(kind, &[&TYPES[..], &["foreign_key"]].concat()));
                }
                self.columns.insert((*kind).to_owned(), patterns(value)?);
            }
            [name] => {
                let named = Named::find(name).ok_or_else(|| unknown(name, &KEYS))?;
                self.objects.insert(named, pattern(value)?);
            }
            [first, ..] => return Err(unknown(first, &KEYS)),
            [] => {}
        }
        Ok(())
    }
}

fn patterns(value: &Value) -> Result<Vec<Pattern>, Misfit> {
    match value {
        Value::Array(all) if !all.is_empty() => all.iter().map(pattern).collect(),
        one => Ok(vec![pattern(one)?]),
    }
}

fn pattern(value: &Value) -> Result<Pattern, Misfit> {
    let hint = || "Write for example \"ix_{table}_{columns}\" or \"*_at\".".to_owned();
    match value.as_str() {
        Some(text) if !text.is_empty() && text.len() <= 200 => Pattern::read(text),
        _ => Err(Misfit { message: "a name's pattern is a text, neither empty nor long".into(), hint: hint() }),
    }
}

impl Number {
    pub fn word(self) -> &'static str {
        match self {
            Number::Singular => "singular",
            Number::Plural => "plural",
        }
    }

    /// By the English ending of a name's last word.
    pub fn fits(self, name: &str) -> bool {
        let start = name.rfind(|it: char| !it.is_alphabetic()).map_or(0, |at| at + 1);
        // `userAccounts`: the last word of a mixed name begins with its last capital.
        let word = &name[name[start..].rfind(|it: char| it.is_uppercase()).map_or(start, |at| start + at)..];
        let word = word.to_lowercase();
        if word.is_empty() || EITHER.contains(&word.as_str()) {
            return true;
        }
        let singular_end = ["ss", "us", "sis", "axis"].iter().any(|it| word.ends_with(it));
        let plural = IRREGULAR.contains(&word.as_str()) || (word.ends_with('s') && !singular_end);
        plural == (self == Number::Plural)
    }
}

impl Named {
    fn find(key: &str) -> Option<Named> {
        Some(match key {
            "index" => Named::Index,
            "unique_index" => Named::UniqueIndex,
            "primary_key" => Named::PrimaryKey,
            "unique" => Named::Unique,
            "foreign_key" => Named::ForeignKey,
            "check" => Named::Check,
            "exclude" => Named::Exclude,
            _ => return None,
        })
    }
}

impl Pattern {
    fn read(text: &str) -> Result<Pattern, Misfit> {
        let mut pieces = vec![];
        let mut rest = text;
        while !rest.is_empty() {
            let end = rest.find(['*', '{']).unwrap_or(rest.len());
            if end > 0 {
                pieces.push(Piece::Text(rest[..end].to_owned()));
            }
            rest = &rest[end..];
            if let Some(next) = rest.strip_prefix('*') {
                pieces.push(Piece::Anything);
                rest = next;
            } else if let Some(next) = rest.strip_prefix('{') {
                let (name, next) = next.split_once('}').ok_or_else(|| unknown_gap(next))?;
                let gap = GAPS.iter().find(|it| it.0 == name).ok_or_else(|| unknown_gap(name))?;
                pieces.push(Piece::Gap(gap.1));
                rest = next;
            }
        }
        Ok(Pattern { text: text.to_owned(), pieces })
    }

    /// Whether the name fits, the gaps filled by `fill`.
    pub fn fits(&self, name: &str, fill: impl Fn(Gap) -> Option<String>) -> bool {
        let pieces = self.filled(fill);
        match whole(&pieces) {
            Some(name_wanted) => name == truncate(&name_wanted),
            // What the server has cut off could be anything.
            None => name.len() + 3 >= MAX_NAME_BYTES || fits(&pieces, name),
        }
    }

    /// The only name that fits, where there is one.
    pub fn name(&self, fill: impl Fn(Gap) -> Option<String>) -> Option<String> {
        whole(&self.filled(fill)).map(|it| truncate(&it).to_owned())
    }

    /// The pattern with its gaps filled as far as they can be.
    pub fn outline(&self, fill: impl Fn(Gap) -> Option<String>) -> String {
        self.filled(fill).into_iter().map(|it| it.unwrap_or_else(|| "*".into())).collect()
    }

    /// `None` stands for anything.
    fn filled(&self, fill: impl Fn(Gap) -> Option<String>) -> Vec<Option<String>> {
        let filled = self.pieces.iter().map(|piece| match piece {
            Piece::Text(text) => Some(text.clone()),
            Piece::Gap(gap) => fill(*gap),
            Piece::Anything => None,
        });
        filled.collect()
    }
}

fn whole(pieces: &[Option<String>]) -> Option<String> {
    pieces.iter().cloned().collect()
}

/// Texts in their order, the first at the beginning and the last at the end: each as early as it can be.
fn fits(pieces: &[Option<String>], name: &str) -> bool {
    let mut texts: Vec<String> = vec![String::new()];
    for piece in pieces {
        match (piece, texts.last_mut()) {
            (Some(text), Some(last)) => last.push_str(text),
            _ => texts.push(String::new()),
        }
    }
    let (Some(first), Some(last)) = (texts.first(), texts.last()) else { return true };
    let Some(mut rest) = name.strip_prefix(first.as_str()) else { return false };
    for text in texts.iter().skip(1).take(texts.len().saturating_sub(2)) {
        match rest.split_once(text.as_str()) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last.as_str())
}

fn unknown_gap(name: &str) -> Misfit {
    let known: Vec<&str> = GAPS.iter().map(|it| it.0).collect();
    let name: String = name.chars().take(40).collect();
    let misfit = unknown(&name, &known);
    Misfit { message: format!("`{{{name}}}` cannot be filled in"), ..misfit }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(gap: Gap) -> Option<String> {
        match gap {
            Gap::Table => Some("users".into()),
            Gap::Columns => Some("email_name".into()),
            _ => None,
        }
    }

    #[test]
    fn gaps_are_filled_and_stars_stand_for_anything() {
        let pattern = |text: &str| Pattern::read(text).unwrap();
        assert!(pattern("ix_{table}_{columns}").fits("ix_users_email_name", fill));
        assert!(!pattern("ix_{table}_{columns}").fits("ix_users_email", fill));
        assert_eq!(pattern("ix_{table}_{columns}").name(fill).unwrap(), "ix_users_email_name");
        assert!(pattern("ck_{table}_*").fits("ck_users_positive", fill));
        assert!(!pattern("ck_{table}_*").fits("users_check", fill));
        assert!(pattern("*_at").fits("created_at", fill) && !pattern("*_at").fits("created", fill));
        assert!(pattern("a*b*c").fits("a_b_b_c", fill) && !pattern("a*b*c").fits("ac", fill));
        assert!(!pattern("ab*ba").fits("aba", fill), "the ends do not share letters");
        assert!(pattern("fk_{table}_{referenced_table}").fits("fk_users_anything", fill));
    }

    #[test]
    fn a_name_that_the_server_cuts_is_compared_as_it_is_cut() {
        let pattern = Pattern::read(&format!("ix_{}_{{table}}", "x".repeat(58))).unwrap();
        assert!(pattern.fits(&format!("ix_{}_u", "x".repeat(58)), fill));
    }

    #[test]
    fn plurals_are_told_by_their_endings() {
        for name in ["users", "user_profiles", "people", "apis", "boxes", "userAccounts", "analyses", "orders2"] {
            assert!(Number::Plural.fits(name), "{name}");
        }
        for name in ["user", "order_status", "address", "analysis", "company", "userAccount", "tax_class"] {
            assert!(Number::Singular.fits(name) && !Number::Plural.fits(name), "{name}");
        }
        assert!(Number::Plural.fits("metadata") && Number::Singular.fits("metadata"));
        assert!(Number::Plural.fits("") && Number::Plural.fits("été_") && !Number::Plural.fits("Über"));
    }

    #[test]
    fn a_gap_that_does_not_exist_is_said() {
        let misfit = Pattern::read("ix_{tabel}").unwrap_err();
        assert_eq!(
            (misfit.message.as_str(), misfit.hint.as_str()),
            ("`{tabel}` cannot be filled in", "Is `table` meant?")
        );
    }
}
