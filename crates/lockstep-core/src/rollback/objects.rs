//! Functions, triggers, policies and whatever else stands beside relations and types: made ones go,
//! lost and changed ones are made again as they were.

use crate::rollback::Work;
use crate::rollback::ownership::address_words;
use crate::rollback::script::Phase;
use crate::schema::ddl::comment_on;
use crate::schema::dependency::Object;
use crate::schema::object::{CatalogObject, ObjectClass, ObjectId, ObjectKey};
use crate::schema::trigger::FiringState;

impl Work<'_> {
    pub(super) fn restore_objects(&mut self) {
        let (mut extensions, others): (Vec<ObjectId>, Vec<ObjectId>) =
            self.now.changed_objects_since(self.start).into_iter().partition(|id| {
                self.now
                    .object(*id)
                    .is_some_and(|it| it.class() == ObjectClass::Extension && self.start.object(*id).is_none())
            });
        // Those that others need were made before them.
        extensions.sort_unstable_by_key(|id| std::cmp::Reverse(id.0));
        for id in others.into_iter().chain(extensions) {
            let object = self.now.object(id).or_else(|| self.start.object(id));
            // A partition's part of a trigger comes and goes with the whole.
            let part = object.and_then(|it| it.trigger()).is_some_and(|it| it.parent.is_some());
            if part || !object.is_some_and(|it| is_code(it.class())) {
                continue;
            }
            match (self.start.object(id), self.now.object(id)) {
                (Some(was), Some(_)) => {
                    let was = was.clone();
                    self.change_object(&was);
                    self.restore_state(&was);
                    self.restore_comment(&was);
                }
                (Some(was), None) => {
                    let was = was.clone();
                    self.bring_back_object(&was);
                    self.restore_state(&was);
                    self.restore_comment(&was);
                }
                (None, Some(is)) => self.drop_made_object(&is.clone()),
                (None, None) => {}
            }
        }
    }

    /// With its table it goes, and without it it cannot be.
    fn relation_stays(&self, object: &CatalogObject) -> bool {
        match object.key {
            ObjectKey::OnRelation(_, relation, _) => {
                self.start.get(relation).is_some() && self.now.get(relation).is_some()
            }
            _ => true,
        }
    }

    fn drop_made_object(&mut self, is: &CatalogObject) {
        if !self.relation_stays(is) || self.start.find_object(&is.key).is_some() {
            return;
        }
        match self.now.drop_object(is.id) {
            Some(sql) if self.needs_made_rows(is.id) => self.add(Phase::DropRow, sql),
            Some(sql) => self.add(drop_phase(is.class()), sql),
            None => self.cannot_restore(is),
        }
    }

    fn bring_back_object(&mut self, was: &CatalogObject) {
        if let Some(other) = self.now.find_object(&was.key) {
            // Dropped and made again: only what is different needs to be undone.
            if self.now.create_object(other) == self.start.create_object(was.id) {
                return;
            }
            if let Some(sql) = self.now.drop_object(other) {
                self.add(drop_phase(was.class()), sql);
            }
        }
        self.create_again(was);
    }

    fn change_object(&mut self, was: &CatalogObject) {
        if let (Some(before), Some(after)) = (was.extension(), self.now.object(was.id).and_then(|it| it.extension())) {
            if before.schema != after.schema {
                let sql = format!("ALTER EXTENSION {} SET SCHEMA {}", was.name(), before.schema);
                self.add(Phase::CreateExtension, sql);
            }
            return;
        }
        let (Some(before), Some(after)) = (self.start.create_object(was.id), self.now.create_object(was.id)) else {
            return self.cannot_restore(was);
        };
        if before != after
            && let Some(sql) = self.now.drop_object(was.id)
        {
            let replaced = was.class() == ObjectClass::Function && self.same_name(was.id);
            if !replaced {
                self.add(drop_phase(was.class()), sql);
            }
            self.create_again(was);
        }
    }

    /// When a trigger fires, which its definition does not say; one that is made again is enabled.
    fn restore_state(&mut self, was: &CatalogObject) {
        let state = |it: &CatalogObject| it.trigger().map(|it| it.state);
        let (Some(wanted), ObjectKey::OnRelation(_, table, name)) = (state(was), &was.key) else { return };
        if !self.relation_stays(was) {
            return;
        }
        let stays = self.now.object(was.id).or_else(|| self.now.object(self.now.find_object(&was.key)?));
        let same = |it: &CatalogObject| self.now.create_object(it.id) == self.start.create_object(was.id);
        let now = stays.filter(|it| same(it)).and_then(state).unwrap_or(FiringState::Enabled);
        if now != wanted {
            let sql = format!("ALTER TABLE {} {} TRIGGER {name}", self.start.relation(*table).name, wanted.words());
            self.add(Phase::Detail, sql);
        }
    }

    /// What is made again has none; what is replaced keeps the one that it has.
    fn restore_comment(&mut self, was: &CatalogObject) {
        let now = self.now.object(was.id).or_else(|| self.now.object(self.now.find_object(&was.key)?));
        let made_again = now.is_none_or(|it| self.now.create_object(it.id) != self.start.create_object(was.id));
        let same = now.is_some_and(|it| it.comment == was.comment);
        if same && !(made_again && was.comment.is_some()) || now.is_none() && was.comment.is_none() {
            return;
        }
        let on = match (&was.key, was.class()) {
            (ObjectKey::OnRelation(_, table, name), class) => {
                format!("{} {name} ON {}", class.words().to_uppercase(), self.start.relation(*table).name)
            }
            (_, ObjectClass::Function) => match address_words(self.start, &Object::Other(was.id)) {
                Some(words) => words,
                None => return,
            },
            (_, class) => format!("{} {}", class.words().to_uppercase(), was.name()),
        };
        self.add(Phase::Detail, comment_on(&on, was.comment.as_deref()));
    }

    /// Neither name nor result has changed: `CREATE OR REPLACE` will do.
    fn same_name(&self, id: ObjectId) -> bool {
        let key = |schema: &crate::schema::Schema| schema.object(id).map(|it| it.key.clone());
        let result = |schema: &crate::schema::Schema| {
            schema.routine(id).map(|it| (it.result, it.returns_set, it.parameters.clone()))
        };
        key(self.start) == key(self.now) && result(self.start) == result(self.now)
    }

    fn create_again(&mut self, was: &CatalogObject) {
        match self.start.create_object(was.id) {
            Some(sql) => {
                let early = self.start.routine(was.id).is_some_and(|it| it.language != *"sql");
                let early = early && !self.needs_lost_rows(was.id);
                let phase = match was.class() {
                    ObjectClass::Extension | ObjectClass::Collation => Phase::CreateExtension,
                    _ if early => Phase::CreateRoutine,
                    _ => Phase::CreateObject,
                };
                self.add(phase, sql);
            }
            None => self.cannot_restore(was),
        }
    }

    fn cannot_restore(&mut self, object: &CatalogObject) {
        let name = object.name();
        self.cannot(format!("How the {} {name} was is not written here: it is not undone.", object.class().words()));
    }
}

/// Kinds that are written here.
fn is_code(class: ObjectClass) -> bool {
    matches!(
        class,
        ObjectClass::Function
            | ObjectClass::Trigger
            | ObjectClass::Policy
            | ObjectClass::EventTrigger
            | ObjectClass::Extension
            | ObjectClass::Collation
    )
}

fn drop_phase(class: ObjectClass) -> Phase {
    match class {
        ObjectClass::Trigger | ObjectClass::Policy | ObjectClass::Rule | ObjectClass::EventTrigger => Phase::DropObject,
        ObjectClass::Extension | ObjectClass::Collation => Phase::DropExtension,
        _ => Phase::DropRoutine,
    }
}
