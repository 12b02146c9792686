//! `DROP TABLE` of a table in use.

use crate::rewrite::{Phase, Recipe, Rewrite, Site};
use crate::syntax::statement::{Drop, ObjectType, Statement};

pub(super) static RECIPE: Recipe = Recipe {
    id: "drop_table",
    title: "Drop a table",
    about: "The application is deployed without it first; its foreign keys go before it, each in a transaction of its \
            own, since they lock the other table too.",
    rewrite,
};

fn rewrite(site: &Site<'_>) -> Option<Rewrite> {
    let Some(Statement::Drop(drop)) = site.statement() else { return None };
    if drop.object != ObjectType::Table {
        return None;
    }
    let used: Vec<_> = drop.names.iter().filter_map(|name| site.used(name)).collect();
    if used.is_empty() {
        return None;
    }
    let mut rewrite = Rewrite::new("The table goes once no running application uses it.");
    for relation in &used {
        let needs = format!("The application does not use {}.", relation.name);
        let keys = relation
            .table()?
            .constraints
            .iter()
            .filter(|it| it.parent.is_none() && it.foreign_key().is_some_and(|key| key.references != relation.id));
        for key in keys {
            let sql = format!("ALTER TABLE {} DROP CONSTRAINT {}", relation.name, key.name);
            let why = "It locks the table that it refers to: by itself, for a moment.";
            rewrite = rewrite.run(Phase::Contract, sql, why).needs(needs.clone());
        }
    }
    for name in &drop.names {
        let needs = format!("The application does not use {name}.");
        let alone = Statement::Drop(Drop { names: vec![name.clone()], ..drop.clone() }).to_string();
        rewrite = rewrite.run(Phase::Contract, alone, "Takes a moment; the rows are gone for good.").needs(needs);
    }
    Some(rewrite)
}
