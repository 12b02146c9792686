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

    /// `TimeZone` in lower case; a server's default is whatever its machine has, so `None` is unknown.
    pub fn time_zone(&self) -> Option<String> {
        self.setting("timezone").map(str::to_ascii_lowercase)
    }
}
