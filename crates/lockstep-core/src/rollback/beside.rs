//! Objects that stand beside tables and that no file of their own brings back: made ones are dropped
//! again; what else happened to them is said, not undone.

use crate::rollback::Work;
use crate::rollback::ownership::address_words;
use crate::rollback::script::Phase;
use crate::rollback::state::State;
use crate::schema::ddl::comment_on;
use crate::schema::dependency::Object;
use crate::schema::object::{CatalogObject, ObjectBody, ObjectClass, ObjectKey};
use crate::syntax::statement::{ObjectType, Statement};

fn is_plain(class: ObjectClass) -> bool {
    matches!(
        class,
        ObjectClass::Statistics
            | ObjectClass::Publication
            | ObjectClass::Subscription
            | ObjectClass::Collation
            | ObjectClass::Conversion
            | ObjectClass::Operator
            | ObjectClass::OperatorClass
            | ObjectClass::OperatorFamily
            | ObjectClass::Cast
            | ObjectClass::TextSearchConfiguration
            | ObjectClass::TextSearchDictionary
            | ObjectClass::TextSearchParser
            | ObjectClass::TextSearchTemplate
            | ObjectClass::ForeignServer
            | ObjectClass::ForeignDataWrapper
            | ObjectClass::AccessMethod
    )
}

impl Work<'_> {
    pub(super) fn undo_what_stands_beside(&mut self, state: &State<'_>) {
        let (start, now) = (self.start, self.now);
        for id in now.changed_objects_since(start) {
            let object = Object::Other(id);
            match (start.object(id), now.object(id)) {
                (None, Some(made)) if made.class() == ObjectClass::PublishedTable => self.unpublish(made),
                (Some(was), None) if was.class() == ObjectClass::PublishedTable => {
                    if let ObjectBody::PublishedTable(it) = &was.body
                        && start.object(it.publication).is_some_and(|it| now.object(it.id).is_some())
                    {
                        let what = start.describe(&object);
                        self.cannot(format!("The {what} is gone and is not made again here."));
                    }
                }
                (None, Some(made)) if is_plain(made.class()) => {
                    if let (Some(words), false) = (address_words(now, &object), self.goes_with_its_schema(&made.key)) {
                        self.add(Phase::DropBeside, format!("DROP {words}"));
                    }
                }
                (Some(was), None) if is_plain(was.class()) => {
                    let what = start.describe(&object);
                    self.cannot(format!("The {what} is gone and is not made again here."));
                }
                (Some(was), Some(is)) if is_plain(was.class()) && was != is => {
                    let what = start.describe(&object);
                    self.cannot(format!("What changed of the {what} is not undone here."));
                }
                _ => {}
            }
        }
        for name in start.namespaces() {
            let (was, is) = (start.namespace_comment(name.as_str()), now.namespace_comment(name.as_str()));
            if was != is {
                // What `initdb` says of it.
                let own = (name == "public").then_some("standard public schema");
                let sql = comment_on(&format!("SCHEMA {name}"), was.map(String::as_str).or(own));
                self.add(Phase::Detail, sql);
            }
        }
        for step in &state.steps {
            if let Some(Statement::Comment(it)) = step.statement.as_deref()
                && matches!(it.address.object, ObjectType::DomainConstraint | ObjectType::Role | ObjectType::Database)
            {
                self.lose(format!("The old comment on {}, which step {} replaces.", it.address, step.index));
            }
        }
    }

    /// A table that a publication of old has got.
    fn unpublish(&mut self, made: &CatalogObject) {
        let ObjectBody::PublishedTable(it) = &made.body else { return };
        let (start, now) = (self.start, self.now);
        if let (Some(_), Some(publication), Some(table)) =
            (start.object(it.publication), now.object(it.publication), now.get(it.table))
        {
            let sql = format!("ALTER PUBLICATION {} DROP TABLE {}", publication.name(), table.name);
            self.add(Phase::DropBeside, sql);
        }
    }

    fn goes_with_its_schema(&self, key: &ObjectKey) -> bool {
        key.schema().is_some_and(|schema| !self.now.has_namespace(schema.as_str()))
    }
}
