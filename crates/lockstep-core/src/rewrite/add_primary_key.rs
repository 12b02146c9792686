//! `ADD PRIMARY KEY`, which builds its index, and may read every row for nulls, under an exclusive lock.

use crate::effect::WorkKind;
use crate::rewrite::{Recipe, Rewrite, Site, add_unique, set_not_null};
use crate::syntax::statement::{Subcommand, TableConstraintKind};

pub(super) static RECIPE: Recipe = Recipe {
    id: "add_primary_key",
    title: "Add a primary key",
    about: "Columns that may be null are made NOT NULL first, without a scan under a lock; a unique index is built \
            CONCURRENTLY, and becomes the key's in a moment.",
    rewrite,
};

fn rewrite(site: &Site<'_>) -> Option<Rewrite> {
    let (_, subcommand, relation) = site.subcommand()?;
    let Subcommand::AddConstraint(constraint) = subcommand else { return None };
    let TableConstraintKind::PrimaryKey { without_overlaps: false, .. } = constraint.kind else { return None };
    if !site.blocks(WorkKind::BuildIndex) {
        return None;
    }
    let table = &relation.name;
    let made = site.new_constraints(relation.id).find(|it| it.is_primary_key())?;
    let columns = site.after().index(made.index()?).key_columns()?;
    let mut rewrite = Rewrite::new(format!("Reads and writes of {table} go on while the key's index is built."));
    for number in columns {
        if !site.table(relation.id)?.attribute(number)?.not_null {
            rewrite = set_not_null::steps(site, relation.id, number, rewrite)?;
        }
    }
    add_unique::key(site, relation.id, made, rewrite)
}
