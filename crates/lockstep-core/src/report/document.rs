//! The JSON of a simulation, written while it runs: a history of any length takes the memory of its largest
//! file and of its schema.

use std::cell::RefCell;

use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

use crate::report::simulate_each;
use crate::report::wire::{self, FORMAT};
use crate::schema::Schema;
use crate::schema::normal_form::NormalForm;

/// Serializes as the trace of the request, format `lockstep-trace/1`: the simulation runs meanwhile. Each step
/// goes to `each` when it is written.
pub struct Document<'a, F> {
    request: &'a wire::Request,
    each: RefCell<F>,
    rest: RefCell<Option<(wire::Trace, Schema)>>,
}

impl<'a, F: FnMut(wire::Step)> Document<'a, F> {
    pub fn new(request: &'a wire::Request, each: F) -> Self {
        Document { request, each: RefCell::new(each), rest: RefCell::new(None) }
    }

    /// The trace without its steps and schema, and the schema by itself, once all is written.
    pub fn rest(self) -> Option<(wire::Trace, Schema)> {
        self.rest.into_inner()
    }
}

impl<F: FnMut(wire::Step)> Serialize for Document<'_, F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("format", FORMAT)?;
        map.serialize_entry("steps", &Steps(self))?;
        let rest = self.rest.borrow();
        if let Some((rest, schema)) = rest.as_ref() {
            map.serialize_entry("postgres", &rest.postgres)?;
            map.serialize_entry("runner", &rest.runner)?;
            map.serialize_entry("diagnostics", &rest.diagnostics)?;
            map.serialize_entry("transactions", &rest.transactions)?;
            map.serialize_entry("size_unknown", &rest.size_unknown)?;
            map.serialize_entry("schema", &NormalForm(schema))?;
        }
        map.end()
    }
}

struct Steps<'d, 'a, F>(&'d Document<'a, F>);

impl<F: FnMut(wire::Step)> Serialize for Steps<'_, '_, F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut sequence = serializer.serialize_seq(None)?;
        let mut written = Ok(());
        let each = &mut *self.0.each.borrow_mut();
        let rest = simulate_each(self.0.request, &mut |step| {
            // Nothing is to be done for a reader that has gone away but to come to the end.
            if written.is_ok() {
                written = sequence.serialize_element(&step);
            }
            each(step);
        });
        *self.0.rest.borrow_mut() = Some(rest);
        written?;
        sequence.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::simulate;

    fn file(name: &str, text: &str) -> wire::File {
        wire::File { name: name.into(), text: text.into() }
    }

    /// What one file leaves open, rolls back or refers to is told the same whether it is all at hand or not.
    #[test]
    fn it_is_the_trace_of_the_whole() {
        let files = vec![
            file("1.sql", "CREATE TABLE t (id int PRIMARY KEY);\nINSERT INTO t VALUES (1);"),
            file("2.sql", "BEGIN; ALTER TABLE t ADD a int; CREATE INDEX ON t (a);"),
            file("3.sql", "ALTER TABLE t ALTER a TYPE bigint; ROLLBACK; ALTER TABLE nowhere ADD b int;"),
            file("4.sql", "-- lockstep: table elsewhere rows=5\nALTER TABLE t ADD c text; DROP TABLE u;"),
            file("5.sql", "-- lockstep: schema\nCREATE TABLE u (id int);\n-- lockstep: migration\nSELEC 1; TABLE t"),
            file("6.sql", ""),
        ];
        for runner in ["psql", "flyway", "prisma", "alembic"] {
            let request = wire::Request { files: files.clone(), runner: Some(runner.into()), ..Default::default() };
            let mut steps = vec![];
            let document = Document::new(&request, |step| steps.push(step));
            let text = serde_json::to_string_pretty(&document).unwrap();
            let whole = simulate(&request);
            assert_eq!(serde_json::from_str::<wire::Trace>(&text).unwrap(), whole, "{runner}");
            assert_eq!(
                document.rest().unwrap().0,
                wire::Trace { steps: vec![], schema: serde_json::Value::Null, ..whole.clone() }
            );
            assert_eq!(steps, whole.steps);
            let trace = crate::report::trace(&request);
            assert_eq!(crate::report::json::trace(&trace), whole, "{runner}: held as a whole");
        }
    }

    /// A long text is simulated on a thread of its own; a comment makes it long and says nothing.
    #[test]
    fn it_is_the_same_on_one_thread_and_on_two() {
        let text = |at: usize| match at % 6 {
            0 => format!("CREATE TABLE t{at} (id int PRIMARY KEY, name text); INSERT INTO t{at} VALUES (1, 'a');"),
            1 => format!("BEGIN; ALTER TABLE t{} ADD c int NOT NULL; CREATE INDEX ON t{0} (c);", at - 1),
            2 => format!("ALTER TABLE t{} ADD d int DEFAULT 1; COMMIT; SELEC 1;", at - 2),
            3 => format!("-- lockstep: table t{} rows=5M\nALTER TABLE t{0} ALTER id TYPE bigint;", at - 3),
            4 => "-- lockstep: ignore drop_breaks_application because nobody reads it\nDROP TABLE nowhere;".to_owned(),
            _ => format!("-- +goose Up\nDROP TABLE t{};\n-- +goose Down\nCREATE TABLE t{0} ();", at - 5),
        };
        let mut files: Vec<_> = (0..300).map(|at| file(&format!("{at}.sql"), &text(at))).collect();
        let json = |files: &[wire::File]| {
            let request = wire::Request { files: files.to_vec(), ..Default::default() };
            serde_json::to_string(&Document::new(&request, |_| {})).unwrap()
        };
        let one = json(&files);
        files[299].text.push_str(&format!("\n-- {}\n", "x".repeat(40 << 10)));
        assert_eq!(one, json(&files));
    }
}
