//! What changed between two states of a schema. States that share a mark differ in nothing but what
//! was touched since, so that a step's own changes are found without looking at the whole schema.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};

use smallvec::SmallVec;
use triomphe::Arc;

use crate::effect::RelationId;
use crate::schema::Schema;
use crate::schema::few::Few;
use crate::schema::object::ObjectKey;
use crate::schema::relation::Relation;
use crate::schema::shared::Shared;
use crate::schema::user_type::TypeId;

/// Relations and types touched since a mark was set.
#[derive(Debug, Clone, Default)]
pub(super) struct Touched {
    mark: Mark,
    relations: Few<RelationId>,
    types: Few<TypeId>,
    /// Relations with a trigger, policy or rule that was made, changed or dropped.
    parts: Few<RelationId>,
    /// An object other than those got another definition or name.
    objects: bool,
    /// One was made or dropped.
    number_of_objects: bool,
}

/// One like no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mark(u64);

impl Default for Mark {
    fn default() -> Self {
        static MARKS: AtomicU64 = AtomicU64::new(0);
        Mark(MARKS.fetch_add(1, Ordering::Relaxed))
    }
}

/// What has another name than before.
pub(super) enum Renamed {
    /// Columns of tables, whose names stand only where that very column is meant; often none.
    Columns(Vec<(RelationId, u16)>),
    /// Relations, types, objects: what shows such a name is not easily told.
    Any,
}

impl Touched {
    pub(super) fn relation(&mut self, id: RelationId) {
        self.relations.insert(id);
    }

    pub(super) fn type_(&mut self, id: TypeId) {
        self.types.insert(id);
    }

    /// Another definition or name.
    pub(super) fn object(&mut self, key: &ObjectKey) {
        self.objects = true;
        self.part(key);
    }

    /// Made or dropped.
    pub(super) fn number_of_objects(&mut self, key: &ObjectKey) {
        self.number_of_objects = true;
        self.part(key);
    }

    fn part(&mut self, key: &ObjectKey) {
        if let ObjectKey::OnRelation(_, relation, _) = key {
            self.parts.insert(*relation);
        }
    }
}

/// Two states of each of a few relations.
type Differing<'a> = SmallVec<[(Option<&'a Arc<Relation>>, Option<&'a Arc<Relation>>); 4]>;

impl Schema {
    /// From here on, copies of this state are compared by what is touched.
    pub fn set_mark(&mut self) {
        self.touched = Shared::default();
    }

    fn shares_mark(&self, other: &Schema) -> bool {
        self.touched.mark == other.touched.mark
    }

    /// Relations that the two schemas have otherwise, or only one of them has: as this one has it, and as `other` has.
    /// Where they share a mark, in the order of their numbers.
    pub fn differing<'a>(&'a self, other: &'a Schema) -> Differing<'a> {
        let differs = |(own, theirs): &(Option<&Arc<Relation>>, Option<&Arc<Relation>>)| match (own, theirs) {
            (Some(own), Some(theirs)) => !Arc::ptr_eq(own, theirs),
            (own, theirs) => own.is_some() || theirs.is_some(),
        };
        if self.shares_mark(other) {
            let touched = self.touched.relations.union(&other.touched.relations);
            return touched
                .iter()
                .map(|id| (self.relations.get(id), other.relations.get(id)))
                .filter(differs)
                .collect();
        }
        let own = self.relations.values().map(|it| (Some(it), other.relations.get(&it.id)));
        let theirs = other.relations.values().filter(|it| !self.relations.contains_key(&it.id));
        own.chain(theirs.map(|it| (None, Some(it)))).filter(differs).collect()
    }

