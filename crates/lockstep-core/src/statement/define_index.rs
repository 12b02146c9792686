//! Making an index, by `CREATE INDEX` or for a constraint: `DefineIndex` of `indexcmds.c`.

use crate::effect::{ObjectName, RelationId, WorkKind};
use crate::expression::Volatility;
use crate::name::{Ident, QualifiedName};
use crate::pg::catalog::extension::Kind;
use crate::pg::hierarchy;
use crate::pg::lock_mode::LockMode;
use crate::pg::operator_class;
use crate::pg::sqlstate;
use crate::pg::storage_parameter::{self, Holder};
use crate::pg::types::Type;
use crate::schema::index::{Index, IndexKey, KeyColumn};
use crate::schema::relation::{Body, RelationDetails, Rows};
use crate::statement::alter_table::storage;
use crate::statement::column::{base_type, check_storable, transform_collation};
use crate::statement::create_operator_class;
use crate::statement::execution::{Execution, Outcome, fail, plain, unknown};
use crate::statement::known_rows;
use crate::statement::naming::index_name_addition;
use crate::statement::partition::indexes;
use crate::statement::scope::{self, Use};
use crate::syntax::expression::Expr;
use crate::syntax::statement as syntax;

/// An index to be made.
pub(super) struct NewIndex<'a> {
    pub(super) table: RelationId,
    pub(super) name: Option<&'a Ident>,
    pub(super) method: Option<&'a Ident>,
    pub(super) keys: &'a [syntax::IndexKey],
    pub(super) include: &'a [Ident],
    pub(super) predicate: Option<&'a Expr>,
    pub(super) options: &'a [(Ident, Option<String>)],
    pub(super) tablespace: Option<&'a Ident>,
    pub(super) unique: bool,
    pub(super) primary: bool,
    pub(super) nulls_not_distinct: bool,
    /// For a constraint: names are chosen otherwise, and clashes too.
    pub(super) is_constraint: bool,
    pub(super) deferrable: bool,
    pub(super) exclusion: bool,
    pub(super) concurrently: bool,
    /// No separate build: a rewrite of the table builds it (`skip_build`).
    pub(super) skip_build: bool,
    /// `ON ONLY`: partitions are left to later statements.
    pub(super) only: bool,
}

/// A key over one plain column.
pub(super) fn column_key(column: &Ident) -> syntax::IndexKey {
    syntax::IndexKey {
        expression: Expr::Column(vec![column.clone()]),
        collation: None,
        operator_class: None,
        operator_class_options: vec![],
        descending: None,
        nulls_first: None,
    }
}

const METHODS: [&str; 6] = ["btree", "hash", "gist", "gin", "spgist", "brin"];

/// `INDEX_MAX_KEYS`.
const MAX_KEYS: usize = 32;

/// Bytes that surely fit into a row of an index of any method (`BTMaxItemSize`, `HashMaxItemSize`: a third of a page
/// and more), its header and alignment counted out.
const LONGEST_ROW: usize = 2600;

