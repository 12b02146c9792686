//! Partitions and children: their way back is not written yet, and that is said.

use crate::effect::RelationId;
use crate::rollback::Work;
use crate::schema::Schema;

impl Work<'_> {
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
            if !related(self.start, pair.was) && !related(self.now, pair.is) {
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
