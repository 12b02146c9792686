//! Definitions as the server prints them: `pg_get_constraintdef`, `pg_get_indexdef`, `pg_get_expr`.

use smol_str::SmolStr;

use crate::effect::RelationId;
use crate::expression::query::QueryTree;
use crate::expression::{Expression, Names};
use crate::name::{Ident, quote_identifier};
use crate::schema::Schema;
use crate::schema::constraint::{Constraint, ConstraintKind, ForeignKey, ReferentialAction};
use crate::schema::index::{Index, IndexKey, KeyColumn};
use crate::schema::object::ObjectId;
use crate::schema::relation::Table;
use crate::schema::routine::{FIRST_PARAMETER, Routine};
use crate::schema::trigger::PolicyCondition;
use crate::schema::user_type::TypeId;

/// The names that an expression of one table needs to be printed.
pub(super) struct TableNames<'a> {
    pub(super) schema: &'a Schema,
    pub(super) table: Option<&'a Table>,
}

impl Names for TableNames<'_> {
    fn column(&self, attribute: u16) -> String {
        match self.table {
            Some(table) => table.column_name(attribute).to_string(),
            None => "VALUE".to_owned(),
        }
    }

    fn user_type(&self, id: u32) -> SmolStr {
        self.schema.type_name(id)
    }

    fn function(&self, id: u32) -> String {
        self.schema.function_name(ObjectId(id))
    }

    fn schema_of(&self, operator: u32) -> Option<Ident> {
        self.schema.hidden_schema(operator).cloned()
    }

    fn relation_parts(&self, id: u32) -> Option<(Ident, Vec<Option<Ident>>)> {
        let relation = self.schema.get(RelationId(id))?;
        let attributes = relation.columns().iter().map(|it| (!it.dropped).then(|| it.name.clone()));
        Some((relation.name.name.clone(), attributes.collect()))
    }

    fn relation(&self, id: u32) -> String {
        self.schema.get(RelationId(id)).map_or_else(|| "???".to_owned(), |it| it.name.to_string())
    }

    fn attribute(&self, of: u32, number: u16) -> String {
        let relation = self.schema.attributes_of(TypeId(of)).and_then(|it| self.schema.get(it));
        relation.map_or_else(|| "???".to_owned(), |it| it.columns().column_name(number).to_string())
    }
}

/// The names that an expression of a domain needs to be printed, whose value is no column (`CoerceToDomainValue`).
struct ValueNames<'a>(TableNames<'a>);

impl Names for ValueNames<'_> {
    fn column(&self, attribute: u16) -> String {
        self.0.column(attribute)
    }

    fn user_type(&self, id: u32) -> SmolStr {
        self.0.user_type(id)
    }

    fn function(&self, id: u32) -> String {
        self.0.function(id)
    }

    fn schema_of(&self, operator: u32) -> Option<Ident> {
        self.0.schema_of(operator)
    }

    fn relation(&self, id: u32) -> String {
        self.0.relation(id)
    }

    fn attribute(&self, of: u32, number: u16) -> String {
        self.0.attribute(of, number)
    }

    fn has_columns(&self) -> bool {
        false
    }
}

/// The names that the body of a function needs to be printed.
struct ParameterNames<'a> {
    schema: &'a Schema,
    routine: &'a Routine,
}

impl Names for ParameterNames<'_> {
    fn column(&self, attribute: u16) -> String {
        let at = usize::from(attribute.saturating_sub(FIRST_PARAMETER));
        let parameter = self.routine.inputs().nth(at).and_then(|it| it.name.as_ref());
        parameter.map_or_else(|| format!("${}", at + 1), ToString::to_string)
    }

    fn user_type(&self, id: u32) -> SmolStr {
        self.schema.type_name(id)
    }

    fn relation(&self, id: u32) -> String {
        TableNames { schema: self.schema, table: None }.relation(id)
    }

    fn function(&self, id: u32) -> String {
        TableNames { schema: self.schema, table: None }.function(id)
    }

    fn schema_of(&self, operator: u32) -> Option<Ident> {
        self.schema.hidden_schema(operator).cloned()
    }
}

impl Schema {
    /// `pg_get_expr` of an expression over the columns of `table`.
    pub fn print_expression(&self, table: RelationId, expression: &Expression) -> String {
        let table = self.get(table).and_then(|relation| relation.table());
        expression.deparse(&TableNames { schema: self, table })
    }

    /// `pg_get_expr` of an expression over a domain's `VALUE`.
    pub fn print_domain_expression(&self, expression: &Expression) -> String {
        expression.deparse(&ValueNames(TableNames { schema: self, table: None }))
    }