pub(super) fn define_index(execution: &mut Execution, new: &NewIndex<'_>) -> Outcome<RelationId> {
    let table = execution.schema.relation(new.table).name.clone();
    if new.keys.len() + new.include.len() > MAX_KEYS {
        return fail(sqlstate::TOO_MANY_COLUMNS, format!("cannot use more than {MAX_KEYS} columns in an index"));
    }
    let partitioned = execution.schema.table(new.table).is_partitioned();
    if partitioned && new.exclusion && !hierarchy::partitioned_tables_exclude(execution.version) {
        let message = "exclusion constraints are not supported on partitioned tables";
        return fail(sqlstate::FEATURE_NOT_SUPPORTED, message);
    }
    let method = new.method.cloned().unwrap_or_else(|| Ident::new("btree"));
    if let Some(tablespace) = new.tablespace {
        storage::find_tablespace(execution, tablespace)?;
    }
    let name = choose_name(execution, new, &table)?;
    let brought = || execution.installed().classes().any(|it| method == *it.method);
    if !METHODS.contains(&method.as_str()) && !brought() {
        let message = format!("access method \"{}\" does not exist", method.as_str());
        return if execution.schema.uncertain.is_certain() {
            fail(sqlstate::UNDEFINED_OBJECT, message)
        } else {
            unknown(message)
        };
    }
    check_capabilities(new, method.as_str())?;
    let predicate = match new.predicate {
        Some(expression) => {
            let predicate = scope::analyze(execution, new.table, expression, Use::IndexPredicate)?;
            immutable(execution, &predicate, "predicate")?;
            Some(predicate)
        }
        None => None,
    };
    let mut keys = vec![];
    for key in new.keys {
        keys.push(resolve_key(execution, new, key, method.as_str())?);
    }
    let mut include = vec![];
    for column in new.include {
        include.push(key_attribute(execution, new.table, column, new.is_constraint)?);
    }
    for (key, name) in keys.iter().zip(key_names(new)) {
        check_storable(execution, format_args!("column \"{name}\""), &key.type_)?;
    }
    let skip_build = new.skip_build || partitioned;
    let index = Index {
        table: new.table,
        method,
        keys,
        include,
        unique: new.unique,
        primary: new.primary,
        exclusion: new.exclusion,
        immediate: !new.deferrable,
        nulls_not_distinct: new.nulls_not_distinct,
        // Without its parts it answers for nothing (`DefineIndex`).
        valid: !(partitioned && new.only && !execution.schema.children(new.table).is_empty()),
        ready: true,
        clustered: false,
        replica_identity: false,
        predicate,
        partitioned,
        parent: None,
    };
    if partitioned {
        indexes::covers_key(execution, new, &index)?;
    }
    let options = scope::print_options(new.options);
    if let Some(holder) = Holder::of_access_method(index.method.as_str()) {
        storage_parameter::check(&options, holder, execution.version)?;
    }
    if execution.schema.find(&name).is_some() {
        return fail(sqlstate::DUPLICATE_TABLE, format!("relation \"{}\" already exists", name.name.as_str()));
    }
    if new.is_constraint && execution.schema.constraint_is_used(new.table, &name.name) {
        let message =
            format!("constraint \"{}\" for relation \"{}\" already exists", name.name.as_str(), table.name.as_str());
        return fail(sqlstate::DUPLICATE_OBJECT, message);
    }
    for key in index.keys.iter().filter(|it| !it.class_options.is_empty()) {
        let class = key.operator_class.as_ref().map_or("", |it| it.name.as_str());
        match storage_parameter::check_class(&key.class_options, class, index.method.as_str()) {
            Some(checked) => checked?,
            None => return unknown(format!("which options the operator class {class} has is not modelled")),
        }
    }
    let built = new.unique && !new.exclusion && !skip_build;
    let duplicates = if built { known_rows::has_duplicates(execution, &index) } else { None };
    if built && duplicates.is_none() {
        unique_precondition(execution, &index);
    }
    if holds_long_values(execution, &index) && !skip_build {
        execution.doubt("whether the values fit into the index is not known: they may be long");
    }
    let persistence = execution.schema.relation(new.table).persistence;
    let id = execution.schema.add_relation(name.clone(), persistence, Body::Index(index));
    let tablespace = new.tablespace.filter(|it| *it != "pg_default").cloned();
    execution.schema.relation_mut(id).details = RelationDetails { options, tablespace, comment: None }.into();
    execution.schema.table_mut(new.table).indexes.push(id);
    execution.lock(id, LockMode::AccessExclusive, "a new relation is locked by the statement that makes it");
    if !skip_build {
        if !new.concurrently {
            // `index_build` keeps writers out, whatever else is held.
            execution.lock(new.table, LockMode::Share, "the index is built from rows that must not change meanwhile");
        }
        let reason = "the index is built from every row of the table";
        execution.work(new.table, WorkKind::BuildIndex, Some(name.clone()), reason);
    }
    if duplicates == Some(true) {
        return cannot_build(execution, id, new.concurrently, &name);
    }
    Ok(id)
}

