//! Partitions and children: what was put below another table is taken out again; of the rest it is said that its way
//! back is not written yet.

use crate::effect::RelationId;
use crate::rollback::Work;
use crate::rollback::script::{self, Phase};
use crate::schema::Schema;
use crate::schema::diff::TablePair;

impl Work<'_> {
    /// A table of the start must not go, with its rows, along with what it was put below (`DROP TABLE` takes partitions).
    pub(super) fn release_from_parents(&mut self) {
        for pair in self.diff.tables.clone() {
            let child = &self.now.relation(pair.is).name;
            for parent in self.new_parents(&pair) {
                let name = &self.now.relation(parent).name;
                let sql = match self.now.partition_parent(pair.is) {
                    Some(_) => format!("ALTER TABLE {name} DETACH PARTITION {child}"),
                    None => format!("ALTER TABLE {child} NO INHERIT {name}"),
                };
                let condition = script::stands_below(child, name);
                self.add_if(Phase::Detach, condition, sql);
            }
        }
    }

    /// Tables that it was put below.
    fn new_parents(&self, pair: &TablePair) -> Vec<RelationId> {
        let parents = |schema: &Schema, id| schema.get(id).and_then(|it| it.table()).map(|it| it.inherits.clone());
        let before = parents(self.start, pair.was).unwrap_or_default();
        let stayed = |id: RelationId| self.diff.tables.iter().any(|it| it.is == id && before.contains(&it.was));
        parents(self.now, pair.is).unwrap_or_default().into_iter().filter(|id| !stayed(*id)).collect()
    }

    /// It stands below others, and only those that it was put below.
    fn is_only_put_below(&self, pair: &TablePair) -> bool {
        let table = self.now.get(pair.is).and_then(|it| it.table());
        table.is_some_and(|it| {
            !it.is_partitioned() && it.children.is_empty() && it.inherits.len() == self.new_parents(pair).len()
        })
    }

    /// A table that stands above or below others comes back only together with them.
    pub(super) fn refuse_hierarchies(&mut self) {
        let related = |schema: &Schema, id: RelationId| {
            schema.get(id).and_then(|it| it.table()).is_some_and(|it| it.is_related())
        };
        for id in self.diff.lost_tables.clone() {
            if related(self.start, id) {
                let name = self.start.relation(id).name.clone();
                self.cannot(format!("{name}, which stood in a hierarchy of tables, is not made again here."));
            }
        }
        for pair in self.diff.tables.clone() {
            // Whether all comes back is then for the proof to tell.
            if !related(self.start, pair.was) && (!related(self.now, pair.is) || self.is_only_put_below(&pair)) {
                continue;
            }
            let before = self.start.relation_form(self.start.relation(pair.was));
            let after = self.now.relation_form(self.now.relation(pair.is));
            if before != after {
                let name = self.start.relation(pair.was).name.clone();
                self.cannot(format!("{name} stands in a hierarchy of tables: what changed in it is not undone here."));
            }
        }
    }
}
