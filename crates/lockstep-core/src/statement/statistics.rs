//! `CREATE STATISTICS` and `ALTER STATISTICS`: `statscmds.c`.

use crate::effect::{ObjectName, RelationId};
use crate::name::Ident;
use crate::pg::behavior;
use crate::pg::lock_mode::LockMode;
use crate::pg::operator_class;
use crate::pg::sqlstate;
use crate::pg::types::Type;
use crate::schema::dependency::{Dependency, Object};
use crate::schema::object::{ObjectBody, ObjectClass, ObjectKey};
use crate::schema::statistics::{KINDS, Statistics};
use crate::statement::Command;
use crate::statement::address;
use crate::statement::column::{base_type, check_name};
use crate::statement::execution::{Execution, Outcome, Stop, fail, plain, unknown};
use crate::statement::naming::{index_name_addition, make_object_name};
use crate::statement::scope::{self, Use};
use crate::syntax::expression::Expr;
use crate::syntax::statement::{AlterStatistics, CreateStatistics, ObjectAddress, ObjectType};

const REASON: &str = "the table must not change while statistics of it are made";

/// `STATS_MAX_DIMENSIONS`.
const MAX_KEYS: usize = 8;

/// `MAX_STATISTICS_TARGET`.
const MAX_TARGET: i64 = 10_000;

impl Command for CreateStatistics {
    /// `CreateStatistics`.
    fn run(&self, execution: &mut Execution) -> Outcome {
        execution.writable("CREATE STATISTICS")?;
        if self.name.is_none() && !behavior::statistics_may_have_no_name(execution.version) {
            return fail(sqlstate::SYNTAX_ERROR, "syntax error at or near \"ON\"");
        }
        let table = execution.open(&self.table, LockMode::ShareUpdateExclusive, REASON)?;
        let relation = execution.schema.relation(table);
        if !matches!(relation.kind(), 'r' | 'p' | 'm' | 'f') {
            let name = relation.name.name.as_str();
            return fail(sqlstate::WRONG_OBJECT_TYPE, format!("cannot define statistics for relation \"{name}\""));
        }
        let name = match &self.name {
            Some(name) => execution.creation_name(name)?,
            None => choose_name(execution, table, &self.keys),
        };
        let key = ObjectKey::InSchema(ObjectClass::Statistics, name.clone(), vec![]);
        let existing = execution.schema.find_object(&key);
        if let Some(why) = execution.schema.uncertain.about(&name.name, existing.map(|it| it.0)) {
            return unknown(why);
        }
        if existing.is_some() {
            let message = format!("statistics object \"{}\" already exists", name.name.as_str());
            if self.if_not_exists {
                execution.notice(format!("{message}, skipping"));
                return Ok(());
            }
            return fail(sqlstate::DUPLICATE_OBJECT, message);
        }
        let made = resolve(self, execution, table)?;
        let mut needs: Vec<(Object, Dependency)> = vec![];
        let used = made.expressions.iter().flat_map(|it| it.columns());
        for number in made.columns.iter().copied().chain(used) {
            needs.push((Object::Column(table, number), Dependency::Auto));
        }
        if needs.is_empty() {
            needs.push((Object::Relation(table), Dependency::Auto));
        }
        let id = execution.schema.add_object(key, ObjectBody::Statistics(made));
        execution.schema.record_needs(&Object::Other(id), needs);
        Ok(())
    }
}

fn resolve(statement: &CreateStatistics, execution: &Execution, table: RelationId) -> Outcome<Statistics> {
    if statement.keys.len() > MAX_KEYS {
        let message = format!("cannot have more than {MAX_KEYS} columns in statistics");
        return fail(sqlstate::TOO_MANY_COLUMNS, message);
    }
    let mut made = Statistics { table, columns: vec![], expressions: vec![], kinds: vec![], target: None };
    for key in &statement.keys {
        match key {
            Expr::Column(parts) if parts.len() == 1 => made.columns.push(column(execution, table, &parts[0])?),
            key => {
                let expression = scope::analyze(execution, table, key, Use::Statistics)?;
                comparable(execution, expression.type_(), None)?;
                made.expressions.push(expression);
            }
        }
    }
    for kind in &statement.kinds {
        match KINDS.iter().find(|it| *kind == **it) {
            Some(kind) if !made.kinds.contains(kind) => made.kinds.push(kind),
            Some(_) => {}
            None => {
                let message = format!("unrecognized statistics kind \"{}\"", kind.as_str());
                return fail(sqlstate::SYNTAX_ERROR, message);
            }
        }
    }
    if made.kinds.is_empty() {
        made.kinds = KINDS.to_vec();
    }
    made.kinds.sort_by_key(|kind| KINDS.iter().position(|it| it == kind));
    if (made.columns.len(), made.expressions.len()) == (0, 1) {
        if !statement.kinds.is_empty() {
            let message = "when building statistics on a single expression, statistics kinds may not be specified";
            return fail(sqlstate::FEATURE_NOT_SUPPORTED, message);
        }
        return Ok(made);
    }
    if made.columns.len() + made.expressions.len() < 2 {
        return fail(sqlstate::INVALID_OBJECT_DEFINITION, "extended statistics require at least 2 columns");
    }
    made.columns.sort_unstable();
    if made.columns.windows(2).any(|pair| pair[0] == pair[1]) {
        return fail(sqlstate::DUPLICATE_COLUMN, "duplicate column name in statistics definition");
    }
    let repeated = (1..made.expressions.len()).any(|at| made.expressions[..at].contains(&made.expressions[at]));
    if repeated {
        return fail(sqlstate::DUPLICATE_COLUMN, "duplicate expression in statistics definition");
    }
    Ok(made)
}

