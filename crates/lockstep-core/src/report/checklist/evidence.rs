//! What evidence proves, and what is missing otherwise.

use serde_json::Value;

use crate::report::checklist::wire::Evidence;
use crate::report::validation::wire::{Answer, Report};
use crate::report::words;
use crate::simulate::trace::Trace;

pub(super) struct Proof<'a> {
    pub(super) trace: &'a Trace,
    pub(super) evidence: &'a Evidence,
}

type Proved = Result<String, String>;

impl Proof<'_> {
    /// What a person says of what no program sees.
    pub(super) fn stated(&self, name: &str) -> Proved {
        match self.evidence.statements.get(name).map(|it| it.trim()).filter(|it| !it.is_empty()) {
            Some(words) => Ok(format!("stated: {words}")),
            None => Err(format!("say so, in a statement `{name}`")),
        }
    }

    /// Rehearsals of this very migration: the same statements, in the same order.
    fn rehearsals(&self) -> impl Iterator<Item = &Value> {
        self.evidence.rehearsals.iter().filter(|it| it["format"] == "lockstep-rehearsal/1" && self.is_of_this(it))
    }

    fn is_of_this(&self, rehearsal: &Value) -> bool {
        let Some(steps) = rehearsal["steps"].as_array() else { return false };
        let sql = |it: &Value| it["sql"].as_str().map(str::trim).unwrap_or_default().to_owned();
        steps.len() == self.trace.steps.len()
            && steps.iter().zip(&self.trace.steps).all(|(theirs, own)| sql(theirs) == own.text.trim())
    }

    pub(super) fn rehearsed(&self) -> Proved {
        const WAY: &str = "rehearse it: `lockstep rehearse --format json`";
        if self.evidence.rehearsals.is_empty() {
            return Err(WAY.into());
        }
        let mut why = format!("{WAY}; the rehearsals given are of another migration");
        for rehearsal in self.rehearsals() {
            let contradicts = rehearsal["summary"]["contradicts"].as_u64();
            let steps = rehearsal["steps"].as_array().map(Vec::as_slice).unwrap_or_default();
            let undone = steps.iter().find(|it| it["measured"]["outcome"] != "done");
            why = match (contradicts, undone) {
                (Some(0), None) => return Ok(format!("rehearsed on PostgreSQL {}", server(rehearsal))),
                (Some(0), Some(step)) => {
                    format!("rehearse it so that every step is done: step {} was not", step["index"])
                }
                _ => "look into the rehearsal: it contradicts the prediction".into(),
            };
        }
        Err(why)
    }

    pub(super) fn way_back(&self) -> Proved {
        let agrees = |it: &Value| it["agreement"] == "agrees";
        let tested = self.rehearsals().find(|it| {
            let back = &it["rollback"];
            agrees(&back["script"]) && agrees(&back["schema"]) && back["rows"]["agreement"] != "contradicts"
        });
        match tested {
            Some(it) => Ok(format!("it ran in the rehearsal on PostgreSQL {}", server(it))),
            None => Err("rehearse it, the way back included: `lockstep rehearse --format json`".into()),
        }
    }

    fn validations(&self) -> impl Iterator<Item = &Report> {
        let steps = self.trace.steps.len();
        self.evidence.validations.iter().filter(move |it| it.steps == steps)
    }

    pub(super) fn validated_before(&self) -> Proved {
        match self.validations().filter(|it| it.at == 0).max_by_key(|it| it.failed) {
            Some(it) if it.failed == 0 => {
                Ok(format!("{} passed before the migration, PostgreSQL {}", it.passed, it.server))
            }
            Some(it) => Err(format!("mend the rows: {} failed", words::count_of(it.failed, "query", "queries"))),
            None => Err("ask before: `lockstep validate --url … --format json`".into()),
        }
    }

    pub(super) fn validated_at_end(&self) -> Proved {
        match self.validations().filter(|it| it.at == it.steps && it.steps > 0).max_by_key(|it| it.failed) {
            Some(it) if it.failed == 0 => Ok(format!("{} passed at the end, PostgreSQL {}", it.passed, it.server)),
            Some(it) => {
                Err(format!("mend what is wrong at the end: {} failed", words::count_of(it.failed, "query", "queries")))
            }
            None => Err("ask at the end: `lockstep validate --url … --at end --format json`".into()),
        }
    }

    /// Checks of plans; those of time or those of scans.
    fn plans(&self, time: bool) -> Vec<&Answer> {
        let answers = self.validations().flat_map(|it| &it.answers);
        answers
            .filter(|it| it.kind == "plans" && it.status != "not_asked" && it.id.starts_with("time_") == time)
            .collect()
    }

    pub(super) fn fast(&self) -> Proved {
        passed(&self.plans(true)).ok_or_else(|| {
            "measure them: `lockstep validate --app-new QUERIES --url … --at end --format json`, with values \
             for the queries' parameters"
                .into()
        })
    }

    pub(super) fn planned(&self) -> Proved {
        passed(&self.plans(false)).ok_or_else(|| {
            "look at their plans: `lockstep validate --app-new QUERIES --url … --at end --format json`".into()
        })
    }
}

/// All passed, and there are some.
fn passed(answers: &[&Answer]) -> Option<String> {
    let fine = !answers.is_empty() && answers.iter().all(|it| it.status == "passed");
    fine.then(|| match answers.len() {
        1 => "1 query passed".into(),
        more => format!("{more} queries passed"),
    })
}

fn server(rehearsal: &Value) -> String {
    rehearsal["server"].as_str().unwrap_or("of an unknown version").chars().take(80).collect()
}
