//! What differs between two states of one relation, as forms. What is the same in both stands in neither: a
//! history would otherwise take room, and time, for each table with every change to it.

use std::rc::Rc;

use crate::effect::RelationId;
use crate::schema::Schema;
use crate::schema::constraint::Constraint;
use crate::schema::form::Form;
use crate::schema::object::{CatalogObject, ObjectClass};
use crate::schema::relation::{Body, Column, Relation, Table};

/// The parts of one relation in two schemas.
#[derive(Debug, Default)]
pub struct Difference<'a> {
    pub before: Form,
    pub after: Form,
    pub unchanged: Unchanged<'a>,
}

/// Parts that are the same before and after.
#[derive(Debug, Default)]
pub struct Unchanged<'a> {
    /// The first few columns as they are after, with their positions, counted over live columns.
    pub columns: Vec<(u16, &'a Column)>,
    /// Members of parts that are not listed.
    pub more: Vec<(&'static str, usize)>,
}

/// So many unchanged columns are listed.
const LISTED: usize = 6;

/// Two states of one relation.
struct Pair<'a> {
    before: &'a Schema,
    after: &'a Schema,
    id: RelationId,
    /// Whatever is equal in the model reads the same: no name that it may show has changed.
    names_stay: bool,
}

impl Pair<'_> {
    /// The constraint reads the same on both sides, as far as the model tells without printing it.
    fn is_same(&self, before: &Constraint, after: &Constraint) -> bool {
        let same_index = |id| match (self.before.shared(id), self.after.shared(id)) {
            (Some(before), Some(after)) => Rc::ptr_eq(before, after),
            (before, after) => before.is_none() && after.is_none(),
        };
        self.names_stay && before == after && before.index().is_none_or(same_index)
    }
}

impl<'a> Difference<'a> {
    /// Of a relation in two schemas.
    pub fn of((before, old): (&Schema, &Relation), (after, new): (&Schema, &'a Relation)) -> Self {
        let id = new.id;
        let pair = Pair { before, after, id, names_stay: after.keeps_names_since(before) };
        let mut found = Difference::default();
        if !(pair.names_stay && same_properties(old, new)) {
            found.properties(before.properties_form(old), after.properties_form(new));
        }
        let same = found.columns(&pair, old, new);
        if let (Body::Table(old), Body::Table(new)) = (&old.body, &new.body) {
            found.constraints(&pair, &old.constraints, &new.constraints);
            found.indexes(&pair, &old.indexes, &new.indexes);
        }
        let objects_stay = pair.names_stay && after.keeps_objects_since(before);
        if !objects_stay {
            found.members("triggers", before.triggers_form(id), after.triggers_form(id), 0);
            found.members("policies", before.policies_form(id), after.policies_form(id), 0);
            found.members("rules", before.rules_form(id), after.rules_form(id), 0);
        }
        if found.is_empty() && old.name == new.name {
            return found;
        }
        found.unchanged.columns = same.into_iter().take(LISTED).collect();
        if objects_stay {
            let count =
                |class, shown: fn(&CatalogObject) -> bool| after.objects_on(class, id).filter(|it| shown(it)).count();
            found.same("triggers", count(ObjectClass::Trigger, |it| it.trigger().is_some_and(|it| !it.internal)));
            found.same("policies", count(ObjectClass::Policy, |_| true));
            found.same("rules", count(ObjectClass::Rule, |_| true));
        }
        found
    }

    /// Nothing that the forms show differs.
    pub fn is_empty(&self) -> bool {
        self.before.is_empty() && self.after.is_empty()
    }

    /// Entries without names of their own.
    fn properties(&mut self, before: Form, after: Form) {
        (self.before, self.after) = (before, after);
        self.before.keep_differences(&mut self.after);
    }

    /// Members of a part on both sides; `same` more are left out already.
    fn members(&mut self, part: &'static str, mut before: Form, mut after: Form, same: usize) {
        let same = same + before.keep_differences(&mut after);
        self.before.put(part, before);
        self.after.put(part, after);
        self.same(part, same);
    }

    fn same(&mut self, part: &'static str, count: usize) {
        if count > 0 {
            self.unchanged.more.push((part, count));
        }
    }

    /// A column keeps its number. That it moves up where another is dropped is no change of its own.
    /// Those that are the same, with their positions.
    fn columns(&mut self, pair: &Pair<'_>, old: &Relation, new: &'a Relation) -> Vec<(u16, &'a Column)> {
        let (mut before, mut after, mut same) = (Form::default(), Form::default(), vec![]);
        let (old, new) = (&old.columns().0, &new.columns().0);
        let (mut old_position, mut new_position) = (0, 0);
        let add = |side: &mut Form, column: &Column, form: Form| {
            side.put(column.name.as_str().to_owned(), form);
        };
        for at in 0..old.len().max(new.len()) {
            let live = |columns: &'_ [Column], position: &mut u16| {
                let is_live = columns.get(at).is_some_and(|it| !it.dropped);
                *position += u16::from(is_live);
                is_live.then_some(at)
            };
            let old = live(old, &mut old_position).map(|at| &old[at]);
            let new = live(new, &mut new_position).map(|at| &new[at]);
            if let (Some(old), Some(new)) = (old, new)
                && pair.names_stay
                && old == new
            {
                same.push((new_position, new));
                continue;
            }
            let old_form = old.map(|it| pair.before.column_form(pair.id, old_position, it));
            let new_form = new.map(|it| pair.after.column_form(pair.id, new_position, it));
            if let (Some((old, old_form)), Some((new, new_form))) =
                (old.zip(old_form.as_ref()), new.zip(new_form.as_ref()))
                && old.name == new.name
                && old_form.equal_but(new_form, "pos")
            {
                same.push((new_position, new));
                continue;
            }
            if let Some((old, form)) = old.zip(old_form) {
                add(&mut before, old, form);
            }
            if let Some((new, form)) = new.zip(new_form) {
                add(&mut after, new, form);
            }
        }
        self.before.put("columns", before);
        self.after.put("columns", after);
        self.same("columns", same.len().saturating_sub(LISTED));
        same
    }

