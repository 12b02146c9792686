//! `DROP INDEX` on a table in use; with a new index in its place, only after that one is there.

use crate::name::QualifiedName;
use crate::rewrite::create_index::made_later;
use crate::rewrite::{Phase, Recipe, Rewrite, Site};
use crate::schema::relation::Relation;
use crate::syntax::statement::{Drop, ObjectType, Statement};

pub(super) static RECIPE: Recipe = Recipe {
    id: "drop_index",
    title: "Drop or replace an index",
    about: "DROP INDEX CONCURRENTLY holds up nobody; where the migration makes another index on the table, the old one \
            goes after the new one is there, under another name if need be.",
    rewrite,
};

fn rewrite(site: &Site<'_>) -> Option<Rewrite> {
    let Some(Statement::Drop(drop)) = site.statement() else { return None };
    if drop.object != ObjectType::Index || drop.concurrently || drop.cascade {
        return None;
    }
    let mut rewrite = Rewrite::new("Reads and writes go on while the index is dropped.");
    for name in &drop.names {
        let index = crate::hazard::shapes::find(site.step, site.before(), name).and_then(|id| site.before().get(id));
        // `IF EXISTS`, and it does not.
        let Some(index) = index else { continue };
        if site.trace.is_made_by_plan(index.id) || index.index()?.partitioned {
            return None;
        }
        rewrite = drop_one(site, drop, name, index, rewrite);
    }
    (!rewrite.steps.is_empty()).then_some(rewrite)
}

fn drop_one(site: &Site<'_>, drop: &Drop, name: &QualifiedName, index: &Relation, rewrite: Rewrite) -> Rewrite {
    let concurrently = |name: QualifiedName| {
        Statement::Drop(Drop { concurrently: true, names: vec![name], ..drop.clone() }).to_string()
    };
    let why = "Nobody waits: it waits for the transactions that may use it.";
    let table = index.index().map(|it| it.table);
    let replaced = site.rest.iter().any(|step| match step.statement.as_deref() {
        Some(Statement::CreateIndex(it)) => crate::hazard::shapes::find(site.step, site.before(), &it.table) == table,
        _ => false,
    });
    if !replaced {
        return rewrite.run(Phase::Expand, concurrently(name.clone()), why);
    }
    let after = "Queries have the new index by now.";
    if !made_later(site, &name.name) {
        return rewrite.run(Phase::Contract, concurrently(name.clone()), after);
    }
    let free = site.free_name(&index.name, index.name.name.as_str(), "_old");
    let aside = QualifiedName { schema: name.schema.clone(), name: free.as_str().into() };
    rewrite
        .run(
            Phase::Expand,
            format!("ALTER INDEX {name} RENAME TO {}", aside.name),
            "Its name is free for the new one, and queries go on using it.",
        )
        .run(Phase::Contract, concurrently(aside), after)
}
