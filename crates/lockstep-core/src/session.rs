//! The session that runs a migration: settings that change what statements mean.

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};

use triomphe::Arc;

use rpds::RedBlackTreeMapSync as RedBlackTreeMap;

use crate::effect::RelationId;
use crate::name::Ident;
use crate::pg::date_order::DateOrder;
use crate::pg::types::Type;
use crate::syntax::statement::Statement;

/// Transactional, like the server's: a rollback restores what `SET` changed. Copies share their settings until one
/// of them changes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Session(Arc<Settings>);

#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Schemas in which names are looked up and, the first of them, made.
    pub search_path: Vec<Ident>,
    /// Other settings by lower-case name; absent ones have the server's default.
    pub settings: BTreeMap<String, Setting>,
    /// Whose rights statements have: not the role that the session began with (`GetUserId`).
    pub role: Option<Ident>,
    /// `SET SESSION AUTHORIZATION`: another one than the session began with.
    pub user: Option<Ident>,
    /// Both as they were before a `SET LOCAL`.
    pub outer_roles: Option<(Option<Ident>, Option<Ident>)>,
    pub read_only: bool,
    pub cursors: Vec<OpenCursor>,
    pub prepared: Vec<Prepared>,
    pub sequences: UsedSequences,
    /// Temporary tables with something to happen at the end of the transaction.
    pub on_commit: Vec<(RelationId, OnCommit)>,
}

/// A portal: what it reads stays in use until it is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenCursor {
    pub name: Ident,
    pub reads: Vec<RelationId>,
    /// `WITH HOLD`: the end of the transaction stores its rows and leaves it open.
    pub hold: bool,
}

/// A prepared statement; it outlives even a rollback.
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared {
    pub name: Ident,
    pub statement: Arc<Statement>,
    /// Names and types of its results, where they are known.
    pub results: Option<Vec<(Ident, Type)>>,
    /// Types of its parameters, as written.
    pub types: Vec<String>,
    /// How often it was executed with parameters.
    pub executions: u32,
}

/// `ON COMMIT` of a temporary table, where it is not `PRESERVE ROWS`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnCommit {
    DeleteRows,
    Drop,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    pub value: String,
    /// `SET LOCAL`: forgotten at the end of the transaction.
    pub local: bool,
    /// What the session had before, and has again afterwards.
    pub outer: Option<String>,
}

impl Deref for Session {
    type Target = Settings;

    fn deref(&self) -> &Settings {
        &self.0
    }
}

impl DerefMut for Session {
    fn deref_mut(&mut self) -> &mut Settings {
        Arc::make_mut(&mut self.0)
    }
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            search_path: vec![Ident::new("public")],
            settings: BTreeMap::new(),
            role: None,
            user: None,
            outer_roles: None,
            read_only: false,
            cursors: vec![],
            prepared: vec![],
            sequences: UsedSequences::default(),
            on_commit: vec![],
        }
    }
}

/// What `currval` and `lastval` look at (`seqhashtab` and `last_used_seq`); it outlives even a rollback.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct UsedSequences {
    /// Sequences that gave a value in this session: certainly, or perhaps.
    given: RedBlackTreeMap<RelationId, bool>,
    /// Any other may have done so, too.
    others: bool,
    last: LastUsed,
    /// Of the statement that runs: those of which it is told what they gave.
    told: Vec<RelationId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LastUsed {
    #[default]
    None,
    Sequence(RelationId),
    Unknown,
}

impl UsedSequences {
    /// `nextval`.
    pub fn took(&mut self, id: RelationId) {
        self.set(id);
        self.last = LastUsed::Sequence(id);
    }

    /// `setval`: a value, but not the last one that was taken.
    pub fn set(&mut self, id: RelationId) {
        self.given.insert_mut(id, true);
        self.looked_at(id);
    }

    /// It is locked for no more than what is told of it.
    pub fn looked_at(&mut self, id: RelationId) {
        if !self.told.contains(&id) {
            self.told.push(id);
        }
    }

    /// The end of a statement that locked these, be it to take a value; `unclear`: it ran code that is not known.
    pub fn end_of_statement(&mut self, locked: &[RelationId], unclear: bool) {
        let told = std::mem::take(&mut self.told);
        locked.iter().filter(|id| !told.contains(id)).for_each(|id| self.perhaps_took(*id));
        if unclear {
            (self.others, self.last) = (true, LastUsed::Unknown);
        }
    }

    /// Whether such an end changes anything.
    pub fn changes(&self, locked: &[RelationId], unclear: bool) -> bool {
        !self.told.is_empty() || !locked.is_empty() || unclear && !(self.others && self.last == LastUsed::Unknown)
    }

    pub fn perhaps_took(&mut self, id: RelationId) {
        if !self.given.contains_key(&id) {
            self.given.insert_mut(id, false);
        }
        self.last = LastUsed::Unknown;
    }

    /// Whether the sequence has given a value; `None` where that is not known.
    pub fn gave(&self, id: RelationId) -> Option<bool> {
        match self.given.get(&id) {
            Some(true) => Some(true),
            None if !self.others => Some(false),
            _ => None,
        }
    }

    pub fn last(&self) -> LastUsed {
        self.last
    }
}

impl Session {
    pub fn setting(&self, name: &str) -> Option<&str> {
        self.settings.get(name).map(|setting| setting.value.as_str())
    }

    /// A rollback: what was prepared stays, and the values that sequences gave.
    pub fn go_back_to(&mut self, earlier: Session) {
        let now = std::mem::replace(self, earlier);
        if self.prepared != now.prepared {
            self.prepared.clone_from(&now.prepared);
        }
        if self.sequences != now.sequences {
            self.sequences.clone_from(&now.sequences);
        }
    }

    /// The end of a transaction that commits: what was set for it alone is forgotten, cursors are closed
    /// or stored.
    pub fn forget_local(&mut self) {
        if !self.cursors.is_empty() {
            self.cursors.retain(|cursor| cursor.hold);
            self.cursors.iter_mut().for_each(|cursor| cursor.reads.clear());
        }
        if self.outer_roles.is_some()
            && let Some((role, user)) = self.outer_roles.take()
        {
            (self.role, self.user) = (role, user);
        }
        let local: Vec<String> =
            self.settings.iter().filter(|(_, it)| it.local).map(|(name, _)| name.clone()).collect();
        for name in local {
            let outer = self.settings.remove(&name).and_then(|it| it.outer);
            if name == "search_path" {
                let schemas = outer.as_deref().map(|it| it.split(", ").filter(|it| !it.is_empty()).map(Ident::new));
                self.search_path = schemas.map_or_else(|| Settings::default().search_path, Iterator::collect);
                self.search_path.retain(|schema| !schema.as_str().starts_with('$') && schema != "pg_catalog");
            }
            match outer {
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

    /// The order of `DateStyle`: the server's default is `ISO, MDY`. `None` where a style was set whose
    /// order is the one that was there before.
    pub fn date_order(&self) -> Option<DateOrder> {
        match self.setting("datestyle") {
            None => Some(DateOrder::default()),
            Some(style) => DateOrder::of_style(style),
        }
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
