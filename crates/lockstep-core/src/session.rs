//! The session that runs a migration: settings that change what statements mean.

use std::collections::BTreeMap;

use crate::name::Ident;

/// Transactional, like the server's: a rollback restores what `SET` changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// Schemas in which names are looked up and, the first of them, made.
    pub search_path: Vec<Ident>,
    /// Other settings by lower-case name; absent ones have the server's default.
    pub settings: BTreeMap<String, Setting>,
    /// Not the role that the session began with.
    pub role: Option<String>,
    pub read_only: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    pub value: String,
    /// `SET LOCAL`: forgotten at the end of the transaction.
    pub local: bool,
    /// What the session had before, and has again afterwards.
    pub outer: Option<String>,
}

impl Default for Session {
    fn default() -> Self {
        Session { search_path: vec![Ident::new("public")], settings: BTreeMap::new(), role: None, read_only: false }
    }
}

impl Session {
    pub fn setting(&self, name: &str) -> Option<&str> {
        self.settings.get(name).map(|setting| setting.value.as_str())
    }

    /// The end of a transaction that commits: what was set for it alone is forgotten.
    pub fn forget_local(&mut self) {
        let local: Vec<String> =
            self.settings.iter().filter(|(_, it)| it.local).map(|(name, _)| name.clone()).collect();
        for name in local {
            match self.settings.remove(&name).and_then(|it| it.outer) {
                Some(value) => {
                    self.settings.insert(name, Setting { value, local: false, outer: None });
                }
                None => continue,
            }
        }
    }

    /// `TimeZone` in lower case; a server's default is whatever its machine has, so `None` is unknown.
    pub fn time_zone(&self) -> Option<String> {
        self.setting("timezone").map(str::to_ascii_lowercase)
    }
}

/// A time setting in milliseconds: a number, with a unit where one is written (`parse_int` of `guc.c`).
pub fn milliseconds(text: &str) -> Option<f64> {
    let text = text.trim();
    let end = text.find(|letter: char| !(letter.is_ascii_digit() || letter == '.')).unwrap_or(text.len());
    let number: f64 = text[..end].parse().ok()?;
    let unit = match text[end..].trim() {
        "" | "ms" => 1.0,
        "us" => 0.001,
        "s" => 1000.0,
        "min" => 60_000.0,
        "h" => 3_600_000.0,
        "d" => 86_400_000.0,
        _ => return None,
    };
    Some(number * unit)
}
