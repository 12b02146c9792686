//! Values that a change of a column's type cannot take over, counted without an error, and values that it changes
//! without one.

use crate::effect::RelationId;
use crate::pg::input;
use crate::pg::types::format::numeric_parts;
use crate::pg::types::{Type, TypeRef};
use crate::report::validation::place::{ran, tables};
use crate::report::validation::wire::{Check, Sample};
use crate::report::validation::{Drafts, none_of, sample};
use crate::schema::Schema;
use crate::schema::relation::{Column, Relation};
use crate::schema::user_type::{TypeId, UserTypeKind};
use crate::schema::violation::parts_of_computed;
use crate::simulate::trace::{Outcome, Step};
use crate::syntax;
use crate::syntax::expression::Expr;
use crate::syntax::statement::{AlterTable, AlterTableAction, Statement, Subcommand};

pub(super) fn collect(drafts: &mut Drafts<'_>) {
    let trace = drafts.trace;
    for step in &trace.steps {
        failing(drafts, step);
        if ran(step) {
            changed(drafts, step);
        }
    }
}

/// What the trace leaves open as an expression that must not raise an error.
fn failing(drafts: &mut Drafts<'_>, step: &Step) {
    let Outcome::DependsOnData(conditions) = &step.outcome else { return };
    let retyped = retyped(step);
    for condition in conditions {
        let Some((text, rows)) = parts_of_computed(&condition.query) else { continue };
        let Some(relation) = step.before.relations().find(|it| it.name.to_string() == rows) else { continue };
        let cast = Cast { relation, text };
        let column = retyped.iter().find(|it| it.table == relation.id && mentions(text, &it.before.name));
        let to = column.filter(|it| !it.is_own()).map(|it| it.to);
        if to.and_then(|it| input::errors(&it)).is_some_and(|it| !it.contains(&condition.sqlstate_otherwise)) {
            continue;
        }
        let (kind, make) = cast.counting(drafts, column.map(|it| it.to), &step.after);
        let (setup, query) = make(rows);
        let (title, what) = match column {
            Some(it) => {
                let (name, to) = (&it.before.name, step.after.format_type(&it.to));
                let by = if it.is_own() { format!(" by {text}") } else { String::new() };
                (format!("values of {rows}.{name} that cannot become {to}{by}"), name.to_string())
            }
            None => (format!("rows of {rows} for which {text} fails"), format!("step_{}", step.index)),
        };
        let check = none_of(kind, &format!("{}_{what}", relation.name.plain()), title, query);
        let sample = sample::of_table(drafts.trace, &step.before, relation.id, &make);
        let sqlstates = vec![condition.sqlstate_otherwise.to_string()];
        let relation_name = Some(rows.to_owned());
        drafts.before(step.index, &[relation.id], Check { setup, sqlstates, sample, relation: relation_name, ..check });
    }
}

fn mentions(text: &str, column: &crate::name::Ident) -> bool {
    syntax::mentions_outside_strings(text).contains(column)
}

/// A column that the step gives another type.
struct Retyped {
    table: RelationId,
    before: Column,
    to: Type,
    using: Option<Expr>,
}

impl Retyped {
    /// Its conversion is more than a cast.
    fn is_own(&self) -> bool {
        match &self.using {
            None => false,
            Some(Expr::Cast { operand, .. }) => !matches!(&**operand, Expr::Column(_)),
            Some(_) => true,
        }
    }
}

fn retyped(step: &Step) -> Vec<Retyped> {
    let Some(Statement::AlterTable(AlterTable { action: AlterTableAction::Subcommands(all), .. })) =
        step.statement.as_deref()
    else {
        return vec![];
    };
    let mut found = vec![];
    for id in tables(step) {
        let (Some(was), Some(is)) = (step.before.get(id), step.after.get(id)) else { continue };
        for (number, after) in is.columns().live() {
            let Some(before) = was.columns().attribute(number).filter(|it| it.type_ != after.type_) else { continue };
            let using = all.iter().find_map(|it| match it {
                Subcommand::SetType { column, using, .. } if *column == before.name => Some(using.clone()),
                _ => None,
            });
            let Some(using) = using else { continue };
            found.push(Retyped { table: id, before: before.clone(), to: after.type_, using });
        }
    }
    found
}

type Counting<'a> = Box<dyn Fn(&str) -> (Vec<String>, String) + 'a>;

/// An expression over one table that may raise an error.
struct Cast<'a> {
    relation: &'a Relation,
    text: &'a str,
}

impl<'a> Cast<'a> {
    /// The kind of the check, and what writes the query for given rows: a condition on the values where there is an
    /// exact one, otherwise a block that tries every row.
    fn counting(&self, drafts: &Drafts<'_>, to: Option<Type>, after: &Schema) -> (&'static str, Counting<'a>) {
        let plain = to.and_then(|to| self.plain_column().map(|(name, from)| (name, from, to)));
        let Some((name, from, to)) = plain else { return ("casts", self.tried()) };
        let condition = match () {
            () if from.is(Type::TEXT) || from.is(Type::VARCHAR) => {
                let kind = "casts";
                let type_name = after.format_type(&to);
                let enumerated = is_enum(after, &to);
                input::rejected(&format!("{name}::text"), &to, &type_name, enumerated, drafts.trace.version)
                    .map(|it| (kind, it))
            }
            () => input::out_of_range(&name, &from, &to).map(|it| ("ranges", it)),
        };
        match condition {
            Some((kind, condition)) => {
                (kind, Box::new(move |rows| (vec![], format!("SELECT count(*) FROM {rows} WHERE {condition}"))))
            }
            None => ("casts", self.tried()),
        }
    }

