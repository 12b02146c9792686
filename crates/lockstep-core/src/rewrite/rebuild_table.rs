//! What a table can only get by being built anew: an exclusion constraint, a stored generated column.

use crate::effect::{ObjectName, RelationId, WorkKind};
use crate::name::{Ident, QualifiedName};
use crate::rewrite::backfill::Walk;
use crate::rewrite::carry::Carry;
use crate::rewrite::refused::WINDOW;
use crate::rewrite::{Phase, Recipe, Rewrite, Site, split};
use crate::rollback::grants_on;
use crate::schema::Schema;
use crate::schema::constraint::Constraint;
use crate::schema::ddl::comment_on;
use crate::schema::definition::print_options;
use crate::schema::object::ObjectClass;
use crate::schema::relation::{Persistence, Relation, Table};
use crate::simulate::trace::Outcome;
use crate::syntax::expression::Expr;
use crate::syntax::statement::{
    AlterTable, AlterTableAction, ColumnConstraintKind, ObjectType, Statement, Subcommand, TableConstraintKind,
};

pub(super) static RECIPE: Recipe = Recipe {
    id: "rebuild_table",
    title: "Build a table anew beside itself",
    about: "What PostgreSQL adds to no table in use is given to an empty one of the same form. A trigger carries every change \
            over to it, batches copy the rows there are, and one short transaction puts it in the old one's place.",
    rewrite,
};

fn rewrite(site: &Site<'_>) -> Option<Rewrite> {
    let (alter, subcommand, old) = site.subcommand()?;
    let blocks = [WorkKind::Rewrite, WorkKind::BuildIndex].into_iter().any(|it| site.blocks(it));
    if !blocks || !only_anew(subcommand) || alter.object != ObjectType::Table {
        return None;
    }
    let table = old.table()?;
    let refuse = |why: &str| {
        let left = match subcommand {
            Subcommand::AddConstraint(_) => {
                "PostgreSQL builds the index of an exclusion constraint neither CONCURRENTLY nor takes it over USING INDEX"
            }
            _ => {
                "A column that is there cannot become a generated one, so it cannot be filled beforehand (a plain one that a \
                 trigger and a backfill fill can, and a VIRTUAL one of PostgreSQL 18 costs nothing)"
            }
        };
        Rewrite::refuse(format!("{left}, and {} cannot be built anew beside itself, since {why}: {WINDOW}", old.name))
    };
    if let Some(why) = in_the_way(site, old, table) {
        return refuse(why);
    }
    let name = ObjectName {
        schema: old.name.schema.clone(),
        name: Ident::new(&site.free_name(&old.name, old.name.name.as_str(), "_new")),
    };
    let made = make(site, alter, subcommand, (old, table), &name);
    let end = (site.tried)(&format!("{};", made.join(";\n"))).end;
    let new = end.get(end.find(&name)?)?;
    let rows: Vec<Ident> = written(table).collect();
    let carry = Carry {
        schema: &end,
        old,
        new,
        values: rows.iter().map(|it| Expr::Column(vec![it.clone()])).collect(),
        columns: rows,
        condition: None,
        alias: old.name.name.clone(),
        overriding: match table.live().any(|(_, it)| it.identity == Some(true)) {
            true => " OVERRIDING SYSTEM VALUE",
            false => "",
        },
    };
    let Some(keys) = carry.key() else {
        return refuse("without a primary key that is checked at once no trigger can tell which row to carry over");
    };
    let walk = Walk::through(site.before(), old.id)?;
    let why = format!(
        "PostgreSQL does this to no table in use: {name}, which has it from the start, gets every row of {} and takes its place.",
        old.name
    );
    let needs = format!("The application names the columns of {}.", old.name);
    let swap = swap(site, &end, (old, table), new);
    let rewrite = Rewrite::new(why).together(Phase::Expand, made, "Empty, so it takes a moment; nobody uses it yet.");
    let mut rewrite = carry.steps(site, &keys, walk, rewrite.settles(SETTLED), (swap, &needs));
    let constraint = site.new_constraints(old.id).next();
    if let (Some(constraint), Some(step)) = (constraint, rewrite.steps.get_mut(1)) {
        step.needs = Some(format!("The application writes no row to {} that {} refuses.", old.name, constraint.name));
    }
    if let (Outcome::DependsOnData(asked), Some(step)) = (&site.step.outcome, rewrite.steps.get_mut(2)) {
        step.checks = asked.iter().filter(|it| it.expected == "0").map(|it| it.query.clone()).collect();
    }
    if let Some(last) = rewrite.steps.last_mut() {
        last.settles = SETTLED;
    }
    for (of, key) in keys_to(site, old.id).into_iter().filter(|(_, key)| key.validated && key.enforced) {
        let validate = format!("ALTER TABLE {} VALIDATE CONSTRAINT {}", site.before().relation(of).name, key.name);
        rewrite = rewrite.run(Phase::Contract, validate, "Checks the old rows while both tables are read and written.");
    }
    Some(rewrite)
}

