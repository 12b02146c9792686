//! Types: lost ones are made again, made ones go, enum values cannot.

use crate::effect::ObjectName;
use crate::name::quote_literal;
use crate::rollback::Work;
use crate::rollback::script::{self, Phase};
use crate::schema::ddl::comment_on;
use crate::schema::dependency::Object;
use crate::schema::user_type::{TypeId, UserTypeKind};

impl Work<'_> {
    pub(super) fn restore_types(&mut self) {
        for id in self.diff.lost_types.clone() {
            if !self.holds_lost_rows(id) {
                self.create_type(id, Phase::CreateType);
            }
        }
        for (was, is) in self.diff.types.clone() {
            if !self.holds_lost_rows(was) {
                self.alter_type(was, is, Phase::CreateType);
            }
        }
    }

    pub(super) fn create_type(&mut self, id: TypeId, phase: Phase) {
        let (Some(it), Some(sql)) = (self.start.user_type(id).cloned(), self.start.create_type(id)) else { return };
        self.add_if(phase, script::type_is_missing(&it.name), sql);
        self.comment_on_type(&it.name, it.comment.as_deref(), matches!(it.kind, UserTypeKind::Domain { .. }));
    }

    fn comment_on_type(&mut self, name: &ObjectName, comment: Option<&str>, domain: bool) {
        if comment.is_some() {
            let word = if domain { "DOMAIN" } else { "TYPE" };
            self.add(Phase::Detail, comment_on(&format!("{word} {name}"), comment));
        }
    }

    pub(super) fn alter_type(&mut self, was: TypeId, is: TypeId, phase: Phase) {
        let (Some(old), Some(new)) = (self.start.user_type(was).cloned(), self.renamed.user_type(is).cloned()) else {
            return;
        };
        if old.comment != new.comment {
            let word = if matches!(old.kind, UserTypeKind::Domain { .. }) { "DOMAIN" } else { "TYPE" };
            self.add(Phase::Detail, comment_on(&format!("{word} {}", old.name), old.comment.as_deref()));
        }
        if self.start.type_form(&old) == self.renamed.type_form(&new) {
            return;
        }
        let domain_uses = |id: TypeId| {
            self.now.types().any(|it| match &it.kind {
                UserTypeKind::Domain { base, .. } => base.base == crate::pg::types::TypeRef::User(id.0),
                UserTypeKind::Enum { .. } | UserTypeKind::Composite { .. } => false,
            })
        };
        let made_only =
            self.now.columns_of_type(is).into_iter().all(|(table, column)| {
                self.diff.table_of(table).is_none_or(|pair| pair.made_columns.contains(&column))
            });
        let contained = !self.now.attributes_of_type(is).is_empty() || !self.now.typed_tables(is).is_empty();
        if made_only && !contained && !domain_uses(is) {
            // Nothing that stays uses it: it can be made again as it was.
            if let Some(sql) = self.start.create_type(was) {
                let differs = match &old.kind {
                    UserTypeKind::Enum { labels } => format!(
                        "{} IS DISTINCT FROM (SELECT string_agg(enumlabel, chr(1) ORDER BY enumsortorder) FROM pg_enum \
                         WHERE enumtypid = to_regtype({}))",
                        labels.iter().map(|it| quote_literal(it)).collect::<Vec<_>>().join(" || chr(1) || "),
                        quote_literal(&format!("{}.{}", old.name.schema, old.name.name)),
                    ),
                    UserTypeKind::Domain { .. } | UserTypeKind::Composite { .. } => "true".to_owned(),
                };
                let word = if matches!(new.kind, UserTypeKind::Domain { .. }) { "DOMAIN" } else { "TYPE" };
                self.release_defaults(is);
                self.add_if(phase, differs, format!("DROP {word} IF EXISTS {}", old.name));
                self.add_if(phase, script::type_is_missing(&old.name), sql);
                self.comment_on_type(&old.name, old.comment.as_deref(), word == "DOMAIN");
            }
            return;
        }
        match (&old.kind, &new.kind) {
            (UserTypeKind::Enum { labels: before }, UserTypeKind::Enum { labels: after }) if was == is => {
                let kept: Vec<&String> = after.iter().filter(|it| before.contains(it)).collect();
                // Values cannot go, so that as many as before means that some have other names.
                if before.len() == after.len() && before.iter().filter(|it| after.contains(it)).eq(kept) {
                    for (label, now) in before.iter().zip(after).filter(|(label, now)| label != now) {
                        let (label, now) = (quote_literal(label), quote_literal(now));
                        let name = &old.name;
                        let condition = format!(
                            "EXISTS (SELECT FROM pg_enum WHERE enumlabel = {now} AND enumtypid = to_regtype({}))",
                            quote_literal(&format!("{}.{}", name.schema, name.name))
                        );
                        let sql = format!("ALTER TYPE {name} RENAME VALUE {now} TO {label}");
                        // After its type has its old name again, before defaults that show the label.
                        self.add_if(Phase::CreateType, condition, sql);
                    }
                    return;
                }
                self.cannot_drop_labels(was, is, before, after);
            }
            (UserTypeKind::Enum { labels: before }, UserTypeKind::Enum { labels: after }) => {
                self.cannot_drop_labels(was, is, before, after);
            }
            _ => self.cannot(format!("The type {} has changed and columns use it: it cannot be made again.", old.name)),
        }
    }

    /// Defaults of columns of other types that mention it.
    fn release_defaults(&mut self, type_: TypeId) {
        for (dependent, _) in self.now.dependents(&Object::Type(type_), self.version) {
            let Object::Default(table, number) = dependent else { continue };
            if self.diff.table_of(table).is_some_and(|pair| !pair.made_columns.contains(&number)) {
                let (name, column) = (self.now.relation(table).name.clone(), self.now.table(table).column_name(number));
                let sql = format!("ALTER TABLE IF EXISTS {name} ALTER COLUMN {column} DROP DEFAULT");
                self.add_if(Phase::DropConstraint, script::column_exists(&name, &column), sql);
            }
        }
    }

    fn cannot_drop_labels(&mut self, was: TypeId, is: TypeId, before: &[String], after: &[String]) {
        let Some(name) = self.start.user_type(was).map(|it| it.name.clone()) else { return };
        let added: Vec<String> = after.iter().filter(|it| !before.contains(it)).map(|it| quote_literal(it)).collect();
        let mut users = vec![];
        for (table, column) in self.now.columns_of_type(is) {
            if self.diff.table_of(table).is_some_and(|pair| !pair.made_columns.contains(&column)) {
                users.push((self.renamed.relation(table).name.clone(), self.renamed.table(table).column_name(column)));
            }
        }
        let shown: Vec<String> = users.iter().map(|(table, column)| format!("{table}.{column}")).collect();
        self.cannot(format!(
            "PostgreSQL cannot drop a value of an enum type: {} of {name} stays, which {} can hold. The old application \
             works as before as long as no row holds it.",
            added.join(", "),
            shown.join(", "),
        ));
        // By hand, since it rewrites every table and fails where a row holds a new value.
        let old = ObjectName {
            schema: name.schema.clone(),
            name: crate::name::Ident::new(&format!("{}_old", name.name.as_str())),
        };
        self.unfinished.push(format!("ALTER TYPE {name} RENAME TO {}", old.name));
        self.unfinished.extend(self.start.create_type(was));
        for (table, column) in users {
            self.unfinished
                .push(format!("ALTER TABLE {table} ALTER COLUMN {column} TYPE {name} USING {column}::text::{name}"));
        }
        self.unfinished.push(format!("DROP TYPE {old}"));
    }

    pub(super) fn drop_made_types(&mut self) {
        // Later types may be made of earlier ones.
        for id in self.diff.made_types.clone().into_iter().rev() {
            let Some(it) = self.now.user_type(id) else { continue };
            let word = if matches!(it.kind, UserTypeKind::Domain { .. }) { "DOMAIN" } else { "TYPE" };
            let phase = if self.holds_made_rows(id) { Phase::DropRow } else { Phase::DropType };
            self.add(phase, format!("DROP {word} IF EXISTS {}", it.name));
        }
    }
}
