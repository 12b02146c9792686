//! `WITH`: `transformWithClause` of `parse_cte.c`.

use crate::effect::PgError;
use crate::expression::Refusal;
use crate::expression::query::Common;
use crate::pg::sqlstate;
use crate::statement::query::environment::{CommonColumns, Environment};
use crate::statement::query::{ResultColumn, unknown};
use crate::syntax::select::{Body, CommonTable, Select};

impl<'a> Environment<'a> {
    /// The environment in which the rest of the query is read.
    pub(super) fn with_clause(&self, select: &Select) -> Result<(Environment<'a>, Vec<Common>), Refusal> {
        let mut inside = self.clone();
        let mut made: Vec<Common> = vec![];
        if select.recursive {
            let unread = select.with.iter().map(|it| CommonColumns { name: it.name.clone(), columns: None });
            inside.common.extend(unread);
        }
        for common in &select.with {
            if made.iter().any(|it| it.name == common.name) {
                let message = format!("WITH query name \"{}\" specified more than once", common.name.as_str());
                return Err(PgError::new(sqlstate::DUPLICATE_ALIAS, message).into());
            }
            let (query, columns) = inside.common_query(common, select.recursive)?;
            inside.common.push(CommonColumns { name: common.name.clone(), columns: Some(columns) });
            made.push(Common {
                name: common.name.clone(),
                columns: common.columns.clone(),
                materialized: common.materialized,
                query,
            });
        }
        Ok((inside, made))
    }

    fn common_query(
        &self,
        common: &CommonTable,
        recursive: bool,
    ) -> Result<(crate::expression::query::Query, Vec<ResultColumn>), Refusal> {
        let mut inside = self.clone();
        if recursive && let Body::Set { left, .. } = &common.query.body {
            // The columns of a query that names itself are those of its first branch.
            if let Ok((_, columns)) = inside.nested_query(left, true) {
                let columns = Some(renamed(common, columns)?);
                inside.common.push(CommonColumns { name: common.name.clone(), columns });
            }
        }
        let (query, columns) = inside.nested_query(&common.query, true)?;
        let first = inside.common.last().filter(|it| it.name == common.name && recursive);
        let columns = renamed(common, columns)?;
        if let Some(first) = first.and_then(|it| it.columns.as_ref())
            && first.iter().zip(&columns).any(|(a, b)| a.type_ != b.type_)
        {
            return unknown("a recursive query whose types change is not modelled");
        }
        Ok((query, columns))
    }
}

fn renamed(common: &CommonTable, columns: Vec<ResultColumn>) -> Result<Vec<ResultColumn>, Refusal> {
    if common.columns.len() > columns.len() {
        let message = format!(
            "WITH query \"{}\" has {} columns available but {} columns specified",
            common.name.as_str(),
            columns.len(),
            common.columns.len()
        );
        return Err(PgError::new(sqlstate::INVALID_COLUMN_REFERENCE, message).into());
    }
    let given = |(place, it): (usize, ResultColumn)| ResultColumn {
        name: common.columns.get(place).unwrap_or(&it.name).clone(),
        origin: None,
        ..it
    };
    Ok(columns.into_iter().enumerate().map(given).collect())
}