/// Of the steps that make the new table, and that give it the old one's place.
const SETTLED: &[&str] = &["several_tables_locked", "drop_breaks_application", "sequence_kept_locked"];

/// There is no other way to it than to write all rows once more.
fn only_anew(subcommand: &Subcommand) -> bool {
    match subcommand {
        Subcommand::AddConstraint(it) => matches!(it.kind, TableConstraintKind::Exclude { .. }),
        Subcommand::AddColumn { column, .. } => {
            column.constraints.iter().any(|it| matches!(it.kind, ColumnConstraintKind::Generated { .. }))
        }
        _ => false,
    }
}

/// Columns that an `INSERT` writes.
fn written(table: &Table) -> impl Iterator<Item = Ident> + '_ {
    table.live().filter(|(_, it)| it.generated.is_none()).map(|(_, it)| it.name.clone())
}

/// What would stay with the old table, or keep it from going.
fn in_the_way(site: &Site<'_>, old: &Relation, table: &Table) -> Option<&'static str> {
    let has = |class: ObjectClass| site.before().objects_on(class, old.id).next().is_some();
    let own_key = table.constraints.iter().filter_map(|it| it.foreign_key()).any(|it| it.references == old.id);
    if table.is_related() {
        Some("it has partitions or is one of a hierarchy")
    } else if own_key || table.referenced_by.iter().any(|it| site.table(*it).is_none_or(Table::is_related)) {
        Some("a foreign key of its own, or of a table with partitions, refers to it, which cannot be moved without a scan")
    } else if has(ObjectClass::Rule) || site.before().statistics_of(old.id).next().is_some() {
        Some("it has rules or extended statistics, which would stay with the old one")
    } else if old.persistence == Persistence::Temporary {
        Some("it is temporary")
    } else {
        None
    }
}

/// The statements that make the new table.
fn make(
    site: &Site<'_>,
    alter: &AlterTable,
    subcommand: &Subcommand,
    (old, table): (&Relation, &Table),
    name: &ObjectName,
) -> Vec<String> {
    let unlogged = if old.persistence == Persistence::Unlogged { "UNLOGGED " } else { "" };
    let options = match old.options.is_empty() {
        true => String::new(),
        false => format!(" WITH ({})", print_options(&old.options)),
    };
    let mut made = vec![format!("CREATE {unlogged}TABLE {name} (LIKE {} INCLUDING ALL){options}", old.name)];
    let keys = table.constraints.iter().filter(|it| it.foreign_key().is_some());
    made.extend(keys.map(|it| format!("ALTER TABLE {name} {}", site.before().add_constraint_clause(old.id, it))));
    let subcommand = match subcommand {
        Subcommand::AddConstraint(it) => Subcommand::AddConstraint(split::named(site.step, alter, it)),
        other => other.clone(),
    };
    let there = QualifiedName { schema: Some(name.schema.clone()), name: name.name.clone() };
    let action = AlterTableAction::Subcommands(vec![subcommand]);
    made.push(Statement::AlterTable(AlterTable { action, name: there, ..alter.clone() }).to_string());
    if old.comment.is_some() {
        made.push(comment_on(&format!("TABLE {name}"), old.comment.as_deref()));
    }
    made
}

/// Foreign keys of other tables that refer to the table.
fn keys_to(site: &Site<'_>, table: RelationId) -> Vec<(RelationId, Constraint)> {
    let referring = site.table(table).into_iter().flat_map(|it| it.referenced_by.iter().copied());
    let keys = referring.filter_map(|of| Some((of, site.table(of)?))).flat_map(|(of, it)| {
        let own = it.constraints.iter().filter(move |it| it.foreign_key().is_some_and(|key| key.references == table));
        own.map(move |it| (of, it.clone()))
    });
    keys.collect()
}

/// The old table goes, and the new one has its name, and the names of all that belongs to it.
fn swap(site: &Site<'_>, end: &Schema, (old, table): (&Relation, &Table), new: &Relation) -> Vec<String> {
    let (before, wanted) = (site.before(), site.after());
    let mut swap = vec![];
    let mut renamed = vec![];
    for (number, column) in table.live() {
        if let Some((id, _)) = before.owned_sequence(old.id, number, false) {
            swap.push(format!("ALTER SEQUENCE {} OWNED BY {}.{}", before.relation(id).name, new.name, column.name));
        }
        let number_there = new.columns().find(column.name.as_str()).map(|it| it.0);
        let there = number_there.and_then(|it| end.owned_sequence(new.id, it, true));
        if let (Some((was, _)), Some((is, _))) = (before.owned_sequence(old.id, number, true), there) {
            let (was, is) = (&before.relation(was).name, &end.relation(is).name);
            swap.push(format!("SELECT setval({}, last_value, is_called) FROM {was}", quoted(is)));
            renamed.push(format!("ALTER SEQUENCE {is} RENAME TO {}", was.name));
        }
    }
    let keys = keys_to(site, old.id);
    swap.extend(keys.iter().map(|(of, key)| format!("ALTER TABLE {} DROP CONSTRAINT {}", before.relation(*of).name, key.name)));
    swap.push(format!("DROP TABLE {}", old.name));
    swap.push(format!("ALTER TABLE {} RENAME TO {}", new.name, old.name.name));
    swap.extend(renamed);
    swap.extend(pairs(wanted, old.id, end, new.id).into_iter().map(|(is, was)| format!("ALTER INDEX {is} RENAME TO {}", was.name)));
    for (of, key) in &keys {
        let clause = before.add_constraint_clause(*of, &Constraint { validated: false, ..key.clone() });
        swap.push(format!("ALTER TABLE {} {clause}", before.relation(*of).name));
    }
    for class in [ObjectClass::Trigger, ObjectClass::Policy] {
        swap.extend(before.objects_on(class, old.id).filter_map(|it| before.create_object(it.id)));
    }
    if table.row_security {
        swap.push(format!("ALTER TABLE {} ENABLE ROW LEVEL SECURITY", old.name));
    }
    if table.force_row_security {
        swap.push(format!("ALTER TABLE {} FORCE ROW LEVEL SECURITY", old.name));
    }
    swap.extend(grants_on(before, old.id));
    swap
}

fn quoted(name: &ObjectName) -> String {
    crate::name::quote_literal(&format!("{}.{}", name.schema, name.name))
}

/// The new table's indexes whose name differs from that of the old one's of the same definition.
fn pairs(wanted: &Schema, old: RelationId, end: &Schema, new: RelationId) -> Vec<(ObjectName, ObjectName)> {
    let of = |schema: &Schema, table: RelationId| -> Vec<(String, ObjectName)> {
        let all = schema.table(table).indexes.iter();
        let each = all.map(|id| {
            let text = schema.index_definition(*id);
            // What follows the names of index and table.
            let form = text.split_once(" USING ").map_or(text.as_str(), |it| it.1);
            let index = schema.index(*id);
            (format!("{} {} {form}", index.unique, index.exclusion), schema.relation(*id).name.clone())
        });
        each.collect()
    };
    let (mut wanted, made) = (of(wanted, old), of(end, new));
    let pair = |(form, name): (String, ObjectName)| {
        let at = wanted.iter().position(|it| it.0 == form)?;
        let was = wanted.remove(at).1;
        (was != name).then_some((name, was))
    };
    made.into_iter().filter_map(pair).collect()
}
