//! The hazards that have a page.

pub(super) fn all() -> Vec<(&'static str, &'static str)> {
    vec![("blocking_index_build", BLOCKING_INDEX_BUILD)]
}

pub(super) fn page(id: &str) -> Option<&'static str> {
    all().into_iter().find(|(known, _)| *known == id).map(|(_, page)| page)
}

const BLOCKING_INDEX_BUILD: &str = "\
# Index build blocks writes

A plain `CREATE INDEX` holds a `SHARE` lock on the table while it reads every row, so every
`INSERT`, `UPDATE` and `DELETE` waits.

```sql unsafe
CREATE INDEX posts_user_id ON posts (user_id);
```

Build the index `CONCURRENTLY`, outside a transaction:

```sql safe
CREATE INDEX CONCURRENTLY posts_user_id ON posts (user_id);
```

PostgreSQL: [Building Indexes Concurrently](https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY)
";
