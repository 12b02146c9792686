//! Keywords: word, category, and whether it may be a column's label without AS: b(are) or a(s).

use anyhow::Result;

use super::{Table, server::Server};

const FILE: &str = "crates/lockstep-core/src/keywords.txt";

const QUERY: &str = "SELECT word, upper(catcode::text), CASE WHEN barelabel THEN 'b' ELSE 'a' END \
                     FROM pg_get_keywords() ORDER BY word COLLATE \"C\"";

pub(super) fn make(servers: &[&Server]) -> Result<Vec<Table>> {
    servers.iter().map(|server| Ok(Table { file: FILE.to_owned(), text: server.query(QUERY)? })).collect()
}