    /// `pg_get_expr` of a policy's condition; `None` where the text is not known.
    pub fn print_condition(&self, table: RelationId, condition: &PolicyCondition) -> Option<String> {
        match condition {
            PolicyCondition::Plain(expression) => Some(self.print_expression(table, expression)),
            PolicyCondition::Query(tree) => tree.deparse_condition(&TableNames { schema: self, table: None }),
        }
    }

    /// `pg_get_viewdef` of a query whose results go by those names.
    pub fn print_query(&self, query: &QueryTree, columns: &[Ident]) -> Option<String> {
        query.deparse(columns, &TableNames { schema: self, table: None })
    }

    /// An expression over the parameters of a function.
    pub fn print_body_expression(&self, routine: &Routine, expression: &Expression) -> String {
        expression.deparse(&ParameterNames { schema: self, routine })
    }

    /// `pg_get_constraintdef` of a constraint of `table`.
    pub fn constraint_definition(&self, table: RelationId, constraint: &Constraint) -> String {
        let columns = self.table(table);
        let mut text = match &constraint.kind {
            ConstraintKind::Check { expression, no_inherit } => {
                let no_inherit = if *no_inherit { " NO INHERIT" } else { "" };
                format!("CHECK ({}){no_inherit}", self.print_expression(table, expression))
            }
            ConstraintKind::NotNull { column, no_inherit } => {
                let no_inherit = if *no_inherit { " NO INHERIT" } else { "" };
                format!("NOT NULL {}{no_inherit}", columns.column_name(*column))
            }
            ConstraintKind::PrimaryKey { index } => {
                format!("PRIMARY KEY {}", self.key_columns(table, self.index(*index)))
            }
            ConstraintKind::Unique { index } => {
                let index = self.index(*index);
                let nulls = if index.nulls_not_distinct { "NULLS NOT DISTINCT " } else { "" };
                format!("UNIQUE {nulls}{}", self.key_columns(table, index))
            }
            ConstraintKind::Exclude { index, operators } => {
                let index = self.index(*index);
                let keys = index.keys.iter().zip(operators);
                let keys: Vec<_> = keys
                    .map(|(key, operator)| format!("{} WITH {operator}", self.index_key(table, true, key)))
                    .collect();
                let predicate = index.predicate.as_ref();
                let predicate =
                    predicate.map(|it| format!(" WHERE ({})", self.print_expression(table, it))).unwrap_or_default();
                format!("EXCLUDE USING {} ({}){predicate}", index.method, keys.join(", "))
            }
            ConstraintKind::ForeignKey(foreign_key) => self.foreign_key_definition(columns, foreign_key),
        };
        if constraint.deferrable {
            text.push_str(" DEFERRABLE");
        }
        if constraint.initially_deferred {
            text.push_str(" INITIALLY DEFERRED");
        }
        if !constraint.enforced {
            text.push_str(" NOT ENFORCED");
        } else if !constraint.validated {
            text.push_str(" NOT VALID");
        }
        text
    }

    fn foreign_key_definition(&self, table: &Table, foreign_key: &ForeignKey) -> String {
        let referenced = self.relation(foreign_key.references);
        let list = |table: &Table, columns: &[u16]| match (foreign_key.period, columns.split_last()) {
            (true, Some((last, others))) => {
                format!("{}, PERIOD {}", column_list(table, others), table.column_name(*last))
            }
            _ => column_list(table, columns),
        };
        let theirs = referenced.table().map(|table| list(table, &foreign_key.referenced_columns));
        let mut text = format!(
            "FOREIGN KEY ({}) REFERENCES {}({})",
            list(table, &foreign_key.columns),
            referenced.name,
            theirs.unwrap_or_default(),
        );
        if foreign_key.match_full {
            text.push_str(" MATCH FULL");
        }
        for (event, action) in [("UPDATE", foreign_key.on_update), ("DELETE", foreign_key.on_delete)] {
            if let Some(words) = action_words(action) {
                text.push_str(&format!(" ON {event} {words}"));
            }
        }
        if !foreign_key.on_delete_columns.is_empty() {
            text.push_str(&format!(" ({})", column_list(table, &foreign_key.on_delete_columns)));
        }
        text
    }

    fn key_columns(&self, table: RelationId, index: &Index) -> String {
        let columns = self.table(table);
        let keys = index.key_columns().unwrap_or_default();
        let overlaps = if index.is_temporal() { " WITHOUT OVERLAPS" } else { "" };
        let mut text = format!("({}{overlaps})", column_list(columns, &keys));
        if !index.include.is_empty() {
            text.push_str(&format!(" INCLUDE ({})", column_list(columns, &index.include)));
        }
        text
    }