    /// The column, where the expression is nothing but a cast of one.
    fn plain_column(&self) -> Option<(String, Type)> {
        let mut tree = syntax::parse_expression(self.text).ok()?;
        while let Expr::Cast { operand, .. } = tree {
            tree = *operand;
        }
        let Expr::Column(parts) = &tree else { return None };
        let (_, column) = self.relation.columns().find(parts.last()?.as_str())?;
        Some((column.name.to_string(), column.type_))
    }

    /// Every row by itself, so that an error is counted and the next row follows.
    fn tried(&self) -> Counting<'a> {
        let text = self.text;
        let name = self.relation.name.to_string();
        Box::new(move |rows| {
            let tag = (0..).map(|it| format!("$lockstep{it}$")).find(|it| !text.contains(it.as_str()));
            let tag = tag.unwrap_or_default();
            let block = format!(
                "DO {tag}\n#variable_conflict use_column\nDECLARE\n  lockstep_row {name}%ROWTYPE;\n  lockstep_failing \
                 bigint := 0;\nBEGIN\n  FOR lockstep_row IN SELECT * FROM {rows} LOOP\n    BEGIN\n      PERFORM ({text}) \
                 FROM (SELECT lockstep_row.*) AS one;\n    EXCEPTION WHEN OTHERS THEN\n      lockstep_failing := \
                 lockstep_failing + 1;\n    END;\n  END LOOP;\n  PERFORM set_config('lockstep.failing', \
                 lockstep_failing::text, false);\nEND {tag}"
            );
            (vec![block], "SELECT current_setting('lockstep.failing')::bigint".into())
        })
    }
}

fn is_enum(schema: &Schema, type_: &Type) -> bool {
    match type_.base {
        TypeRef::User(id) if !type_.array => {
            matches!(schema.user_type(TypeId(id)).map(|it| &it.kind), Some(UserTypeKind::Enum { .. }))
        }
        _ => false,
    }
}

/// Conversions that succeed and keep less than the value had.
fn changed(drafts: &mut Drafts<'_>, step: &Step) {
    for it in retyped(step) {
        let Some(relation) = step.before.get(it.table) else { continue };
        if it.is_own() {
            continue;
        }
        let (name, table) = (&it.before.name, &relation.name);
        let Some((kind, condition, words)) = loss(&name.to_string(), &it, it.using.is_some()) else { continue };
        let title = format!("values of {table}.{name} {words}");
        let make = |rows: &str| (vec![], format!("SELECT count(*) FROM {rows} WHERE {condition}"));
        let check = none_of(kind, &format!("{}_{name}", table.plain()), title, make(&table.to_string()).1);
        let sample: Option<Sample> = sample::of_table(drafts.trace, &step.before, relation.id, make);
        drafts.before(step.index, &[relation.id], Check { relation: Some(table.to_string()), sample, ..check });
    }
}

/// What a value loses without an error: the kind, the condition, the words.
fn loss(name: &str, it: &Retyped, cast: bool) -> Option<(&'static str, String, String)> {
    let (from, to) = (it.before.type_, it.to);
    let is_text = |it: Type| it.is(Type::TEXT) || it.is(Type::VARCHAR) || it.is(Type::BPCHAR);
    if is_text(from) && is_text(to) && !to.is(Type::TEXT) && to.modifier > 4 && cast {
        let limit = to.modifier - 4;
        let words = format!("that an explicit cast cuts off after {limit} characters, without an error");
        return Some(("lengths", format!("length(rtrim({name}::text, ' ')) > {limit}"), words));
    }
    let whole = [Type::INT2, Type::INT4, Type::INT8];
    if from.is(Type::NUMERIC) && whole.iter().any(|it| to.is(*it)) {
        let words = "that are rounded to whole numbers, without an error".into();
        return Some(("changed_values", format!("{name} <> trunc({name})"), words));
    }
    if from.is(Type::NUMERIC) && to.is(Type::NUMERIC) {
        let (_, scale) = numeric_parts(to.modifier)?;
        let words = format!("that are rounded to {scale} digits behind the point, without an error");
        return Some(("changed_values", format!("{name} <> round({name}, {scale})"), words))
            .filter(|_| numeric_parts(from.modifier).is_none_or(|(_, before)| before > scale));
    }
    if from.is(Type::TIMESTAMPTZ) || from.is(Type::TIMESTAMP) {
        let words = "whose time of day is dropped, without an error".into();
        return to.is(Type::DATE).then(|| ("changed_values", format!("{name} <> date_trunc('day', {name})"), words));
    }
    None
}
