//! What stands around a query that is a part of something else: the tables of its statement, and the parameters
//! of the code that it stands in (`sql_fn_post_column_ref`, `plpgsql_post_column_ref`).

use std::cell::RefCell;

use crate::effect::RelationId;
use crate::expression::query::Variable;
use crate::name::Ident;
use crate::pg::types::{Type, TypeRef};
use crate::schema::user_type::TypeId;
use crate::statement::execution::{Execution, Outcome};
use crate::statement::query::ResultColumn;
use crate::statement::query::environment::{Builder, Environment, Item, Shown};
use crate::syntax::select::Select;

#[derive(Default)]
pub(in crate::statement) struct Surroundings<'a> {
    pub(in crate::statement) tables: &'a [(Ident, RelationId)],
    /// A type that is not known is none.
    pub(in crate::statement) parameters: Vec<(Option<Ident>, Option<Type>)>,
    /// The name that may stand before those of parameters.
    pub(in crate::statement) code: Option<&'a Ident>,
    /// A column of a parameter's name is ambiguous; else the column is meant.
    pub(in crate::statement) refuses_both: bool,
}

/// Analyses the query and takes no locks; what it yields.
pub(in crate::statement) fn check(
    execution: &Execution,
    select: &Select,
    around: &Surroundings<'_>,
) -> Outcome<Vec<ResultColumn>> {
    let builder = RefCell::new(Builder::to_run());
    let mut environment = Environment::new(execution, &builder);
    environment = environment.with_parameters(around);
    if !around.tables.is_empty() {
        let items = around.tables.iter().map(|(alias, id)| environment.item_of(alias, *id)).collect();
        environment = environment.inside(items);
    }
    let (_, results) = environment.query(select, true)?;
    Ok(results)
}

impl<'a> Environment<'a> {
    fn with_parameters(mut self, around: &Surroundings<'_>) -> Self {
        if around.parameters.is_empty() {
            return self;
        }
        let entry = self.new_entry();
        let mut items = vec![];
        let mut columns = vec![];
        for (place, (name, type_)) in (1u16..).zip(&around.parameters) {
            let variable = Variable { entry, column: place };
            self.parameters.push(type_.map(|type_| (variable, type_)));
            let Some(name) = name else { continue };
            let Some(type_) = type_ else {
                self.untyped.push(name.clone());
                continue;
            };
            columns.push(shown(name.clone(), *type_, variable));
            if let Some(relation) = self.fields_of(type_) {
                let schema = around.code.cloned();
                items.push(Item { schema, shows_columns: false, ..self.item_of(name, relation) });
            }
        }
        let name = around.code.cloned();
        items.push(Item {
            name,
            schema: None,
            relation: None,
            is_catalog: false,
            is_function: false,
            columns,
            shows_columns: true,
        });
        self.refuses_both = around.refuses_both;
        self.inside(items)
    }

    /// The relation whose columns are the fields of a row type.
    fn fields_of(&self, type_: &Type) -> Option<RelationId> {
        match type_.base {
            TypeRef::User(id) if !type_.array => {
                let schema = &self.execution.schema;
                let table = schema.get(RelationId(id)).map(|it| it.id);
                table.or_else(|| schema.attributes_of(TypeId(id)))
            }
            _ => None,
        }
    }

    fn item_of(&self, alias: &Ident, relation: RelationId) -> Item {
        let entry = self.new_entry();
        let columns = self.execution.schema.relation(relation).columns();
        let shown = columns.live().map(|(number, column)| Shown {
            column: ResultColumn {
                name: column.name.clone(),
                type_: column.type_,
                collation: column.collation.clone(),
                origin: Some((relation, number)),
            },
            variable: Variable { entry, column: number },
        });
        Item {
            name: Some(alias.clone()),
            schema: None,
            relation: Some(relation),
            is_catalog: false,
            is_function: false,
            columns: shown.collect(),
            shows_columns: true,
        }
    }
}

fn shown(name: Ident, type_: Type, variable: Variable) -> Shown {
    Shown { column: ResultColumn { name, type_, collation: None, origin: None }, variable }
}
