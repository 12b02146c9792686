//! Who inherits from whom: `pg_inherits`, and what follows from it.

use crate::effect::RelationId;
use crate::name::Ident;
use crate::schema::Schema;
use crate::schema::constraint::Constraint;
use crate::schema::partition::Bound;

impl Schema {
    /// `find_inheritance_children`: in the order in which they were made.
    pub fn children(&self, id: RelationId) -> Vec<RelationId> {
        self.get(id).and_then(|it| it.table()).map(|it| it.children.iter().copied().collect()).unwrap_or_default()
    }

    /// `find_all_inheritors` without the table itself; with each, how many of its parents are among them.
    pub fn descendants(&self, id: RelationId) -> Vec<(RelationId, u16)> {
        if self.get(id).and_then(|it| it.table()).is_none_or(|it| it.children.is_empty()) {
            return vec![];
        }
        let mut found: Vec<(RelationId, u16)> = vec![(id, 0)];
        let mut next = 0;
        while next < found.len() {
            for child in self.children(found[next].0) {
                match found.iter_mut().find(|(it, _)| *it == child) {
                    Some((_, parents)) => *parents += 1,
                    None => found.push((child, 1)),
                }
            }
            next += 1;
        }
        found.remove(0);
        found
    }

    /// Its parents, theirs and so on.
    pub fn ancestors(&self, id: RelationId) -> Vec<RelationId> {
        let mut found = vec![];
        let mut open = vec![id];
        while let Some(it) = open.pop() {
            for parent in self.get(it).and_then(|it| it.table()).map(|it| it.inherits.clone()).unwrap_or_default() {
                if !found.contains(&parent) {
                    found.push(parent);
                    open.push(parent);
                }
            }
        }
        found
    }

    /// The table that it is a partition of.
    pub fn partition_parent(&self, id: RelationId) -> Option<RelationId> {
        let table = self.get(id)?.table()?;
        table.bound.as_ref()?;
        table.inherits.first().copied()
    }

    /// `get_default_oid_from_partdesc`.
    pub fn default_partition(&self, parent: RelationId) -> Option<RelationId> {
        let is_default = |id: &RelationId| {
            self.get(*id).and_then(|it| it.table()?.bound.as_deref()).is_some_and(|bound| *bound == Bound::Default)
        };
        self.children(parent).into_iter().find(is_default)
    }

    /// `StoreCatalogInheritance`.
    pub fn adopt(&mut self, child: RelationId, parent: RelationId) {
        self.table_mut(child).inherits.push(parent);
        self.table_mut(parent).children.insert(child);
    }

    /// `DeleteInheritsTuple`.
    pub fn disown(&mut self, child: RelationId, parent: RelationId) {
        self.table_mut(child).inherits.retain(|it| *it != parent);
        self.table_mut(parent).children.remove(&child);
    }

    /// What a constraint is a part of: by its index, or as a foreign key by its own word.
    pub fn constraint_parent(&self, constraint: &Constraint) -> Option<(RelationId, Ident)> {
        if let Some(index) = constraint.index() {
            let parent = self.get(index)?.index()?.parent?;
            let table = self.get(parent)?.index()?.table;
            let owner = self.get(table)?.table()?.constraints.iter().find(|it| it.index() == Some(parent))?;
            return Some((table, owner.name.clone()));
        }
        constraint.parent.clone()
    }

    /// Parts of a foreign key know it by name.
    pub(super) fn follow_renamed_constraint(&mut self, table: RelationId, old: &Ident, new: &Ident) {
        let parts = |it: &Constraint| it.parent.as_ref().is_some_and(|(of, name)| *of == table && name == old);
        let holders: Vec<RelationId> = self
            .relations()
            .filter(|it| it.table().is_some_and(|table| table.constraints.iter().any(parts)))
            .map(|it| it.id)
            .collect();
        for holder in holders {
            for constraint in self.table_mut(holder).constraints.iter_mut().filter(|it| parts(it)) {
                constraint.parent = Some((table, new.clone()));
            }
        }
    }
}
