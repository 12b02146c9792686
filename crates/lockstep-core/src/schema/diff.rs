//! What two schemas of the same database have in common: objects are the same where they have the
//! same number, whatever they are called; those that are left are the same where names agree.

use crate::effect::{ObjectName, RelationId};
use crate::name::Ident;
use crate::pg::types::Type;
use crate::schema::Schema;
use crate::schema::relation::{Generated, Relation};
use crate::schema::user_type::TypeId;

/// From an earlier schema (`was`) to a later one (`is`).
#[derive(Debug, Clone, Default)]
pub struct Diff {
    pub tables: Vec<TablePair>,
    pub made_tables: Vec<RelationId>,
    pub lost_tables: Vec<RelationId>,
    pub sequences: Vec<(RelationId, RelationId)>,
    pub made_sequences: Vec<RelationId>,
    pub lost_sequences: Vec<RelationId>,
    pub types: Vec<(TypeId, TypeId)>,
    pub made_types: Vec<TypeId>,
    pub lost_types: Vec<TypeId>,
    pub made_namespaces: Vec<Ident>,
    pub lost_namespaces: Vec<Ident>,
}

#[derive(Debug, Clone)]
pub struct TablePair {
    pub was: RelationId,
    pub is: RelationId,
    pub columns: Vec<ColumnPair>,
    /// Attribute numbers in the later table.
    pub made_columns: Vec<u16>,
    /// Attribute numbers in the earlier table.
    pub lost_columns: Vec<u16>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColumnPair {
    pub was: u16,
    pub is: u16,
    /// The very same column, not only one of that name.
    pub same: bool,
}

impl TablePair {
    /// The very same table, not only one of that name.
    pub fn same(&self) -> bool {
        self.was == self.is
    }
}

impl Diff {
    pub fn between(was: &Schema, is: &Schema) -> Diff {
        let mut diff = Diff::default();
        diff.pair_tables(was, is);
        diff.pair_sequences(was, is);
        diff.pair_types(was, is);
        let missing = |of: &Schema, from: &Schema| -> Vec<Ident> {
            of.namespaces().filter(|it| !from.has_namespace(it.as_str())).cloned().collect()
        };
        diff.lost_namespaces = missing(was, is);
        diff.made_namespaces = missing(is, was);
        diff
    }

    pub fn table_of(&self, is: RelationId) -> Option<&TablePair> {
        self.tables.iter().find(|pair| pair.is == is)
    }

    fn pair_tables(&mut self, was: &Schema, is: &Schema) {
        let tables = |schema: &Schema| -> Vec<RelationId> {
            schema.relations().filter(|it| it.table().is_some() && !it.is_view()).map(|it| it.id).collect()
        };
        let (mut lost, mut made) = (tables(was), tables(is));
        for id in lost.clone() {
            if made.contains(&id) {
                self.tables.push(pair_columns(was, id, is, id));
                lost.retain(|it| *it != id);
                made.retain(|it| *it != id);
            }
        }
        for id in lost.clone() {
            let name = &was.relation(id).name;
            let Some(other) = made.iter().copied().find(|it| is.relation(*it).name == *name) else { continue };
            if is_related(was, id, is, other) {
                self.tables.push(pair_columns(was, id, is, other));
                lost.retain(|it| *it != id);
                made.retain(|it| *it != other);
            }
        }
        self.tables.sort_by_key(|pair| pair.was);
        (self.lost_tables, self.made_tables) = (lost, made);
    }

    fn pair_sequences(&mut self, was: &Schema, is: &Schema) {
        let sequences = |schema: &Schema| -> Vec<RelationId> {
            schema.relations().filter(|it| it.sequence().is_some()).map(|it| it.id).collect()
        };
        let (lost, mut made) = (sequences(was), sequences(is));
        for id in lost {
            let name = &was.relation(id).name;
            let same = made.iter().copied().find(|it| *it == id);
            let other = same.or_else(|| made.iter().copied().find(|it| is.relation(*it).name == *name));
            // Another sequence that keeps its own name elsewhere is no match.
            match other.filter(|other| same.is_some() || was.get(*other).is_none()) {
                Some(other) => {
                    self.sequences.push((id, other));
                    made.retain(|it| *it != other);
                }
                None => self.lost_sequences.push(id),
            }
        }
        self.made_sequences = made;
    }

