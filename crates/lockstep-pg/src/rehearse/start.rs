//! Sets up the starting schema: the statements that the model takes as already run.

use lockstep_core::plan;
use lockstep_core::plan::runner::RUNNERS;
use lockstep_core::report::wire;
use lockstep_core::source::Source;

use crate::error::Error;
use crate::observe::Observer;
use crate::rehearse::{Interruption, forward, on_a_deep_stack, stop_if};

struct Statement {
    file: String,
    line: usize,
    sql: String,
}

/// As psql would, statement by statement. `makes_roles`: whether missing roles may be created.
pub(super) fn set_up(
    request: &wire::Request,
    observer: &mut Observer,
    makes_roles: bool,
    notes: &mut Vec<String>,
) -> Result<(), Interruption> {
    for statement in on_a_deep_stack(|| statements(request)) {
        stop_if(&observer.session.interrupted)?;
        let Statement { file, line, sql } = statement;
        if let Some(why) = forward::cannot_run(&sql) {
            notes.push(format!("{file}:{line}: {why}"));
            continue;
        }
        let Err(failure) = observer.session.run(&sql).outcome else { continue };
        stop_if(&observer.session.interrupted)?;
        if let Some(role) = forward::missing_role(&failure).filter(|_| makes_roles) {
            return Err(Interruption::MissingRole(role));
        }
        // What a dump of another version or of a whole database says, and what changes no schema.
        let harmless = failure.sqlstate == "42704" && failure.message.contains("configuration parameter")
            || failure.sqlstate == "42P06" && failure.message.contains("\"public\"");
        if !harmless {
            let hint = "The prediction assumes that all of it has run. \
                        Correct the file, or give the schema as `pg_dump --schema-only` prints it.";
            return Err(Interruption::Error(Error::StartingSchema {
                file,
                line,
                sqlstate: failure.sqlstate,
                message: failure.message,
                hint: failure.hint.map(|it| format!("{it}\n")).unwrap_or_default() + hint,
            }));
        }
        notes.push(format!("{file}:{line}: left out of the starting schema: {}", failure.message));
    }
    Ok(())
}

/// From the files of the starting schema, and from the sections of the migration's files that say so.
fn statements(request: &wire::Request) -> Vec<Statement> {
    let sources = |files: &[wire::File]| files.iter().map(|file| Source::new(&file.name, &file.text)).collect();
    let mut start = plan::plan(sources(&request.schema), sources(&request.files), RUNNERS[0], None).start;
    let planned = start.read_on();
    let statement = |it: &plan::Planned| {
        let source = &start.sources[it.source];
        Statement {
            file: source.name.to_string(),
            line: 1 + source.text[..it.read.span.start as usize].matches('\n').count(),
            sql: it.read.text.to_string(),
        }
    };
    planned.iter().map(statement).collect()
}