fn column(execution: &Execution, table: RelationId, name: &Ident) -> Outcome<u16> {
    let Some((number, column)) = execution.schema.table(table).column(name.as_str()) else {
        if check_name(name).is_err() {
            return fail(sqlstate::FEATURE_NOT_SUPPORTED, "statistics creation on system columns is not supported");
        }
        return fail(sqlstate::UNDEFINED_COLUMN, format!("column \"{}\" does not exist", name.as_str()));
    };
    if column.generated.as_ref().is_some_and(|it| !it.stored) {
        let message = "statistics creation on virtual generated columns is not supported";
        return fail(sqlstate::FEATURE_NOT_SUPPORTED, message);
    }
    comparable(execution, &column.type_, Some(name))?;
    Ok(number)
}

/// Values are counted by sorting them.
fn comparable(execution: &Execution, type_: &Type, column: Option<&Ident>) -> Outcome {
    let printed = execution.schema.format_type(&Type { modifier: -1, ..*type_ });
    match operator_class::default_for(&base_type(execution, type_), "btree", execution.installed()) {
        Some(true) => Ok(()),
        Some(false) => {
            let what = column.map_or_else(|| "expression".to_owned(), |it| format!("column \"{}\"", it.as_str()));
            let message = format!(
                "{what} cannot be used in statistics because its type {printed} has no default btree operator class"
            );
            fail(sqlstate::FEATURE_NOT_SUPPORTED, message)
        }
        None => unknown(format!("the operator classes of {printed} are not known")),
    }
}

/// `ChooseExtendedStatisticName`.
fn choose_name(execution: &Execution, table: RelationId, keys: &[Expr]) -> ObjectName {
    let relation = execution.schema.relation(table).name.clone();
    let names: Vec<String> = keys
        .iter()
        .map(|key| match key {
            Expr::Column(parts) => parts.last().map(|it| it.as_str().to_owned()).unwrap_or_default(),
            _ => "expr".to_owned(),
        })
        .collect();
    let addition = index_name_addition(&names);
    let mut label = "stat".to_owned();
    for pass in 1.. {
        let made = Ident::new(&make_object_name(relation.name.as_str(), Some(&addition), Some(&label)));
        let name = ObjectName { schema: relation.schema.clone(), name: made };
        if execution.schema.find_object(&ObjectKey::InSchema(ObjectClass::Statistics, name.clone(), vec![])).is_none() {
            return name;
        }
        label = format!("stat{pass}");
    }
    relation
}

impl Command for AlterStatistics {
    /// `AlterStatistics`.
    fn run(&self, execution: &mut Execution) -> Outcome {
        execution.writable("ALTER STATISTICS")?;
        let target = match self.target {
            Some(target) if target < -1 => {
                let message = format!("statistics target {target} is too low");
                return fail(sqlstate::INVALID_PARAMETER_VALUE, message);
            }
            Some(target) if target > MAX_TARGET => {
                execution.warning(&format!("lowering statistics target to {MAX_TARGET}"));
                Some(MAX_TARGET)
            }
            target => target,
        };
        let address = ObjectAddress {
            object: ObjectType::Statistics,
            name: self.name.clone(),
            part: None,
            arguments: None,
            method: None,
        };
        let found = match address::find(execution, &address, LockMode::ShareUpdateExclusive, REASON) {
            Err(Stop::Error(error)) if self.if_exists && error.sqlstate == sqlstate::UNDEFINED_OBJECT => {
                execution.notice(format!("statistics object \"{}\" does not exist, skipping", plain(&self.name)));
                return Ok(());
            }
            found => found?,
        };
        if let Some(Object::Other(id)) = found
            && let Some(object) = execution.schema.object_mut(id)
            && let ObjectBody::Statistics(statistics) = &mut object.body
        {
            statistics.target = target.filter(|it| *it >= 0).and_then(|it| i32::try_from(it).ok());
        }
        Ok(())
    }
}