    /// `pg_get_partkeydef`, of a partitioned table.
    pub fn partition_key_definition(&self, id: RelationId) -> Option<String> {
        let key = self.get(id)?.table()?.partition_key.clone()?;
        // Neither order nor place of nulls belongs to it, as with exclusion constraints.
        let keys: Vec<String> = key.keys.iter().map(|it| self.index_key(id, true, it)).collect();
        Some(format!("{} ({})", key.strategy.word(), keys.join(", ")))
    }

    /// `pg_get_expr(relpartbound)`, of a partition.
    pub fn partition_bound_definition(&self, id: RelationId) -> Option<String> {
        let bound = self.get(id)?.table()?.bound.clone()?;
        let key = self.get(self.partition_parent(id)?)?.table()?.partition_key.clone()?;
        Some(bound.print(&key.types()))
    }

    /// `pg_get_indexdef`.
    pub fn index_definition(&self, id: RelationId) -> String {
        self.index_definition_as(id, "")
    }

    /// The same, with words such as `CONCURRENTLY ` before the name.
    pub fn index_definition_as(&self, id: RelationId, words: &str) -> String {
        let relation = self.relation(id);
        let index = self.index(id);
        let table = self.relation(index.table);
        let unique = if index.unique { "UNIQUE " } else { "" };
        let keys: Vec<_> = index.keys.iter().map(|key| self.index_key(index.table, index.exclusion, key)).collect();
        let mut text = format!(
            "CREATE {unique}INDEX {words}{} ON {}{}.{} USING {} ({})",
            relation.name.name,
            if index.partitioned { "ONLY " } else { "" },
            table.name.schema,
            table.name.name,
            index.method,
            keys.join(", ")
        );
        if !index.include.is_empty() {
            text.push_str(&format!(" INCLUDE ({})", column_list(self.table(index.table), &index.include)));
        }
        if index.nulls_not_distinct {
            text.push_str(" NULLS NOT DISTINCT");
        }
        if !relation.options.is_empty() {
            text.push_str(&format!(" WITH ({})", print_options(&relation.options)));
        }
        if let Some(predicate) = &index.predicate {
            text.push_str(&format!(" WHERE {}", self.print_expression(index.table, predicate)));
        }
        text
    }

    fn index_key(&self, table: RelationId, exclusion: bool, key: &IndexKey) -> String {
        let mut text = match &key.column {
            KeyColumn::Attribute(number) => self.table(table).column_name(*number).to_string(),
            KeyColumn::Expression(expression) => {
                let text = self.print_expression(table, expression);
                if expression.looks_like_function() { text } else { format!("({text})") }
            }
        };
        if let Some(collation) = &key.collation {
            text.push_str(&format!(" COLLATE {collation}"));
        }
        if let Some(class) = &key.operator_class {
            text.push_str(&format!(" {class}"));
        }
        if !key.class_options.is_empty() {
            text.push_str(&format!(" ({})", print_options(&key.class_options)));
        }
        if exclusion {
            return text;
        }
        match (key.descending, key.nulls_first) {
            (true, true) => text.push_str(" DESC"),
            (true, false) => text.push_str(" DESC NULLS LAST"),
            (false, true) => text.push_str(" NULLS FIRST"),
            (false, false) => {}
        }
        text
    }
}

/// `flatten_reloptions`: values that are not plain are quoted.
pub fn print_options(options: &[String]) -> String {
    let options = options.iter().map(|option| match option.split_once('=') {
        Some((name, value)) if quote_identifier(value) == value => format!("{}={value}", Ident::new(name)),
        Some((name, value)) => format!("{}='{}'", Ident::new(name), value.replace('\'', "''")),
        None => option.clone(),
    });
    options.collect::<Vec<_>>().join(", ")
}

pub fn column_list(table: &Table, columns: &[u16]) -> String {
    columns.iter().map(|number| table.column_name(*number).to_string()).collect::<Vec<_>>().join(", ")
}

/// `None` for the default, which is not printed.
pub fn action_words(action: ReferentialAction) -> Option<&'static str> {
    match action {
        ReferentialAction::NoAction => None,
        ReferentialAction::Restrict => Some("RESTRICT"),
        ReferentialAction::Cascade => Some("CASCADE"),
        ReferentialAction::SetNull => Some("SET NULL"),
        ReferentialAction::SetDefault => Some("SET DEFAULT"),
    }
}
