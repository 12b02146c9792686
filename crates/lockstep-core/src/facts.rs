//! What is known of a database's tables besides their definition: rows, bytes, traffic. The model of
//! a schema works without; how long a step takes depends on them.

use std::collections::BTreeMap;

/// Facts of tables, by the name that the user gave: `users`, `app.users`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Facts {
    tables: BTreeMap<String, TableFacts>,
}

/// One table; what is missing is not known.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct TableFacts {
    pub rows: Option<f64>,
    /// The heap with its TOAST table, without indexes.
    pub bytes: Option<f64>,
    pub index_bytes: Option<f64>,
    /// Statements a second.
    pub reads_per_s: Option<f64>,
    pub writes_per_s: Option<f64>,
    pub dead_rows: Option<f64>,
}

impl Facts {
    /// Adds what is known of a table; what was known stays where nothing newer is said.
    pub fn add(&mut self, table: &str, facts: TableFacts) {
        let known = self.tables.entry(table.to_owned()).or_default();
        known.rows = facts.rows.or(known.rows);
        known.bytes = facts.bytes.or(known.bytes);
        known.index_bytes = facts.index_bytes.or(known.index_bytes);
        known.reads_per_s = facts.reads_per_s.or(known.reads_per_s);
        known.writes_per_s = facts.writes_per_s.or(known.writes_per_s);
        known.dead_rows = facts.dead_rows.or(known.dead_rows);
    }

    /// Adds what is known from elsewhere: what was said before goes first.
    pub fn fill<'a>(&mut self, tables: impl Iterator<Item = (&'a str, TableFacts)>) {
        for (table, facts) in tables {
            let said = self.tables.insert(table.to_owned(), facts);
            if let Some(said) = said {
                self.add(table, said);
            }
        }
    }

    /// By schema and name; a name without a schema means one of `public`.
    pub fn of(&self, schema: &str, name: &str) -> Option<&TableFacts> {
        if self.is_empty() {
            return None;
        }
        let bare = || self.tables.get(name).filter(|_| schema == "public");
        self.tables.get(&format!("{schema}.{name}")).or_else(bare)
    }

    pub fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    pub fn tables(&self) -> impl Iterator<Item = (&str, &TableFacts)> {
        self.tables.iter().map(|(name, facts)| (name.as_str(), facts))
    }
}

/// Reads the words after `table` in a directive: `users rows=10M size=4GB reads=500/s writes=50/s`.
pub fn parse(words: &str) -> Result<(String, TableFacts), String> {
    let (table, rest) = table_name(words.trim())?;
    let mut facts = TableFacts::default();
    for word in rest.split_whitespace() {
        let Some((key, value)) = word.split_once('=') else {
            return Err(format!("`{word}` should be written as key=value, like rows=10M"));
        };
        let count = || count(value).ok_or_else(|| format!("`{value}` is no number; write 10M, 250k or 1500000"));
        let rate = || {
            let number = value.strip_suffix("/s").unwrap_or(value);
            self::count(number).ok_or_else(|| format!("`{value}` is no rate; write 500/s"))
        };
        let size = || size(value).ok_or_else(|| format!("`{value}` is no size; write 4GB, 800MB or 4294967296"));
        match key {
            "rows" => facts.rows = Some(count()?),
            "size" | "bytes" => facts.bytes = Some(size()?),
            "index_size" | "index_bytes" => facts.index_bytes = Some(size()?),
            "reads" | "reads_per_s" => facts.reads_per_s = Some(rate()?),
            "writes" | "writes_per_s" => facts.writes_per_s = Some(rate()?),
            "dead" | "dead_rows" => facts.dead_rows = Some(count()?),
            _ => {
                return Err(format!(
                    "`{key}` is not known; a table has rows, size, index_size, reads, writes and dead"
                ));
            }
        }
    }
    if facts == TableFacts::default() {
        return Err("it says nothing of the table; write for example rows=10M size=4GB".into());
    }
    Ok((table, facts))
}

