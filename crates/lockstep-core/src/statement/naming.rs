//! Names that the server makes up: `makeObjectName`, `ChooseRelationName`, `ChooseConstraintName`.

use crate::effect::{ObjectName, RelationId};
use crate::name::{Ident, MAX_NAME_BYTES};
use crate::schema::Schema;

/// `makeObjectName`: `name1_name2_label`, the longer of the two names cut until it fits.
pub(super) fn make_object_name(name1: &str, name2: Option<&str>, label: Option<&str>) -> String {
    let mut overhead = label.map_or(0, |label| label.len() + 1);
    let (mut length1, mut length2) = (name1.len(), 0);
    if let Some(name2) = name2 {
        overhead += 1;
        length2 = name2.len();
    }
    let available = MAX_NAME_BYTES - overhead;
    while length1 + length2 > available {
        if length1 > length2 { length1 -= 1 } else { length2 -= 1 }
    }
    let mut name = clip(name1, length1).to_owned();
    if let Some(name2) = name2 {
        name.push('_');
        name.push_str(clip(name2, length2));
    }
    if let Some(label) = label {
        name.push('_');
        name.push_str(label);
    }
    name
}

/// `pg_mbcliplen`: no character is cut in two.
fn clip(text: &str, length: usize) -> &str {
    let mut end = length.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

impl Schema {
    /// `ChooseRelationName`: a number is added until the name is free in its schema; for constraints
    /// (`is_constraint`) also until no constraint of that schema has it.
    pub fn choose_relation_name(
        &self,
        name1: &str,
        name2: Option<&str>,
        label: &str,
        namespace: &Ident,
        is_constraint: bool,
    ) -> Ident {
        self.numbered(name1, name2, label, |name| {
            self.find(&ObjectName { schema: namespace.clone(), name: name.clone() }).is_some()
                || (is_constraint && self.has_constraint_name(name, namespace))
        })
    }

    /// `ChooseConstraintName`: free among the constraints of the schema and among `others`.
    pub fn choose_constraint_name(
        &self,
        name1: &str,
        name2: Option<&str>,
        label: &str,
        namespace: &Ident,
        others: &[Ident],
    ) -> Ident {
        self.numbered(name1, name2, label, |name| others.contains(name) || self.has_constraint_name(name, namespace))
    }

    fn numbered(&self, name1: &str, name2: Option<&str>, label: &str, taken: impl Fn(&Ident) -> bool) -> Ident {
        let mut counted = label.to_owned();
        let mut count = 0;
        loop {
            let name = Ident::new(&make_object_name(name1, name2, Some(&counted)));
            if !taken(&name) {
                return name;
            }
            count += 1;
            counted = format!("{label}{count}");
        }
    }

    /// `ConstraintNameIsUsed` for one relation.
    pub fn constraint_is_used(&self, table: RelationId, name: &Ident) -> bool {
        self.table(table).constraint(name.as_str()).is_some()
    }
}

/// `ChooseIndexColumnNames` and `ChooseIndexNameAddition`: the columns' names joined by `_`.
pub(super) fn index_name_addition(columns: &[String]) -> String {
    let mut text = String::new();
    for column in columns {
        if !text.is_empty() {
            text.push('_');
        }
        text.push_str(column);
        if text.len() > MAX_NAME_BYTES {
            break;
        }
    }
    text
}

/// `ChooseForeignKeyConstraintNameAddition`: the same for the columns of a foreign key.
pub(super) fn foreign_key_name_addition(columns: &[Ident]) -> String {
    let columns: Vec<_> = columns.iter().map(|it| it.as_str().to_owned()).collect();
    index_name_addition(&columns)
}
