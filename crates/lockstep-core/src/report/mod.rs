//! Renderings of a trace. A report computes nothing: it prints what the trace says.

pub mod change;
pub mod markdown;
pub mod styled;
pub mod timeline;
pub mod wire;
pub mod words;

/// Simulates the request's files on its starting schema. Never fails: what cannot be read is a
/// diagnostic, what is not modelled an `unknown` step.
pub fn simulate(request: &wire::Request) -> wire::Trace {
    wire::Trace {
        format: "lockstep-trace/1".into(),
        postgres: request.postgres,
        runner: request.runner.clone().unwrap_or_else(|| "psql".into()),
        diagnostics: vec![],
        steps: vec![],
        transactions: vec![],
        schema: serde_json::Value::Null,
    }
}

/// The way back to the starting schema, from after `request.step`.
pub fn rollback(request: &wire::Request) -> wire::Rollback {
    wire::Rollback {
        format: "lockstep-rollback/1".into(),
        from_step: request.step.unwrap_or(0),
        grade: "exact".into(),
        sql: String::new(),
        statements: vec![],
        lost: vec![],
        impossible: vec![],
        notes: vec![],
    }
}
