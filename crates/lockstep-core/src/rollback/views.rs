//! Views: they hold nothing of their own, so whatever changed in one is dropped and made again.

use std::collections::BTreeSet;

use crate::effect::RelationId;
use crate::rollback::Work;
use crate::rollback::script::Phase;
use crate::schema::Schema;
use crate::schema::ddl::comment_on;
use crate::schema::definition::print_options;
use crate::schema::dependency::Object;
use crate::schema::relation::{Persistence, Relation};

impl Work<'_> {
    /// Needs the names of tables back where they were.
    pub(super) fn restore_views(&mut self) {
        let mut outdated: BTreeSet<RelationId> = BTreeSet::new();
        for view in views(self.now) {
            let same = self.start.get(view.id).is_some_and(|was| {
                self.renamed.get(view.id).is_some_and(|is| {
                    was.name == view.name && self.start.relation_form(was) == self.renamed.relation_form(is)
                })
            });
            // Where the text is not known, nothing tells whether it is still the same.
            let known = self.renamed.view_definition(view.id).is_some();
            let untouched = self.start.shared(view.id) == self.now.shared(view.id);
            let is_back = untouched || (same && known);
            if !is_back {
                outdated.insert(view.id);
            }
        }
        // What was made over one of them goes with it.
        let mut open: Vec<RelationId> = outdated.iter().copied().collect();
        while let Some(id) = open.pop() {
            for (dependent, _) in self.now.dependents(&Object::Relation(id), self.version) {
                if let Object::Relation(other) = dependent
                    && self.now.get(other).is_some_and(Relation::is_view)
                    && outdated.insert(other)
                {
                    open.push(other);
                }
            }
        }
        // Where the script runs again, those that it has made stand in the way.
        for view in views(self.start).collect::<Vec<_>>().into_iter().rev() {
            if self.now.get(view.id).is_none() && self.now.find(&view.name).is_none() {
                let sql = format!("DROP {} IF EXISTS {}", words(view), view.name);
                self.add(Phase::DropView, sql);
            }
        }
        for id in outdated.iter().rev() {
            let view = self.now.relation(*id);
            let sql = format!("DROP {} IF EXISTS {}", words(view), view.name);
            self.add(Phase::DropView, sql);
        }
        let lost: Vec<RelationId> = views(self.start)
            .filter(|it| self.now.get(it.id).is_none() || outdated.contains(&it.id))
            .map(|it| it.id)
            .collect();
        for id in lost {
            self.make_view(id);
        }
    }

    fn make_view(&mut self, id: RelationId) {
        let view = self.start.relation(id).clone();
        let name = view.name.clone();
        let Some(definition) = self.start.view_definition(id) else {
            self.cannot(format!("The text of the view {name} is not known, so it is not made again here."));
            return;
        };
        let options = match view.options.is_empty() {
            true => String::new(),
            false => format!(" WITH ({})", print_options(&view.options)),
        };
        let definition = definition.trim_end_matches(';').to_owned();
        let temporary = if view.persistence == Persistence::Temporary { "TEMPORARY " } else { "" };
        match view.materialized() {
            None => {
                self.add(
                    Phase::CreateView,
                    format!("CREATE OR REPLACE {temporary}VIEW {name}{options} AS\n{definition}"),
                );
            }
            Some(materialized) => {
                let data = if materialized.populated { "" } else { "\nWITH NO DATA" };
                let tablespace = view.tablespace.as_ref().map(|it| format!(" TABLESPACE {it}")).unwrap_or_default();
                self.add(
                    Phase::CreateView,
                    format!(
                        "CREATE MATERIALIZED VIEW IF NOT EXISTS {name}{options}{tablespace} AS\n{definition}{data}"
                    ),
                );
                for index in self.start.table(id).indexes.clone() {
                    let sql = self.start.index_definition_as(index, "IF NOT EXISTS ");
                    self.add(Phase::CreateView, sql);
                }
                self.note(format!("{name} is filled again from what its query reads then."));
            }
        }
        if let Some(comment) = &view.comment {
            self.add(Phase::Detail, comment_on(&format!("{} {name}", words(&view)), Some(comment)));
        }
        for (_, column) in view.columns().live() {
            if let Some(comment) = &column.comment {
                let path = format!("COLUMN {name}.{}", column.name);
                self.add(Phase::Detail, comment_on(&path, Some(comment)));
            }
        }
    }
}

fn views(schema: &Schema) -> impl Iterator<Item = &Relation> {
    schema.relations().map(|it| &**it).filter(|it| it.is_view())
}

fn words(view: &Relation) -> &'static str {
    if view.view().is_some() { "VIEW" } else { "MATERIALIZED VIEW" }
}
