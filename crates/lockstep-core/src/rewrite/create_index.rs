//! `CREATE INDEX` on a table in use.

use crate::effect::{RelationId, WorkKind};
use crate::name::Ident;
use crate::rewrite::{Phase, Recipe, Rewrite, Site};
use crate::schema::Schema;
use crate::syntax::statement::{CreateIndex, Statement};

pub(super) static RECIPE: Recipe = Recipe {
    id: "create_index",
    title: "Create an index",
    about: "CREATE INDEX CONCURRENTLY builds it while the table is read and written; on a partitioned table each \
            partition gets its index so, and the index of the whole is put together from them.",
    rewrite,
};

fn rewrite(site: &Site<'_>) -> Option<Rewrite> {
    let Some(Statement::CreateIndex(create)) = site.statement() else { return None };
    let table = site.used(&create.table)?;
    let build = site.blocking(WorkKind::BuildIndex).next()?;
    if create.concurrently {
        return None;
    }
    if table.table()?.is_partitioned() {
        return partitioned(site, table.id);
    }
    let name = create.name.clone().or_else(|| build.object.as_ref().map(|it| it.name.clone()));
    let concurrent = CreateIndex { concurrently: true, name, ..create.clone() };
    let why = format!("Writes to {} go on while the index is built; it takes about twice as long.", table.name);
    let step = "Reads and writes go on: it waits for older transactions without making anybody wait for it. If it \
                fails, drop the invalid index and run it again.";
    Some(Rewrite::new(why).run(Phase::Expand, Statement::CreateIndex(concurrent).to_string(), step))
}

/// The index of a partitioned table is made without those of its partitions, which follow one by one.
fn partitioned(site: &Site<'_>, table: RelationId) -> Option<Rewrite> {
    let after = site.after();
    let is_new = |id: &&RelationId| site.before().get(**id).is_none();
    let index = *after.get(table)?.table()?.indexes.iter().find(is_new)?;
    let name = &after.relation(index).name;
    let why = format!(
        "Writes go on: each partition's index is built CONCURRENTLY, and {name} is valid once it has them all."
    );
    Some(below(after, index, Rewrite::new(why)))
}

/// The index of a partitioned table, then those of its partitions, each attached to it.
pub(super) fn below(after: &Schema, index: RelationId, rewrite: Rewrite) -> Rewrite {
    let name = &after.relation(index).name;
    let why = "Only the definition: it holds no rows and takes no time.";
    let rewrite = rewrite.run(Phase::Expand, after.index_definition(index), why);
    attach_each(after, index, name, rewrite)
}

/// Indexes of partitions, each built concurrently and attached.
pub(super) fn attach_each(
    after: &Schema,
    index: RelationId,
    name: &crate::effect::ObjectName,
    mut rewrite: Rewrite,
) -> Rewrite {
    let parts = after.relations().filter(|it| it.index().is_some_and(|it| it.parent == Some(index)));
    for part in parts {
        let partition = &after.relation(after.index(part.id).table).name;
        rewrite = match after.index(part.id).partitioned {
            true => below(after, part.id, rewrite),
            false => {
                let why = format!("Writes to {partition} go on while its index is built.");
                rewrite.run(Phase::Expand, after.index_definition_as(part.id, "CONCURRENTLY "), why)
            }
        };
        let attach = format!("ALTER INDEX {name} ATTACH PARTITION {}", part.name);
        rewrite = rewrite.run(Phase::Expand, attach, "The last one attached makes the index of the whole valid.");
    }
    rewrite
}

/// Whether a later statement makes an index of that name.
pub(super) fn made_later(site: &Site<'_>, name: &Ident) -> bool {
    site.rest.iter().any(|step| match step.statement.as_deref() {
        Some(Statement::CreateIndex(create)) => create.name.as_ref() == Some(name),
        _ => false,
    })
}
