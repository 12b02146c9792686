//! The handoff note: what those who write the application have to know and to do. Made of the difference between the
//! schema before and after, whatever statements led from one to the other.

pub mod markdown;
pub mod wire;

mod changes;
mod diesel;
mod django;
mod errors;
mod kind;
mod lines;
mod model;
mod order;
mod others;
mod prisma;
mod pydantic;
mod spelling;
mod sqlalchemy;
mod sqlx;
mod touch;
mod typescript;

#[cfg(test)]
mod tests;

use crate::effect::RelationId;
use crate::report::handoff::model::{Enumeration, Model};
use crate::report::handoff::wire::{Edit, FORMAT, Handoff, Rollback};
use crate::report::validation::wire::Validation;
use crate::rollback::way_back;
use crate::schema::diff::Diff;
use crate::simulate::trace::{Outcome, Trace};

pub use touch::Queries;

/// `application`: its queries as they are, which the change may concern.
pub fn handoff(trace: &Trace, validation: &Validation, application: Option<&Queries<'_>>) -> Handoff {
    let diff = Diff::between(&trace.start, &trace.end);
    let mut changes = changes::changes(trace, &diff);
    changes.extend(others::others(trace));
    let (order, order_notes) = order::order(trace, &changes);
    let way = way_back(trace, None);
    Handoff {
        format: FORMAT.into(),
        postgres: trace.version.major(),
        files: trace.plan.sources.iter().map(|it| it.name.to_string()).collect(),
        steps: trace.steps.len(),
        fails: fails(trace),
        changes: changes.iter().map(|it| it.words.clone()).collect(),
        order,
        order_notes,
        edits: edits(trace, &diff),
        touch: touch::touch(trace, &diff, application),
        errors: errors::scenarios(trace, validation),
        rollback: Rollback {
            grade: way.grade().word().into(),
            lost: [way.impossible.clone(), way.lost.clone()].concat(),
            stays: way.stays.clone(),
        },
    }
}

fn fails(trace: &Trace) -> Option<String> {
    let (step, error) = trace.steps.iter().find_map(|step| match &step.outcome {
        Outcome::Failed(error) => Some((step, error)),
        _ => None,
    })?;
    let message = error.message.trim_end_matches('.');
    Some(format!("Step {} is sure to fail with {}: {message}.", step.index, error.sqlstate))
}

/// How a tool writes models.
struct Tool {
    id: &'static str,
    title: &'static str,
    language: &'static str,
    /// Where they usually are; `{}` stands for the model's name.
    file: &'static str,
    model: fn(&Model) -> Vec<String>,
    enumeration: fn(&Enumeration) -> Vec<String>,
}

const TOOLS: [Tool; 7] = [
    Tool {
        id: "sqlalchemy",
        title: "SQLAlchemy 2",
        language: "python",
        file: "models/{}.py",
        model: sqlalchemy::model,
        enumeration: sqlalchemy::enumeration,
    },
    Tool {
        id: "pydantic",
        title: "Pydantic",
        language: "python",
        file: "schemas/{}.py",
        model: pydantic::model,
        enumeration: pydantic::enumeration,
    },
    Tool {
        id: "django",
        title: "Django",
        language: "python",
        file: "models.py",
        model: django::model,
        enumeration: django::enumeration,
    },
    Tool {
        id: "prisma",
        title: "Prisma",
        language: "prisma",
        file: "schema.prisma",
        model: prisma::model,
        enumeration: prisma::enumeration,
    },
    Tool {
        id: "typescript",
        title: "TypeScript",
        language: "typescript",
        file: "types/{}.ts",
        model: typescript::model,
        enumeration: typescript::enumeration,
    },
    Tool {
        id: "diesel",
        title: "Diesel",
        language: "rust",
        file: "src/schema.rs",
        model: diesel::model,
        enumeration: diesel::enumeration,
    },
    Tool {
        id: "sqlx",
        title: "sqlx and serde",
        language: "rust",
        file: "src/models/{}.rs",
        model: sqlx::model,
        enumeration: sqlx::enumeration,
    },
];

fn edits(trace: &Trace, diff: &Diff) -> Vec<Edit> {
    let renamed = |table: RelationId, number: u16| {
        let pair = diff.table_of(table)?;
        let columns = pair.columns.iter().find(|it| it.is == number)?;
        let before = trace.start.table(pair.was).column_name(columns.was);
        (before != trace.end.table(table).column_name(number)).then(|| before.as_str().to_owned())
    };
    let old = model::models(&trace.start, &|_, _| None);
    let new = model::models(&trace.end, &renamed);
    let enumerations = (model::enumerations(&trace.start), model::enumerations(&trace.end));
    let mut edits = vec![];
    for tool in &TOOLS {
        let mut models = vec![];
        for after in &enumerations.1 {
            let before =
                enumerations.0.iter().find(|it| it.name == after.name).map(tool.enumeration).unwrap_or_default();
            models.extend(edit(tool, &after.name, &after.name, before, (tool.enumeration)(after)));
        }
        for before in enumerations.0.iter().filter(|it| !enumerations.1.iter().any(|new| new.name == it.name)) {
            models.extend(edit(tool, &before.name, &before.name, (tool.enumeration)(before), vec![]));
        }
        for after in &new {
            let was = diff.table_of(after.id).map(|it| it.was);
            let before = old.iter().find(|it| Some(it.id) == was).map(tool.model).unwrap_or_default();
            models.extend(edit(tool, &relation(after), &after.table, before, (tool.model)(after)));
        }
        for before in old.iter().filter(|it| diff.lost_tables.contains(&it.id)) {
            models.extend(edit(tool, &relation(before), &before.table, (tool.model)(before), vec![]));
        }
        if !models.is_empty() {
            edits.push(Edit { tool: tool.id.into(), title: tool.title.into(), language: tool.language.into(), models });
        }
    }
    edits
}

fn relation(model: &Model) -> String {
    match &model.schema {
        Some(schema) => format!("{schema}.{}", model.table),
        None => model.table.clone(),
    }
}

/// `None` where nothing changes.
fn edit(tool: &Tool, relation: &str, name: &str, before: Vec<String>, after: Vec<String>) -> Option<wire::Model> {
    let diff = lines::diff(&before, &after);
    let file = tool.file.replace("{}", &spelling::file(name.rsplit('.').next().unwrap_or(name).trim_matches('"')));
    (!diff.is_empty()).then(|| wire::Model { relation: relation.to_owned(), file, diff, code: after.join("\n") })
}
