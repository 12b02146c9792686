//! Old names: objects that stay are called again what they were called at the start.

use std::fmt::Display;

use crate::effect::{ObjectName, RelationId};
use crate::name::Ident;
use crate::rollback::Work;
use crate::rollback::script::{self, Phase, both, not};
use crate::schema::diff::{ColumnPair, TablePair};

/// Renames in an order in which no target is still taken; a circle is broken by a name in between.
/// The second value: whether there was a circle.
fn in_order<T: Clone + PartialEq>(mut renames: Vec<(T, T)>, between: impl Fn(&T) -> T) -> (Vec<(T, T)>, bool) {
    let mut ordered = vec![];
    let mut circle = false;
    while !renames.is_empty() {
        let free = renames.iter().position(|(_, to)| !renames.iter().any(|(from, _)| from == to));
        match free {
            Some(at) => ordered.push(renames.remove(at)),
            None => {
                circle = true;
                let (from, _) = renames[0].clone();
                let middle = between(&from);
                ordered.push((from, middle.clone()));
                renames[0].0 = middle;
            }
        }
    }
    (ordered, circle)
}

fn between_name(name: &Ident) -> Ident {
    let mut text = name.as_str().to_owned();
    while text.len() > 54 {
        text.pop();
    }
    Ident::new(&format!("{text}_lockstep"))
}

