//! What statements that are not modelled may have done. Whatever they mention is uncertain from
//! then on: a claim about it could be wrong, so none is made.

use triomphe::Arc;

use rpds::RedBlackTreeMapSync as RedBlackTreeMap;

use crate::name::Ident;

#[derive(Debug, Clone, Default)]
pub struct Uncertain {
    /// Names mentioned by statements that are not modelled, with the command that did.
    names: RedBlackTreeMap<Ident, Arc<str>>,
    /// Relations that objects which are not modelled use: what is done to them works on the model, but
    /// a view, a trigger or a policy may stand in the way.
    used: RedBlackTreeMap<Ident, Arc<str>>,
    /// Objects below this number may have been changed by code that cannot be read (dynamic SQL).
    below: u32,
    by: Option<Arc<str>>,
    /// An extension was made: functions and types of any name may have come with it.
    extension: bool,
}

/// Commands that make no relation whose name the server makes up from another's.
fn makes_no_relation(command: &str) -> bool {
    const OBJECTS: [&str; 14] = [
        "ACCESS",
        "AGGREGATE",
        "CAST",
        "COLLATION",
        "CONVERSION",
        "DOMAIN",
        "FUNCTION",
        "OPERATOR",
        "PROCEDURE",
        "SEQUENCE",
        "TEXT",
        "TRIGGER",
        "TYPE",
        "VIEW",
    ];
    command.split_once(' ').is_some_and(|(_, object)| {
        let object = object.split(' ').next().unwrap_or_default();
        OBJECTS.contains(&object)
    })
}

impl Uncertain {
    pub fn mention(&mut self, names: &[Ident], command: &str) {
        let command: Arc<str> = command.into();
        for name in names {
            // The first command is the reason; later ones may be unknown because of it.
            if !self.names.contains_key(name) {
                self.names.insert_mut(name.clone(), command.clone());
            }
        }
    }

    pub fn note_use(&mut self, name: &Ident, command: &str) {
        if !self.used.contains_key(name) {
            self.used.insert_mut(name.clone(), command.into());
        }
    }

    /// Why what is done to a relation of that name may end otherwise than the model says.
    pub fn use_of(&self, name: &Ident) -> Option<String> {
        let command = self.used.get(name)?;
        Some(format!(
            "{name} is named by an earlier {command} that is not modelled; without it, this is what the step does"
        ))
    }

    pub fn note_extension(&mut self) {
        self.extension = true;
    }

    /// Why a function or type that is not there may be there.
    pub fn from_extension(&self, name: &Ident) -> Option<String> {
        self.extension.then(|| format!("{name} may come with an extension, whose contents are not modelled"))
    }

    /// Everything that exists so far (numbers below `next_id`) is uncertain.
    pub fn everything(&mut self, next_id: u32, command: &str) {
        self.below = next_id;
        self.by = Some(command.into());
    }

    /// Why an object of that name cannot be relied on; `id` is its number where it seems to exist.
    pub fn about(&self, name: &Ident, id: Option<u32>) -> Option<String> {
        if let Some(command) = self.names.get(name) {
            return Some(format!("{name} is mentioned by an earlier {command} that is not modelled"));
        }
        // Names that the server makes up begin with the table's: `t_a_idx` may have come with an index
        // that is not modelled.
        if id.is_none()
            && let Some((table, command)) = self.made_up_from(name)
        {
            return Some(format!(
                "{name} may come from {table}, which an earlier {command} that is not modelled mentions"
            ));
        }
        let by = self.by.as_ref()?;
        match id {
            Some(id) if id >= self.below => None,
            _ => Some(format!("an earlier {by} that is not modelled may have changed {name}")),
        }
    }

    fn made_up_from<'a>(&'a self, name: &'a Ident) -> Option<(&'a str, &'a str)> {
        let breaks = name.as_str().match_indices('_').map(|(at, _)| at).filter(|at| *at > 0);
        breaks
            .map(|at| &name.as_str()[..at])
            .find_map(|prefix| self.names.get(prefix).map(|command| (prefix, &**command)))
            .filter(|(_, command)| !makes_no_relation(command))
    }

    /// Whether there may be objects of names that nothing mentions.
    pub fn may_bring_more(&self) -> bool {
        self.extension || self.by.is_some()
    }

    pub fn is_certain(&self) -> bool {
        self.names.is_empty() && self.by.is_none()
    }
}