    fn pair_types(&mut self, was: &Schema, is: &Schema) {
        let types = |schema: &Schema| -> Vec<TypeId> { schema.types().map(|it| it.id).collect() };
        let (lost, mut made) = (types(was), types(is));
        for id in lost {
            let name = was.user_type(id).map(|it| it.name.clone());
            let same = made.iter().copied().find(|it| *it == id);
            let by_name =
                |it: &TypeId| was.user_type(*it).is_none() && is.user_type(*it).map(|it| it.name.clone()) == name;
            match same.or_else(|| made.iter().copied().find(by_name)) {
                Some(other) => {
                    self.types.push((id, other));
                    made.retain(|it| *it != other);
                }
                None => self.lost_types.push(id),
            }
        }
        self.made_types = made;
    }
}

/// A table made in the place of another: at least half of the old columns are there again.
fn is_related(was: &Schema, old: RelationId, is: &Schema, new: RelationId) -> bool {
    let (old, new) = (was.table(old), is.table(new));
    let common = old.live().filter(|(_, column)| new.column(column.name.as_str()).is_some()).count();
    common > 0 && common * 2 >= old.live().count()
}

/// Whether a cast may lead from the one type to the other and back.
fn converts(was: Option<Type>, is: Option<Type>) -> bool {
    let (Some(was), Some(is)) = (was, is) else { return false };
    let texts = [Type::TEXT, Type::VARCHAR];
    let kinds: [&[Type]; 3] = [
        &[Type::INT2, Type::INT4, Type::INT8, Type::NUMERIC, Type::FLOAT4, Type::FLOAT8],
        &[Type::DATE, Type::TIMESTAMP, Type::TIMESTAMPTZ],
        &[Type::JSON, Type::JSONB],
    ];
    let one_of = |types: &[Type], it: &Type| types.iter().any(|type_| type_.base == it.base);
    let alike = kinds.iter().any(|kind| one_of(kind, &was) && one_of(kind, &is));
    let same = was.base == is.base || alike || one_of(&texts, &was) || one_of(&texts, &is);
    same && (was.array == is.array || one_of(&texts, &was) || one_of(&texts, &is))
}

fn pair_columns(was: &Schema, old: RelationId, is: &Schema, new: RelationId) -> TablePair {
    let (old_table, new_table) = (was.table(old), is.table(new));
    let mut lost: Vec<u16> = old_table.live().map(|(number, _)| number).collect();
    let mut made: Vec<u16> = new_table.live().map(|(number, _)| number).collect();
    let mut columns = vec![];
    if old == new {
        for number in lost.clone() {
            if made.contains(&number) {
                columns.push(ColumnPair { was: number, is: number, same: true });
                lost.retain(|it| *it != number);
                made.retain(|it| *it != number);
            }
        }
    }
    for number in lost.clone() {
        let name = old_table.column_name(number);
        let Some(other) = made.iter().copied().find(|it| new_table.column_name(*it) == name) else { continue };
        columns.push(ColumnPair { was: number, is: other, same: false });
        lost.retain(|it| *it != number);
        made.retain(|it| *it != other);
    }
    // Another column of that name whose type is of another kind holds nothing that could be converted.
    columns.retain(|pair| {
        let of = |schema: &Schema, table, number| schema.table(table).attribute(number).map(|it| it.type_);
        let keeps = pair.same || converts(of(was, old, pair.was), of(is, new, pair.is));
        if !keeps {
            lost.push(pair.was);
            made.push(pair.is);
        }
        keeps
    });
    columns.sort_by_key(|pair| pair.was);
    // A column cannot become a generated one, or one that is generated in another way: it is made anew.
    columns.retain(|pair| {
        let before = was.table(old).attribute(pair.was).and_then(|it| it.generated.as_ref());
        let after = is.table(new).attribute(pair.is).and_then(|it| it.generated.as_ref());
        let keeps = match (before, after) {
            (None, _) => true,
            (Some(_), None) => false,
            // Numbers of columns mean the same in the same table only.
            (Some(before), Some(after)) if old == new => before == after,
            (Some(before), Some(after)) => {
                let text = |schema: &Schema, table, it: &Generated| schema.print_expression(table, &it.expression);
                before.stored == after.stored && text(was, old, before) == text(is, new, after)
            }
        };
        if !keeps {
            lost.push(pair.was);
            made.push(pair.is);
        }
        keeps
    });
    lost.sort_unstable();
    TablePair { was: old, is: new, columns, made_columns: made, lost_columns: lost }
}

impl Schema {
    /// Gives a type another name, wherever it is used: uses go by number.
    pub fn rename_type(&mut self, id: TypeId, name: ObjectName) {
        let Some(old) = self.user_type(id).map(|it| it.name.clone()) else { return };
        self.type_names.remove(&old, id);
        self.type_names.insert(&name, id);
        if let Some(relation) = self.attributes_of(id) {
            self.rename_relation(relation, name.clone());
        }
        if let Some(it) = self.user_type_mut(id) {
            it.name = name;
        }
    }

    /// Renames several relations at once: names may go in a circle.
    pub fn rename_relations(&mut self, renames: &[(RelationId, ObjectName)]) {
        for (id, _) in renames {
            let old = self.relation(*id).name.clone();
            self.relation_names.remove(&old, *id);
        }
        for (id, name) in renames {
            self.take_name(name, *id);
            let relation: &mut Relation = self.relation_mut(*id);
            relation.name = name.clone();
        }
    }
}