/// `BTMaxItemSize` and its like: what compression makes of long values is not computed.
fn holds_long_values(execution: &Execution, index: &Index) -> bool {
    let bounded = matches!(index.method.as_str(), "gin" | "brin");
    let table = execution.schema.table(index.table);
    let share = LONGEST_ROW / index.keys.len().max(1);
    let long = |key: &IndexKey| {
        let of_characters = key.type_.is_any(&[Type::VARCHAR, Type::BPCHAR]);
        let column = match key.column {
            KeyColumn::Attribute(number) => table.attribute(number),
            KeyColumn::Expression(_) => None,
        };
        // The modifier counts four bytes of a header in; a character has up to four bytes (`pg_wchar.h`).
        let longest = column.filter(|it| of_characters && !it.type_.array && it.type_.modifier > 4);
        let fits = longest.is_some_and(|it| usize::try_from(it.type_.modifier).is_ok_and(|it| it * 4 <= share));
        !fits && (of_characters || key.type_.array || key.type_.is_any(&[Type::TEXT, Type::BYTEA]))
    };
    !bounded && table.long_values && index.keys.iter().any(long)
}

/// `index_build` over rows with the same key. What `CONCURRENTLY` has committed before stays: an index
/// that nobody may use, and that is not maintained.
fn cannot_build(execution: &mut Execution, id: RelationId, stays: bool, name: &ObjectName) -> Outcome<RelationId> {
    if stays {
        let table = execution.schema.index(id).table;
        execution.wait(table, LockMode::Share);
        let index = execution.schema.index_mut(id);
        (index.valid, index.ready) = (false, false);
        execution.record.remains = Some(execution.schema.clone());
    }
    fail(sqlstate::UNIQUE_VIOLATION, format!("could not create unique index \"{}\"", name.name.as_str()))
}

fn choose_name(execution: &Execution, new: &NewIndex<'_>, table: &ObjectName) -> Outcome<ObjectName> {
    let schema = &table.schema;
    let name = match new.name {
        Some(name) => {
            let full = ObjectName { schema: schema.clone(), name: name.clone() };
            if let Some(why) = execution.schema.uncertain.about(name, execution.schema.find(&full).map(|id| id.0)) {
                return unknown(why);
            }
            name.clone()
        }
        None if new.primary => execution.schema.choose_relation_name(table.name.as_str(), None, "pkey", schema, true),
        None => {
            let columns = key_names(new);
            let label = match (new.exclusion && !new.unique, new.is_constraint) {
                (true, _) => "excl",
                (false, true) => "key",
                (false, false) => "idx",
            };
            let addition = index_name_addition(&columns);
            execution.schema.choose_relation_name(
                table.name.as_str(),
                Some(&addition),
                label,
                schema,
                new.is_constraint,
            )
        }
    };
    Ok(ObjectName { schema: schema.clone(), name })
}

/// `ChooseIndexColumnNames`: the column's name, or what `FigureIndexColname` makes of an expression.
fn key_names(new: &NewIndex<'_>) -> Vec<String> {
    let mut names: Vec<String> = vec![];
    let columns = new.include.iter().map(|column| Some(column.as_str().to_owned()));
    let keys = new.keys.iter().map(|key| figure_column_name(&key.expression));
    for name in keys.chain(columns) {
        let base = name.unwrap_or_else(|| "expr".to_owned());
        let mut name = base.clone();
        let mut count = 1;
        while names.contains(&name) {
            let suffix = count.to_string();
            name = format!("{}{suffix}", crate::name::truncate(&base));
            count += 1;
        }
        names.push(name);
    }
    names
}

/// `FigureColnameInternal`.
fn figure_column_name(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Column(parts) => parts.last().map(|it| it.as_str().to_owned()),
        Expr::Function(call) => Some(call.name.name.as_str().to_owned()),
        Expr::Field { name, .. } => Some(name.as_str().to_owned()),
        Expr::Subscript { operand, .. } => figure_column_name(operand),
        Expr::Collate { operand, .. } => figure_column_name(operand),
        Expr::Cast { operand, type_name } => {
            figure_column_name(operand).or_else(|| Some(crate::pg::types::catalog_name(type_name)))
        }
        Expr::AtTimeZone { .. } => Some("timezone".to_owned()),
        Expr::Coalesce(_) => Some("coalesce".to_owned()),
        Expr::NullIf(..) => Some("nullif".to_owned()),
        Expr::MinMax { greatest, .. } => Some(if *greatest { "greatest" } else { "least" }.to_owned()),
        Expr::Case { otherwise, .. } => {
            otherwise.as_deref().and_then(figure_column_name).or_else(|| Some("case".to_owned()))
        }
        Expr::Array(_) => Some("array".to_owned()),
        Expr::Row(_) => Some("row".to_owned()),
        Expr::Value { keyword, .. } => Some(keyword.clone()),
        _ => None,
    }
}

