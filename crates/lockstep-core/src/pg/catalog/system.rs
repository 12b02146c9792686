//! Columns of the system's own catalogs and views, and those of its functions that return records.

use std::sync::OnceLock;

use super::{Majors, fields, number, type_of};
use crate::pg::types::Type;
use crate::pg::version::PgVersion;

struct Row {
    name: &'static str,
    columns: &'static str,
    majors: Majors,
}

fn rows() -> &'static [Row] {
    static ROWS: OnceLock<Vec<Row>> = OnceLock::new();
    ROWS.get_or_init(|| {
        let rows = fields(include_str!("columns.txt"));
        let mut rows: Vec<Row> =
            rows.map(|(it, majors)| Row { name: it[0], columns: it.get(1).copied().unwrap_or(""), majors }).collect();
        rows.sort_by_key(|row| row.name);
        rows
    })
}

fn columns(name: &str, version: PgVersion) -> Option<Vec<(&'static str, Type)>> {
    let rows = rows();
    let from = rows.partition_point(|row| row.name < name);
    let row = rows[from..].iter().take_while(|row| row.name == name).find(|row| row.majors.include(version))?;
    Some(
        row.columns
            .split(',')
            .filter_map(|it| it.split_once(':'))
            .map(|(name, oid)| (name, type_of(number(oid))))
            .collect(),
    )
}

/// The columns of a catalog or system view; those of `pg_catalog` need no schema.
pub(crate) fn relation(schema: Option<&str>, name: &str, version: PgVersion) -> Option<Vec<(&'static str, Type)>> {
    match schema {
        None | Some("pg_catalog") => columns(name, version),
        Some("information_schema") => columns(&format!("information_schema.{name}"), version),
        Some(_) => None,
    }
}

/// The columns of the records that a function of the server's own returns.
pub(crate) fn outputs(name: &str, oid: u32, version: PgVersion) -> Option<Vec<(&'static str, Type)>> {
    columns(&format!("{name}({oid})"), version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn catalogs_views_and_functions_have_their_columns() {
        let class = relation(None, "pg_class", PgVersion::V15).unwrap();
        assert!(class.iter().any(|(name, type_)| *name == "relname" && type_.is(Type::NAME)));
        assert!(relation(Some("information_schema"), "columns", PgVersion::V18).is_some());
        assert!(relation(Some("public"), "pg_class", PgVersion::V15).is_none());
        let tree = outputs("pg_partition_tree", 3423, PgVersion::V15).unwrap();
        assert_eq!(tree.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["relid", "parentrelid", "isleaf", "level"]);
    }
}
