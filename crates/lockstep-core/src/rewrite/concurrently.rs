//! Commands that have a concurrent way and do not take it: `REFRESH MATERIALIZED VIEW`, `REINDEX`, `DETACH PARTITION`.

use crate::rewrite::{Phase, Recipe, Rewrite, Site};
use crate::syntax::statement::{AlterTable, Statement, Subcommand};

pub(super) static RECIPE: Recipe = Recipe {
    id: "concurrently",
    title: "Refresh, reindex or detach",
    about: "The same command with CONCURRENTLY, where the server has that: others go on reading and writing.",
    rewrite,
};

fn rewrite(site: &Site<'_>) -> Option<Rewrite> {
    let (sql, what) = match site.statement()? {
        Statement::RefreshMaterializedView(it) if !it.concurrently && it.with_data => {
            let mut other = it.clone();
            other.concurrently = true;
            (Statement::RefreshMaterializedView(other).to_string(), "the view is computed")
        }
        Statement::Reindex(it) if !it.concurrently => {
            let mut other = it.clone();
            other.concurrently = true;
            (Statement::Reindex(other).to_string(), "the index is built")
        }
        Statement::AlterTable(alter) => return detach(site, alter),
        _ => return None,
    };
    if !site.step.locks.iter().any(|it| !it.new && it.mode.blocks_writes() && !site.trace.is_made_by_plan(it.relation))
    {
        return None;
    }
    let why = format!("Reads and writes go on while {what}.");
    Some(Rewrite::new(why).run(Phase::Expand, sql, "It waits for others, and holds nobody up."))
}

/// The server gives the table a check of what the partition could hold, which the plain way does not.
fn detach(site: &Site<'_>, alter: &AlterTable) -> Option<Rewrite> {
    let (_, Subcommand::DetachPartition { partition, concurrently: false, .. }, whole) = site.subcommand()? else {
        return None;
    };
    let sql = format!("ALTER TABLE {} DETACH PARTITION {partition} CONCURRENTLY", alter.name);
    let id = crate::hazard::shapes::find(site.step, site.before(), partition)?;
    let reached = (site.tried)(&sql).end;
    let wanted = site.after().get(id)?.table()?;
    let left = reached.get(id)?.table()?.constraints.iter().find(|it| wanted.constraint(it.name.as_str()).is_none());
    let why = format!("Reads and writes of {} go on while {partition} is detached.", whole.name);
    let rewrite = Rewrite::new(why).run(Phase::Expand, sql, "It waits for others, and holds nobody up.");
    Some(match left {
        Some(check) => rewrite.run(
            Phase::Expand,
            format!("ALTER TABLE {partition} DROP CONSTRAINT {}", check.name),
            "The check that the detached table got of what it held as a partition.",
        ),
        None => rewrite,
    })
}