fn check_capabilities(new: &NewIndex<'_>, method: &str) -> Outcome {
    let refuse = |what: &str| {
        fail(sqlstate::FEATURE_NOT_SUPPORTED, format!("access method \"{method}\" does not support {what}"))
    };
    if new.unique && !new.exclusion && method != "btree" {
        return refuse("unique indexes");
    }
    if !new.include.is_empty() && !matches!(method, "btree" | "gist" | "spgist") {
        return refuse("included columns");
    }
    if new.keys.len() > 1 && matches!(method, "hash" | "spgist") {
        return refuse("multicolumn indexes");
    }
    let ordered = new.keys.iter().any(|key| key.descending.is_some());
    if ordered && method != "btree" {
        return refuse("ASC/DESC options");
    }
    if new.keys.iter().any(|key| key.nulls_first.is_some()) && method != "btree" {
        return refuse("NULLS FIRST/LAST options");
    }
    Ok(())
}

/// `CheckMutability`.
fn immutable(execution: &Execution, expression: &crate::expression::Expression, what: &str) -> Outcome {
    match crate::statement::scope::planned(execution, expression).volatility() {
        Volatility::Immutable => Ok(()),
        _ => fail(sqlstate::INVALID_OBJECT_DEFINITION, format!("functions in index {what} must be marked IMMUTABLE")),
    }
}

fn key_attribute(execution: &Execution, table: RelationId, column: &Ident, is_constraint: bool) -> Outcome<u16> {
    match execution.schema.table(table).column(column.as_str()) {
        Some((number, _)) => Ok(number),
        None if crate::statement::column::check_name(column).is_err() => {
            fail(sqlstate::FEATURE_NOT_SUPPORTED, "index creation on system columns is not supported")
        }
        None if is_constraint => {
            fail(sqlstate::UNDEFINED_COLUMN, format!("column \"{}\" named in key does not exist", column.as_str()))
        }
        None => fail(sqlstate::UNDEFINED_COLUMN, format!("column \"{}\" does not exist", column.as_str())),
    }
}

fn resolve_key(
    execution: &mut Execution,
    new: &NewIndex<'_>,
    key: &syntax::IndexKey,
    method: &str,
) -> Outcome<IndexKey> {
    let (column, type_, own_collation) = match &key.expression {
        Expr::Column(parts) if parts.len() == 1 => {
            let number = key_attribute(execution, new.table, &parts[0], new.is_constraint)?;
            let column = execution.schema.table(new.table).attribute(number);
            let Some(column) = column else { return unknown("a column without an attribute") };
            if column.generated.as_ref().is_some_and(|it| !it.stored) {
                return fail(
                    sqlstate::FEATURE_NOT_SUPPORTED,
                    match (new.primary, new.unique) {
                        (true, _) => "primary keys on virtual generated columns are not supported",
                        (_, true) => "unique constraints on virtual generated columns are not supported",
                        _ => "indexes on virtual generated columns are not supported",
                    },
                );
            }
            (KeyColumn::Attribute(number), column.type_, column.collation.clone())
        }
        expression => {
            let expression = scope::analyze(execution, new.table, expression, Use::IndexExpression)?;
            immutable(execution, &expression, "expression")?;
            let type_ = *expression.type_();
            // What is no more than a column counts as one (`ComputeIndexAttrs`): `(a)`, `date(a)` of a date.
            match expression.as_column() {
                Some(number) => {
                    let column = execution.schema.table(new.table).attribute(number);
                    (KeyColumn::Attribute(number), type_, column.and_then(|it| it.collation.clone()))
                }
                None => (KeyColumn::Expression(expression), type_, None),
            }
        }
    };
    let descending = key.descending.unwrap_or(false);
    let mut operator_class = operator_class_of(execution, &type_, key, method)?;
    let class_options = scope::print_options(&key.operator_class_options);
    // `pg_get_indexdef` names a class with options, whatever the type's own is.
    if let Some(name) = key.operator_class.as_ref().filter(|_| !class_options.is_empty()) {
        let schema = hidden(execution, name);
        operator_class = operator_class.or_else(|| Some(QualifiedName { schema, name: name.name.clone() }));
    }
    let collation = match &key.collation {
        Some(collation) => transform_collation(execution, &type_, collation)?,
        None => None,
    };
    Ok(IndexKey {
        column,
        collation: collation.filter(|it| Some(it) != own_collation.as_ref()),
        operator_class,
        class_options,
        type_,
        descending,
        nulls_first: key.nulls_first.unwrap_or(descending),
        statistics: None,
    })
}

