//! Where a rehearsal takes place: a database of a throwaway server, or one that was given.

use std::collections::BTreeSet;

use postgres::Client;

use crate::cluster::Cluster;
use crate::error::{Error, Result};
use crate::session::Target;

/// Everything that users make in a database, as (catalog, number, kind, identity), each after what may
/// depend on it. Members of extensions and the row types and arrays of other objects go with those.
const OBJECTS: &str = "
WITH made (class, oid, rank) AS (
  SELECT 'pg_catalog.pg_event_trigger'::regclass, oid, 1 FROM pg_catalog.pg_event_trigger
  UNION ALL SELECT 'pg_catalog.pg_publication'::regclass, oid, 2 FROM pg_catalog.pg_publication
  UNION ALL SELECT 'pg_catalog.pg_extension'::regclass, oid, 3 FROM pg_catalog.pg_extension WHERE extname <> 'plpgsql'
  UNION ALL SELECT 'pg_catalog.pg_namespace'::regclass, oid, 4 FROM pg_catalog.pg_namespace
    WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'public')
  UNION ALL SELECT 'pg_catalog.pg_class'::regclass, c.oid, 5 FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c')
  UNION ALL SELECT 'pg_catalog.pg_proc'::regclass, p.oid, 6 FROM pg_catalog.pg_proc p
    JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  UNION ALL SELECT 'pg_catalog.pg_type'::regclass, t.oid, 7 FROM pg_catalog.pg_type t
    JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND t.typtype IN ('e', 'd', 'r')
  UNION ALL SELECT 'pg_catalog.pg_collation'::regclass, o.oid, 8 FROM pg_catalog.pg_collation o
    JOIN pg_catalog.pg_namespace n ON n.oid = o.collnamespace
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema')
SELECT made.class::oid::int8, made.oid::int8, it.type, it.identity
FROM made, pg_catalog.pg_identify_object(made.class, made.oid, 0) AS it
WHERE NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d
  WHERE d.classid = made.class AND d.objid = made.oid AND d.deptype IN ('e', 'i'))
ORDER BY made.rank, made.oid";

struct Object {
    key: (i64, i64),
    /// As in `DROP … identity`, and as `pg_identify_object` says it: `composite type` is no word of `DROP`.
    kind: String,
    identity: String,
}

pub(super) enum Scratch {
    /// Roles may be created and databases thrown away.
    Throwaway {
        cluster: Box<Cluster>,
    },
    Given {
        target: Box<Target>,
        before: BTreeSet<(i64, i64)>,
    },
}

impl Scratch {
    /// A database that was given must be empty, unless that is allowed.
    pub(super) fn given(target: Target, allow_non_empty: bool) -> Result<Self> {
        let objects = objects(&mut target.connect()?)?;
        if !allow_non_empty && let Some(first) = objects.first() {
            return Err(Error::NotEmpty(format!(
                "the database is not empty: it holds the {} {} and {} more objects.\n\
                 A rehearsal runs the migration for real. Give an empty scratch database (`createdb scratch`), leave \
                 --url out to rehearse on a throwaway server, or add --allow-non-empty where nothing in it matters.",
                first.kind,
                first.identity,
                objects.len() - 1
            )));
        }
        Ok(Scratch::Given { target: Box::new(target), before: objects.into_iter().map(|it| it.key).collect() })
    }

    /// A database to begin in; on a throwaway server a new one each time.
    pub(super) fn begin(&self) -> Result<Target> {
        match self {
            Scratch::Throwaway { cluster } => cluster.create_database(),
            Scratch::Given { target, .. } => Ok(Target::clone(target)),
        }
    }

    pub(super) fn is_throwaway(&self) -> bool {
        matches!(self, Scratch::Throwaway { .. })
    }

    pub(super) fn was_empty(&self) -> bool {
        match self {
            Scratch::Throwaway { .. } => true,
            Scratch::Given { before, .. } => before.is_empty(),
        }
    }

    /// Drops what the rehearsal left in a given database; says what stays.
    pub(super) fn clean(&self) -> Result<Vec<String>> {
        let Scratch::Given { target, before } = self else {
            return Ok(vec![]);
        };
        let mut client = target.connect()?;
        for object in objects(&mut client)?.iter().filter(|it| !before.contains(&it.key)) {
            let kind = if object.kind == "composite type" { "type" } else { &object.kind };
            // Gone already with an object that it depended on, or in the list of what stays.
            let _ = client.batch_execute(&format!("DROP {kind} IF EXISTS {} CASCADE", object.identity));
        }
        let left = objects(&mut client)?;
        Ok(left
            .iter()
            .filter(|it| !before.contains(&it.key))
            .map(|it| format!("{} {}", it.kind, it.identity))
            .collect())
    }
}

fn objects(client: &mut Client) -> Result<Vec<Object>> {
    let rows = client.query(OBJECTS, &[])?;
    Ok(rows
        .iter()
        .map(|row| Object { key: (row.get(0), row.get(1)), kind: row.get(2), identity: row.get(3) })
        .collect())
}