impl Work<'_> {
    pub(super) fn rename_back(&mut self) {
        self.hide_made();
        self.rename_types();
        self.rename_tables();
        self.rename_columns();
        self.rename_indexes();
        self.rename_constraints();
    }

    /// What is going to be dropped gets a name that nothing of the start can have, so that nothing
    /// which mentions it looks like something of the start.
    fn hide_made(&mut self) {
        let hidden = |id: u32| ObjectName { schema: Ident::new("pg_temp"), name: Ident::new(&format!("\u{0}{id}")) };
        let made = self.diff.made_tables.iter().chain(&self.diff.made_sequences);
        let renames: Vec<(RelationId, ObjectName)> = made.map(|id| (*id, hidden(id.0))).collect();
        self.renamed.rename_relations(&renames);
        for id in &self.diff.made_types {
            self.renamed.rename_type(*id, hidden(id.0));
        }
        for pair in &self.diff.tables {
            for number in &pair.made_columns {
                if let Some(column) = self.renamed.table_mut(pair.is).attribute_mut(*number) {
                    column.name = Ident::new(&format!("\u{0}{number}"));
                }
            }
        }
    }

    fn once_only(&mut self, circle: bool, what: impl Display) {
        if circle {
            self.note(format!(
                "Names of {what} go round in a circle: the script must not run a second time, it would swap them again."
            ));
        }
    }

    fn rename_types(&mut self) {
        let mut renames = vec![];
        for (was, is) in self.diff.types.clone() {
            let (Some(was), Some(old)) = (self.start.user_type(was), self.now.user_type(is)) else { continue };
            if was.name != old.name {
                renames.push((old.name.clone(), was.name.clone()));
                self.renamed.rename_type(is, was.name.clone());
            }
        }
        let (ordered, circle) =
            in_order(renames, |it| ObjectName { schema: it.schema.clone(), name: between_name(&it.name) });
        self.once_only(circle, "types");
        for (from, to) in ordered {
            let condition = both(&script::type_exists(&from), &script::type_is_missing(&to));
            if from.schema != to.schema {
                self.add_if(Phase::Rename, condition.clone(), format!("ALTER TYPE {from} SET SCHEMA {}", to.schema));
            }
            if from.name != to.name {
                let moved = ObjectName { schema: to.schema.clone(), name: from.name.clone() };
                self.add_if(Phase::Rename, condition, format!("ALTER TYPE {moved} RENAME TO {}", to.name));
            }
        }
    }

    /// Tables and sequences; an owned sequence moves to another schema with its table.
    fn rename_tables(&mut self) {
        let tables = self.diff.tables.iter().map(|pair| (pair.was, pair.is, "TABLE"));
        let sequences = self.diff.sequences.iter().map(|(was, is)| (*was, *is, "SEQUENCE"));
        let mut renames = vec![];
        let mut words = vec![];
        for (was, is, word) in tables.chain(sequences).collect::<Vec<_>>() {
            let (target, mut current) = (self.start.relation(was).name.clone(), self.now.relation(is).name.clone());
            let owner = self.now.relation(is).sequence().and_then(|it| it.owner);
            let moves_along = owner.and_then(|owner| self.diff.table_of(owner.table)).is_some();
            if word == "SEQUENCE" && moves_along {
                current.schema = target.schema.clone();
            }
            if current != target {
                renames.push((current.clone(), target.clone()));
                words.push((current, word));
            }
            self.renamed.rename_relations(&[(is, target)]);
        }
        let between = |it: &ObjectName| ObjectName { schema: it.schema.clone(), name: between_name(&it.name) };
        let (ordered, circle) = in_order(renames, between);
        self.once_only(circle, "tables");
        // A new schema is dropped at the end, an old one is made before this.
        for (from, to) in ordered {
            let kind = words.iter().find(|(name, _)| *name == from).map(|(_, word)| *word);
            let kind = kind.or_else(|| words.iter().find(|(name, _)| between(name) == from).map(|(_, word)| *word));
            let word = kind.unwrap_or("TABLE");
            let guard = both(&script::relation_exists(&from), &script::relation_is_missing(&to));
            if from.schema == to.schema {
                self.add_if(Phase::Rename, guard, format!("ALTER {word} {from} RENAME TO {}", to.name));
            } else if from.name == to.name {
                self.add_if(Phase::Rename, guard, format!("ALTER {word} {from} SET SCHEMA {}", to.schema));
            } else {
                let moved = ObjectName { schema: to.schema.clone(), name: from.name.clone() };
                let first = both(&script::relation_exists(&from), &script::relation_is_missing(&moved));
                self.add_if(Phase::Rename, first, format!("ALTER {word} {from} SET SCHEMA {}", to.schema));
                let second = both(&script::relation_exists(&moved), &script::relation_is_missing(&to));
                self.add_if(Phase::Rename, second, format!("ALTER {word} {moved} RENAME TO {}", to.name));
            }
        }
    }

    fn rename_columns(&mut self) {
        for pair in self.diff.tables.clone() {
            let table = self.start.relation(pair.was).name.clone();
            let mut renames = vec![];
            for column in pair.columns.iter().filter(|it| it.same) {
                let target = self.start.table(pair.was).column_name(column.was);
                let current = self.now.table(pair.is).column_name(column.is);
                if current != target {
                    renames.push((current, target.clone()));
                    if let Some(column) = self.renamed.table_mut(pair.is).attribute_mut(column.is) {
                        column.name = target;
                    }
                }
            }
            let swapped = self.swapped(&pair);
            let (ordered, circle) = in_order(renames, between_name);
            if swapped.is_none() {
                self.once_only(circle, format!("columns of {table}"));
            }
            for (from, to) in ordered {
                let mut condition =
                    both(&script::column_exists(&table, &from), &not(&script::column_exists(&table, &to)));
                // Once they are back, the columns follow each other as they did.
                if let Some((first, second)) = swapped.as_ref().filter(|_| circle && to == between_name(&from)) {
                    condition = both(&condition, &script::stands_before(&table, first, second));
                }
                self.add_if(Phase::Rename, condition, format!("ALTER TABLE {table} RENAME COLUMN {from} TO {to}"));
            }
        }
    }

    /// Two names whose columns stand the other way round than at the start: the first and the second now.
    fn swapped(&self, pair: &TablePair) -> Option<(Ident, Ident)> {
        let names = |same: &ColumnPair| {
            (self.start.table(pair.was).column_name(same.was), self.now.table(pair.is).column_name(same.is))
        };
        let columns: Vec<(Ident, Ident)> = pair.columns.iter().filter(|it| it.same).map(names).collect();
        let then = |name: &Ident| columns.iter().position(|(was, _)| was == name);
        let now: Vec<(usize, &Ident)> = columns.iter().filter_map(|(_, is)| Some((then(is)?, is))).collect();
        let turned = now.windows(2).find(|two| two[0].0 > two[1].0)?;
        Some((turned[0].1.clone(), turned[1].1.clone()))
    }

    /// Indexes that are no constraint's, before and after.
    fn rename_indexes(&mut self) {
        let mut renames = vec![];
        for pair in self.diff.tables.clone() {
            for index in self.start.table(pair.was).indexes.clone() {
                if !self.stands_alone(self.start, index) || !self.stands_alone(self.now, index) {
                    continue;
                }
                let target = self.start.relation(index).name.clone();
                let current =
                    ObjectName { schema: target.schema.clone(), name: self.now.relation(index).name.name.clone() };
                if current != target {
                    renames.push((current, target.clone()));
                }
                self.renamed.rename_relations(&[(index, target)]);
            }
        }
        let (ordered, circle) =
            in_order(renames, |it| ObjectName { schema: it.schema.clone(), name: between_name(&it.name) });
        self.once_only(circle, "indexes");
        for (from, to) in ordered {
            let condition = both(&script::relation_exists(&from), &script::relation_is_missing(&to));
            self.add_if(Phase::Rename, condition, format!("ALTER INDEX {from} RENAME TO {}", to.name));
        }
    }

    /// Constraints of the same index, or with the same definition once tables and columns have their
    /// old names.
    fn rename_constraints(&mut self) {
        for pair in self.diff.tables.clone() {
            let was = self.start.table(pair.was).constraints.clone();
            let is = self.renamed.table(pair.is).constraints.clone();
            let mut free: Vec<usize> =
                (0..is.len()).filter(|at| !was.iter().any(|it| it.name == is[*at].name)).collect();
            let mut renames = vec![];
            for old in &was {
                let by_index = old.index().and_then(|index| is.iter().position(|it| it.index() == Some(index)));
                let at = by_index.or_else(|| {
                    let definition = self.start.constraint_definition(pair.was, old);
                    let missing = !is.iter().any(|it| it.name == old.name);
                    let same = |at: &usize| self.renamed.constraint_definition(pair.is, &is[*at]) == definition;
                    free.iter().copied().find(same).filter(|_| missing)
                });
                let Some(at) = at else { continue };
                free.retain(|it| *it != at);
                if is[at].name == old.name {
                    continue;
                }
                renames.push((is[at].name.clone(), old.name.clone()));
                self.renamed.table_mut(pair.is).constraints[at].name = old.name.clone();
                if let Some(index) = is[at].index() {
                    let schema = self.renamed.relation(index).name.schema.clone();
                    self.renamed.rename_relations(&[(index, ObjectName { schema, name: old.name.clone() })]);
                }
            }
            let table = self.start.relation(pair.was).name.clone();
            let (ordered, circle) = in_order(renames, between_name);
            self.once_only(circle, format!("constraints of {table}"));
            for (from, to) in ordered {
                let condition =
                    both(&script::constraint_exists(&table, &from), &not(&script::constraint_exists(&table, &to)));
                self.add_if(Phase::Rename, condition, format!("ALTER TABLE {table} RENAME CONSTRAINT {from} TO {to}"));
            }
        }
    }
}