/// `ResolveOpClass`: the class to be printed, `None` for the default one.
pub(super) fn operator_class_of(
    execution: &Execution,
    type_: &Type,
    key: &syntax::IndexKey,
    method: &str,
) -> Outcome<Option<QualifiedName>> {
    let base = base_type(execution, type_);
    let printed = || execution.schema.format_type(&Type { modifier: -1, ..*type_ });
    match &key.operator_class {
        None => match operator_class::default_for(&base, method, execution.installed()) {
            Some(true) => Ok(None),
            // An extension that is not modelled may have brought one.
            Some(false) if execution.schema.uncertain.may_bring_more() => {
                unknown(format!("whether an extension brings an operator class for {} is not known", printed()))
            }
            Some(false) => fail(
                sqlstate::UNDEFINED_OBJECT,
                format!("data type {} has no default operator class for access method \"{method}\"", printed()),
            ),
            None => unknown(format!("the operator classes of {} are not known", printed())),
        },
        Some(name) => match named_class(execution, name, &base, method) {
            operator_class::Named::Default => Ok(None),
            operator_class::Named::Other => {
                Ok(Some(QualifiedName { schema: hidden(execution, name), name: name.name.clone() }))
            }
            operator_class::Named::Missing => missing_class(execution, name, method),
            operator_class::Named::OtherType => fail(
                sqlstate::DATATYPE_MISMATCH,
                format!("operator class \"{}\" does not accept data type {}", name.name.as_str(), printed()),
            ),
        },
    }
}

fn missing_class<T>(execution: &Execution, name: &QualifiedName, method: &str) -> Outcome<T> {
    if create_operator_class::find(execution, name, method).is_some() {
        return unknown("an index with an operator class of the schema's own is not modelled");
    }
    let uncertain = &execution.schema.uncertain;
    if uncertain.may_bring_more() || uncertain.about(&name.name, None).is_some() {
        return unknown(format!("whether there is an operator class {name} is not known"));
    }
    let name = plain(name);
    let message = format!("operator class \"{name}\" does not exist for access method \"{method}\"");
    fail(sqlstate::UNDEFINED_OBJECT, message)
}

fn named_class(execution: &Execution, name: &QualifiedName, base: &Type, method: &str) -> operator_class::Named {
    let own = name.schema.as_ref().is_none_or(|schema| *schema == "pg_catalog");
    let reached = execution.reached(name.schema.as_ref());
    operator_class::named(name.name.as_str(), base, method, own, reached, execution.installed())
}

/// The schema of a class that an extension brings, where it is printed.
fn hidden(execution: &Execution, name: &QualifiedName) -> Option<Ident> {
    let mut members = execution.reached(name.schema.as_ref()).members();
    let member = members.find(|it| matches!(it.kind, Kind::Class(_)) && name.name == *it.name)?;
    execution.schema.hidden_schema(member.oid).cloned()
}

/// Whether the build succeeds is for the rows to say, unless there are none.
pub(super) fn unique_precondition(execution: &mut Execution, index: &Index) {
    let rows = execution.schema.table(index.table).rows;
    if matches!(rows, Rows::Empty | Rows::Exactly(1)) {
        return;
    }
    let table = execution.schema.relation(index.table).name.to_string();
    let query = execution.schema.duplicates(index, &table);
    execution.precondition(query, "0", sqlstate::UNIQUE_VIOLATION);
}