/// A name as in SQL: folded to lower case unless quoted, with its schema or without.
fn table_name(text: &str) -> Result<(String, &str), String> {
    let mut name = String::new();
    let mut quoted = false;
    let mut end = text.len();
    let mut characters = text.char_indices().peekable();
    while let Some((at, it)) = characters.next() {
        match it {
            '"' if quoted && characters.next_if(|(_, next)| *next == '"').is_some() => name.push('"'),
            '"' => quoted = !quoted,
            _ if quoted => name.push(it),
            _ if it.is_whitespace() => {
                end = at;
                break;
            }
            _ => name.extend(it.to_lowercase()),
        }
    }
    match name.is_empty() || quoted {
        true => Err("it should name a table, like `table users rows=10M`".into()),
        false => Ok((name, &text[end..])),
    }
}

/// `10M`, `250k`, `1_500_000`.
fn count(text: &str) -> Option<f64> {
    let (number, unit) = number_and_unit(text)?;
    let factor = match unit.to_ascii_lowercase().as_str() {
        "" => 1.0,
        "k" => 1e3,
        "m" => 1e6,
        "g" | "b" | "bn" => 1e9,
        "t" => 1e12,
        _ => return None,
    };
    Some(number * factor)
}

/// `4GB`, `800MB`, `4294967296`; units as the server's, powers of 1,024.
fn size(text: &str) -> Option<f64> {
    let (number, unit) = number_and_unit(text)?;
    let power = match unit.to_ascii_lowercase().trim_end_matches("ib").trim_end_matches('b') {
        "" => 0,
        "k" => 1,
        "m" => 2,
        "g" => 3,
        "t" => 4,
        _ => return None,
    };
    Some(number * 1024f64.powi(power))
}

fn number_and_unit(text: &str) -> Option<(f64, &str)> {
    let digits = text.find(|it: char| !it.is_ascii_digit() && !matches!(it, '.' | '_')).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: f64 = number.replace('_', "").parse().ok()?;
    number.is_finite().then_some((number, unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directive_says_rows_size_and_traffic() {
        let (name, facts) = parse("Users rows=10M size=4GB reads=500/s writes=50 dead=1_000").unwrap();
        assert_eq!(name, "users");
        assert_eq!(facts.rows, Some(10e6));
        assert_eq!(facts.bytes, Some(4_294_967_296.0));
        assert_eq!((facts.reads_per_s, facts.writes_per_s, facts.dead_rows), (Some(500.0), Some(50.0), Some(1000.0)));
    }

    #[test]
    fn a_quoted_name_keeps_its_case_and_spaces() {
        assert_eq!(parse("app.\"Big \"\"Table\" rows=5").unwrap().0, "app.Big \"Table");
    }

    #[test]
    fn what_cannot_be_read_says_how_to_write_it() {
        for (words, part) in [
            ("", "name a table"),
            ("\"users rows=1", "name a table"),
            ("users", "says nothing"),
            ("users big", "key=value"),
            ("users rows=many", "10M"),
            ("users rows=1e9999", "10M"),
            ("users size=4XB", "4GB"),
            ("users writes=fast", "500/s"),
            ("users colour=red", "rows, size"),
        ] {
            let error = parse(words).unwrap_err();
            assert!(error.contains(part), "{words}: {error}");
        }
    }

    #[test]
    fn a_bare_name_is_one_of_public_and_later_facts_add_to_earlier_ones() {
        let mut facts = Facts::default();
        facts.add("users", TableFacts { rows: Some(5.0), ..TableFacts::default() });
        facts.add("users", TableFacts { bytes: Some(9.0), ..TableFacts::default() });
        facts.add("app.users", TableFacts { rows: Some(7.0), ..TableFacts::default() });
        let known = facts.of("public", "users").unwrap();
        assert_eq!((known.rows, known.bytes), (Some(5.0), Some(9.0)));
        assert_eq!(facts.of("app", "users").unwrap().rows, Some(7.0));
        assert_eq!(facts.of("other", "users"), None);
    }
}