    /// Relations whose triggers, policies or rules were touched since; where the two share no mark, all that differ.
    pub fn changed_parts_since(&self, other: &Schema) -> Vec<RelationId> {
        if self.shares_mark(other) {
            return self.touched.parts.union(&other.touched.parts).into_iter().collect();
        }
        let changed = self.changed_objects_since(other).into_iter();
        let keys = changed.filter_map(|id| Some(&self.object(id).or_else(|| other.object(id))?.key));
        let on_relation = keys.filter_map(|it| match it {
            ObjectKey::OnRelation(_, relation, _) => Some(*relation),
            _ => None,
        });
        on_relation.collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// No object besides relations and types was made, changed or dropped.
    pub(super) fn keeps_objects_since(&self, other: &Schema) -> bool {
        let touched = |it: &Schema| it.touched.objects || it.touched.number_of_objects;
        self.shares_mark(other) && !touched(self) && !touched(other)
    }

    /// Which names that others show are not the same in both.
    pub(super) fn renamed_since(&self, other: &Schema) -> Renamed {
        if !self.shares_mark(other) || self.touched.objects || other.touched.objects {
            return Renamed::Any;
        }
        let both = |id: &TypeId| self.types.contains_key(id) && other.types.contains_key(id);
        if self.touched.types.union(&other.touched.types).iter().any(both) {
            return Renamed::Any;
        }
        let mut renamed = vec![];
        for id in self.touched.relations.union(&other.touched.relations) {
            let Some((ours, theirs)) = self.relations.get(&id).zip(other.relations.get(&id)) else { continue };
            if ours.name != theirs.name {
                return Renamed::Any;
            }
            if ours.columns().is_same(theirs.columns()) {
                continue;
            }
            let columns = ours.columns().iter().zip(theirs.columns().iter()).zip(1u16..);
            let columns = columns.filter(|((ours, theirs), _)| ours.name != theirs.name);
            renamed.extend(columns.map(|(_, number)| (id, number)));
        }
        let of_tables = renamed.iter().all(|(id, _)| self.get(*id).is_some_and(|it| it.table().is_some()));
        match renamed.is_empty() || of_tables && !self.uses_row_types() {
            true => Renamed::Columns(renamed),
            false => Renamed::Any,
        }
    }

    /// Types that the two schemas have otherwise, or only one of them has.
    pub fn changed_types_since(&self, other: &Schema) -> Vec<TypeId> {
        let differs = |id: &TypeId| match (self.types.get(id), other.types.get(id)) {
            (Some(ours), Some(theirs)) => !Arc::ptr_eq(ours, theirs),
            (ours, theirs) => ours.is_some() || theirs.is_some(),
        };
        if self.shares_mark(other) {
            return self.touched.types.union(&other.touched.types).into_iter().filter(differs).collect();
        }
        let dropped = other.types.keys().filter(|id| !self.types.contains_key(id));
        self.types.keys().filter(differs).chain(dropped).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effect::ObjectName;
    use crate::schema::relation::{Body, Persistence};
    use crate::schema::sequence::Sequence;
    use crate::schema::user_type::UserTypeKind;

    fn add(schema: &mut Schema, name: &str) -> RelationId {
        let body = Body::Sequence(Sequence::new(crate::schema::sequence::SequenceType::BigInt));
        schema.add_relation(ObjectName::new("public", name), Persistence::Permanent, body)
    }

    /// Names of what `one` has otherwise than `other`.
    fn names(one: &Schema, other: &Schema) -> Vec<String> {
        one.differing(other).into_iter().filter_map(|(own, _)| Some(own?.name.to_string())).collect()
    }

    /// Made, changed and dropped since the mark, and before it.
    fn states() -> [Schema; 3] {
        let start = {
            let mut schema = Schema::default();
            add(&mut schema, "stays");
            add(&mut schema, "changes");
            add(&mut schema, "goes");
            schema.add_type(ObjectName::new("public", "mood"), UserTypeKind::Enum { labels: vec![] });
            schema
        };
        let mut before = start.clone();
        before.set_mark();
        let mut after = before.clone();
        let changed = after.find(&ObjectName::new("public", "changes")).unwrap();
        after.relation_mut(changed).comment = Some("changed".into());
        let gone = after.find(&ObjectName::new("public", "goes")).unwrap();
        after.remove_relation(gone);
        add(&mut after, "new");
        after.add_type(ObjectName::new("public", "colour"), UserTypeKind::Enum { labels: vec![] });
        [start, before, after]
    }

    #[test]
    fn changes_since_a_mark_are_those_that_a_full_comparison_finds() {
        let [start, before, after] = states();
        for other in [&start, &before] {
            assert_eq!(names(&after, other), ["changes", "new"]);
            assert_eq!(names(other, &after), ["changes", "goes"]);
            assert_eq!(after.changed_types_since(other).len(), 1);
            assert_eq!(other.changed_types_since(&after).len(), 1);
        }
        assert!(before.differing(&start).is_empty() && start.differing(&before).is_empty());
    }

    #[test]
    fn a_later_mark_does_not_hide_earlier_changes() {
        let [_, before, mut after] = states();
        after.set_mark();
        assert_eq!(names(&after, &before), ["changes", "new"]);
    }
}
