//! What differs between two states of one relation, as forms. What is the same in both stands in neither: a
//! history would otherwise take room, and time, for each table with every change to it.

use smallvec::{SmallVec, smallvec};
use triomphe::Arc;

use crate::effect::RelationId;
use crate::schema::Schema;
use crate::schema::changes::Renamed;
use crate::schema::constraint::{Constraint, ConstraintKind};
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
    renamed: Renamed,
}

impl Pair<'_> {
    /// No name that anything shows has changed: what is equal in the model reads the same.
    fn names_stay(&self) -> bool {
        matches!(&self.renamed, Renamed::Columns(columns) if columns.is_empty())
    }

    /// Nor has one that a column of this relation shows, if `column` is the same before and after.
    fn reads_as_before(&self, column: &Column) -> bool {
        self.names_stay() || matches!(self.renamed, Renamed::Columns(_)) && column.generated.is_none()
    }

    /// None of those columns has another name.
    fn keeps(&self, relation: RelationId, columns: impl IntoIterator<Item = u16>) -> bool {
        let Renamed::Columns(renamed) = &self.renamed else { return false };
        renamed.is_empty() || columns.into_iter().all(|it| !renamed.contains(&(relation, it)))
    }

    /// The index reads the same on both sides, as far as the model tells without printing it.
    fn is_same_index(&self, id: RelationId) -> bool {
        let Some((before, after)) = self.before.shared(id).zip(self.after.shared(id)) else { return false };
        Arc::ptr_eq(before, after)
            && after.index().is_some_and(|it| self.names_stay() || self.keeps(it.table, it.columns()))
    }

    /// The constraint reads the same on both sides, as far as the model tells without printing it.
    fn is_same(&self, before: &Constraint, after: &Constraint) -> bool {
        let reads_the_same = || match &after.kind {
            _ if self.names_stay() && after.index().is_none() => true,
            ConstraintKind::Check { expression, .. } => self.keeps(self.id, expression.columns()),
            ConstraintKind::NotNull { column, .. } => self.keeps(self.id, [*column]),
            ConstraintKind::PrimaryKey { index }
            | ConstraintKind::Unique { index }
            | ConstraintKind::Exclude { index, .. } => self.is_same_index(*index),
            ConstraintKind::ForeignKey(key) => {
                self.keeps(self.id, key.columns.iter().copied())
                    && self.keeps(key.references, key.referenced_columns.iter().copied())
            }
        };
        before == after && reads_the_same()
    }
}

impl<'a> Difference<'a> {
    /// Of a relation in two schemas.
    pub fn of((before, old): (&Schema, &Relation), (after, new): (&Schema, &'a Relation)) -> Self {
        let id = new.id;
        let pair = Pair { before, after, id, renamed: after.renamed_since(before) };
        let mut found = Difference::default();
        if !(pair.names_stay() && same_properties(old, new)) {
            found.properties(before.properties_form(old), after.properties_form(new));
        }
        let same = found.columns(&pair, old, new);
        if let (Body::Table(old), Body::Table(new)) = (&old.body, &new.body) {
            found.constraints(&pair, &old.constraints, &new.constraints);
            found.indexes(&pair, &old.indexes, &new.indexes);
        }
        let objects_stay = pair.names_stay() && after.keeps_objects_since(before);
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
        let unchanged = old.columns().is_same(new.columns());
        let (old, new) = (&old.columns().0, &new.columns().0);
        let (mut old_position, mut new_position) = (0, 0);
        let add = |side: &mut Form, column: &Column, form: Form| {
            side.put(column.name.bare(), form);
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
                && pair.reads_as_before(new)
                && (unchanged || old == new)
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
        let form = |schema: &Schema, it: &Constraint| schema.constraint_form(pair.id, it);
        let mut gone: SmallVec<[bool; 16]> = smallvec![true; old.len()];
        let mut made = Form::default();
        for (place, constraint) in new.iter().enumerate() {
            // Most stand where they stood.
            let near = old.get(place).filter(|it| it.name == constraint.name).map(|_| place);
            let twin = near.or_else(|| old.iter().position(|it| it.name == constraint.name));
            match twin.filter(|at| pair.is_same(&old[*at], constraint)) {
                Some(at) => gone[at] = false,
                None => made.add(form(pair.after, constraint)),
            }
        }
        let same = new.len() - made.len();
        let gone = old.iter().zip(gone).filter(|(_, is_gone)| *is_gone).map(|(it, _)| form(pair.before, it));
        self.members("constraints", gone.collect(), made, same);
    }

    fn indexes(&mut self, pair: &Pair<'_>, old: &[RelationId], new: &[RelationId]) {
        let unlike = |id: &&RelationId| !pair.is_same_index(**id);
        let gone = old.iter().filter(unlike).map(|id| pair.before.index_form(*id));
        let made: Form = new.iter().filter(unlike).map(|id| pair.after.index_form(*id)).collect();
        let same = new.len() - made.len();
        self.members("indexes", gone.collect(), made, same);
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
