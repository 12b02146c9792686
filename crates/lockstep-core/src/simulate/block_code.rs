//! What a block or a called procedure that is not modelled may change, by the words of all code that it can run.

use crate::effect::RelationId;
use crate::name::Ident;
use crate::schema::Schema;
use crate::schema::object::ObjectClass;
use crate::syntax::{called, mentions};

/// The strongest that the words of code allow.
pub(super) enum Strength {
    Rows,
    /// Objects that it names.
    Defines,
    Anything,
}

/// Code that runs text which it makes itself, or changes where names are looked for, can do anything.
const OPEN: [&str; 4] = ["execute", "set_config", "search_path", "dblink_exec"];

/// Words of commands that do more than read and write rows.
const DEFINES: [&str; 17] = [
    "alter", "cluster", "comment", "copy", "create", "drop", "grant", "import", "lock", "notify", "refresh", "reindex",
    "rename", "reset", "revoke", "security", "truncate",
];

pub(super) fn strongest(code: &str) -> Strength {
    let words = mentions(code);
    let has = |list: &[&str]| words.iter().any(|word| list.iter().any(|it| *word == **it));
    match () {
        () if has(&OPEN) => Strength::Anything,
        () if has(&DEFINES) => Strength::Defines,
        () => Strength::Rows,
    }
}

/// The text with the bodies of all functions that it calls, or that fire for tables which it names; `None`
/// where one cannot be read.
pub(super) fn all(schema: &Schema, text: &str) -> Option<String> {
    let mut code = text.to_owned();
    let mut seen: Vec<u32> = vec![];
    let mut open = vec![text.to_owned()];
    while let Some(part) = open.pop() {
        let (names, tables) = (called(&part), mentions(&part));
        for id in functions(schema, &names)?.into_iter().chain(fired(schema, &tables)) {
            if seen.contains(&id) {
                continue;
            }
            seen.push(id);
            let routine = schema.routine(crate::schema::object::ObjectId(id))?;
            if !matches!(routine.language.as_str(), "plpgsql" | "sql") {
                return None;
            }
            code.push('\n');
            code.push_str(&routine.source);
            open.push(routine.source.clone());
        }
    }
    Some(code)
}

/// Functions of those names; `None` where it is not known which there are.
fn functions(schema: &Schema, names: &[Ident]) -> Option<Vec<u32>> {
    let mut found = vec![];
    for name in names {
        let all = schema.objects().filter(|it| it.class() == ObjectClass::Function && it.name() == name);
        let ids: Vec<u32> = all.map(|it| it.id.0).collect();
        if schema.uncertain.about(name, ids.first().copied()).is_some() {
            return None;
        }
        found.extend(ids);
    }
    Some(found)
}

/// Functions of the triggers on tables of those names.
fn fired(schema: &Schema, names: &[Ident]) -> Vec<u32> {
    let tables = schema.relations().filter(|it| names.contains(&it.name.name)).map(|it| it.id);
    let tables: Vec<RelationId> = tables.collect();
    let triggers = tables.into_iter().flat_map(|id| schema.objects_on(ObjectClass::Trigger, id));
    triggers.filter_map(|it| Some(it.trigger()?.function.0)).collect()
}
