//! `ADD COLUMN … NOT NULL` without a default, which fails where there are rows.

use crate::rewrite::{Phase, Recipe, Rewrite, Site, set_not_null};
use crate::simulate::trace::Outcome;
use crate::syntax::statement::{ColumnConstraintKind, Subcommand};

pub(super) static RECIPE: Recipe = Recipe {
    id: "add_required_column",
    title: "Add a required column",
    about: "Nullable first; the application fills it in new rows, the old ones are filled in batches, and only then \
            nulls are forbidden.",
    rewrite,
};

fn rewrite(site: &Site<'_>) -> Option<Rewrite> {
    let (_, subcommand, relation) = site.subcommand()?;
    let Subcommand::AddColumn { column, if_not_exists: false } = subcommand else { return None };
    let Outcome::DependsOnData(_) = site.step.outcome else { return None };
    let after = site.after();
    let (table, name) = (&relation.name, &column.name);
    let (number, made) = after.get(relation.id)?.table()?.column(name.as_str())?;
    if !made.not_null || made.default.is_some() || made.identity.is_some() || made.generated.is_some() {
        return None;
    }
    let mut bare = column.clone();
    bare.constraints.retain(|it| !matches!(it.kind, ColumnConstraintKind::NotNull { .. }));
    let rewrite = Rewrite::new(format!("Rows that are there have no value for {name}: it is required once they do."))
        .run(Phase::Expand, format!("ALTER TABLE {table} ADD COLUMN {bare}"), "Empty, so it takes a moment.");
    let mut rewrite = set_not_null::steps(site, relation.id, number, rewrite)?;
    let needs = format!(
        "The application writes {table}.{name} in every new row, and every old row has a value: UPDATE {table} SET {name} = … \
         WHERE {name} IS NULL, in batches; which value is for its owner to say."
    );
    for step in rewrite.steps.iter_mut().skip(1) {
        step.phase = Phase::Contract;
        step.needs = Some(needs.clone());
    }
    Some(rewrite)
}