    fn constraints(&mut self, pair: &Pair<'_>, old: &[Constraint], new: &[Constraint]) {
        let twin = |of: &Constraint, among: &'_ [Constraint]| among.iter().position(|it| it.name == of.name);
        let is_same = |it: &Constraint| twin(it, new).is_some_and(|at| pair.is_same(it, &new[at]));
        let form = |schema: &Schema, it: &Constraint| schema.constraint_form(pair.id, it);
        let gone = old.iter().filter(|it| !is_same(it)).map(|it| form(pair.before, it));
        let unlike = |it: &&Constraint| twin(it, old).is_none_or(|at| !pair.is_same(&old[at], it));
        let made: Vec<_> = new.iter().filter(unlike).map(|it| form(pair.after, it)).collect();
        let same = new.len() - made.len();
        self.members("constraints", gone.collect(), made.into_iter().collect(), same);
    }

    fn indexes(&mut self, pair: &Pair<'_>, old: &[RelationId], new: &[RelationId]) {
        let is_same = |id: RelationId| {
            let shared = pair.before.shared(id).zip(pair.after.shared(id));
            pair.names_stay && shared.is_some_and(|(before, after)| Rc::ptr_eq(before, after))
        };
        let gone = old.iter().filter(|id| !is_same(**id)).map(|id| pair.before.index_form(*id));
        let made: Vec<_> = new.iter().filter(|id| !is_same(**id)).map(|id| pair.after.index_form(*id)).collect();
        let same = new.len() - made.len();
        self.members("indexes", gone.collect(), made.into_iter().collect(), same);
    }
}

/// Nothing that [`Schema::properties_form`] prints differs, where no name has changed.
fn same_properties(old: &Relation, new: &Relation) -> bool {
    let tables = |old: &Table, new: &Table| {
        let dropped = |it: &Table| it.columns.iter().filter(|column| column.dropped).count();
        old.of_type == new.of_type
            && (old.row_security, old.force_row_security) == (new.row_security, new.force_row_security)
            && dropped(old) == dropped(new)
            && old.toast_options == new.toast_options
            && old.replica_identity == new.replica_identity
            && old.inherits == new.inherits
            && old.partition_key == new.partition_key
            && old.bound == new.bound
            && old.materialized == new.materialized
            && old.access_method == new.access_method
    };
    let same_body = match (&old.body, &new.body) {
        (Body::Table(old), Body::Table(new)) => tables(old, new),
        (old, new) => old == new,
    };
    same_body
        && old.comment == new.comment
        && old.options == new.options
        && old.tablespace == new.tablespace
        && old.persistence == new.persistence
}
