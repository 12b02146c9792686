//! Storage parameters: their kinds of relation, values and locks, as the tables of `reloptions.c` list them.

use crate::effect::PgError;
use crate::pg::lock_mode::LockMode::{self, AccessExclusive, ShareUpdateExclusive};
use crate::pg::sqlstate::INVALID_PARAMETER_VALUE;
use crate::pg::version::PgVersion;

/// `relopt_kind`: what a parameter may be set on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    Heap,
    Toast,
    Attribute,
    View,
    Btree,
    Hash,
    Gin,
    Gist,
    Spgist,
    Brin,
}

impl Holder {
    /// That of the server's own index access methods; `None` for another's.
    pub fn of_access_method(method: &str) -> Option<Holder> {
        Some(match method {
            "btree" => Holder::Btree,
            "hash" => Holder::Hash,
            "gin" => Holder::Gin,
            "gist" => Holder::Gist,
            "spgist" => Holder::Spgist,
            "brin" => Holder::Brin,
            _ => return None,
        })
    }
}

enum Values {
    Boolean,
    Integer(i64, i64),
    Real(f64, f64),
    Words(&'static [&'static str]),
}

struct Parameter {
    name: &'static str,
    holders: &'static [Holder],
    values: Values,
    lock: LockMode,
    since: PgVersion,
}

use Holder::*;

const MAX: i64 = i32::MAX as i64;
const TABLES: &[Holder] = &[Heap, Toast];
const TERNARY: Values = Values::Words(&["auto", "on", "off", "true", "false", "yes", "no", "1", "0"]);

const fn parameter(name: &'static str, holders: &'static [Holder], values: Values, lock: LockMode) -> Parameter {
    Parameter { name, holders, values, lock, since: PgVersion::V14 }
}

const fn weak(name: &'static str, holders: &'static [Holder], values: Values) -> Parameter {
    parameter(name, holders, values, ShareUpdateExclusive)
}

const fn strong(name: &'static str, holders: &'static [Holder], values: Values) -> Parameter {
    parameter(name, holders, values, AccessExclusive)
}

const fn since(since: PgVersion, parameter: Parameter) -> Parameter {
    Parameter { since, ..parameter }
}

const PARAMETERS: &[Parameter] = &[
    strong("autosummarize", &[Brin], Values::Boolean),
    weak("autovacuum_enabled", TABLES, Values::Boolean),
    strong("user_catalog_table", &[Heap], Values::Boolean),
    strong("fastupdate", &[Gin], Values::Boolean),
    strong("security_barrier", &[View], Values::Boolean),
    since(PgVersion::V15, strong("security_invoker", &[View], Values::Boolean)),
    weak("vacuum_truncate", TABLES, Values::Boolean),
    weak("deduplicate_items", &[Btree], Values::Boolean),
    weak("fillfactor", &[Heap, Btree, Hash, Gist, Spgist], Values::Integer(10, 100)),
    weak("autovacuum_vacuum_threshold", TABLES, Values::Integer(0, MAX)),
    since(PgVersion::V18, weak("autovacuum_vacuum_max_threshold", TABLES, Values::Integer(-1, MAX))),
    weak("autovacuum_vacuum_insert_threshold", TABLES, Values::Integer(-1, MAX)),
    weak("autovacuum_analyze_threshold", &[Heap], Values::Integer(0, MAX)),
    weak("autovacuum_vacuum_cost_limit", TABLES, Values::Integer(1, 10_000)),
    weak("autovacuum_freeze_min_age", TABLES, Values::Integer(0, 1_000_000_000)),
    weak("autovacuum_multixact_freeze_min_age", TABLES, Values::Integer(0, 1_000_000_000)),
    weak("autovacuum_freeze_max_age", TABLES, Values::Integer(100_000, 2_000_000_000)),
    weak("autovacuum_multixact_freeze_max_age", TABLES, Values::Integer(10_000, 2_000_000_000)),
    weak("autovacuum_freeze_table_age", TABLES, Values::Integer(0, 2_000_000_000)),
    weak("autovacuum_multixact_freeze_table_age", TABLES, Values::Integer(0, 2_000_000_000)),
    weak("log_autovacuum_min_duration", TABLES, Values::Integer(-1, MAX)),
    weak("toast_tuple_target", &[Heap], Values::Integer(128, 8160)),
    strong("pages_per_range", &[Brin], Values::Integer(1, 131_072)),
    strong("gin_pending_list_limit", &[Gin], Values::Integer(64, MAX)),
    weak("parallel_workers", &[Heap], Values::Integer(0, 1024)),
    weak("autovacuum_vacuum_cost_delay", TABLES, Values::Real(0.0, 100.0)),
    weak("autovacuum_vacuum_scale_factor", TABLES, Values::Real(0.0, 100.0)),
    weak("autovacuum_vacuum_insert_scale_factor", TABLES, Values::Real(0.0, 100.0)),
    weak("autovacuum_analyze_scale_factor", &[Heap], Values::Real(0.0, 100.0)),
    since(PgVersion::V18, weak("vacuum_max_eager_freeze_failure_rate", TABLES, Values::Real(0.0, 1.0))),
    weak("n_distinct", &[Attribute], Values::Real(-1.0, f64::MAX)),
    weak("n_distinct_inherited", &[Attribute], Values::Real(-1.0, f64::MAX)),
    weak("vacuum_cleanup_index_scale_factor", &[Btree], Values::Real(0.0, 1e10)),
    weak("vacuum_index_cleanup", TABLES, TERNARY),
    strong("buffering", &[Gist], Values::Words(&["auto", "on", "off"])),
    strong("check_option", &[View], Values::Words(&["local", "cascaded"])),
];

/// `AlterTableGetRelOptionsLockLevel`: parameters are sought by name alone, whatever they belong to.
pub fn lock_mode<'a>(names: impl Iterator<Item = &'a str>) -> LockMode {
    let lock = |name: &str| {
        let name = name.strip_prefix("toast.").unwrap_or(name);
        PARAMETERS.iter().find(|it| it.name == name).map_or(ShareUpdateExclusive, |it| it.lock)
    };
    names.map(lock).max().unwrap_or(AccessExclusive)
}

/// `parseRelOptions`: all parameters that a relation has after the change, as `name=value`.
pub fn check(options: &[String], holder: Holder, version: PgVersion) -> Result<(), PgError> {
    let known = |it: &&Parameter| it.holders.contains(&holder) && it.since <= version;
    let all: Vec<&Parameter> = PARAMETERS.iter().filter(known).collect();
    check_among(options, &all)
}

/// `GISTMaxIndexKeySize`, of pages of 8 kB.
const SIGNATURE: Values = Values::Integer(1, 2024);

/// What the options procedures of operator classes register (`index_opclass_options`).
const OF_CLASSES: [(&str, Parameter); 5] = [
    ("gist_hstore_ops", weak("siglen", &[Gist], SIGNATURE)),
    ("gist_trgm_ops", weak("siglen", &[Gist], SIGNATURE)),
    ("gist__intbig_ops", weak("siglen", &[Gist], SIGNATURE)),
    ("gist__ltree_ops", weak("siglen", &[Gist], SIGNATURE)),
    ("tsvector_ops", weak("siglen", &[Gist], SIGNATURE)),
];

/// `parseLocalRelOptions`: the options of a key's operator class; `None` where it is not known which it has.
pub fn check_class(options: &[String], class: &str, method: &str) -> Option<Result<(), PgError>> {
    let holder = Holder::of_access_method(method)?;
    let own = OF_CLASSES.iter().filter(|(name, it)| *name == class && it.holders.contains(&holder));
    let own: Vec<&Parameter> = own.map(|(_, it)| it).collect();
    match own.is_empty() {
        true if holder == Brin || class.starts_with("gist_") => None,
        true => {
            let message = format!("operator class {class} has no options");
            Some(Err(PgError::new(INVALID_PARAMETER_VALUE, message)))
        }
        false => Some(check_among(options, &own)),
    }
}

fn check_among(options: &[String], all: &[&Parameter]) -> Result<(), PgError> {
    let refuse = |message: String| Err(PgError::new(INVALID_PARAMETER_VALUE, message));
    for (place, option) in options.iter().enumerate() {
        let (name, value) = option.split_once('=').unwrap_or((option, ""));
        let Some(parameter) = all.iter().find(|it| it.name == name) else {
            return refuse(format!("unrecognized parameter \"{name}\""));
        };
        if options[..place].iter().any(|it| it.split_once('=').is_some_and(|(before, _)| before == name)) {
            return refuse(format!("parameter \"{name}\" specified more than once"));
        }
        parameter.check(value)?;
    }
    Ok(())
}

impl Parameter {
    /// `parse_one_reloption`.
    fn check(&self, value: &str) -> Result<(), PgError> {
        let invalid = |kind: &str| {
            let message = format!("invalid value for {kind} option \"{}\": {value}", self.name);
            Err(PgError::new(INVALID_PARAMETER_VALUE, message))
        };
        let bounded = |inside: bool, min: String, max: String| match inside {
            true => Ok(()),
            false => {
                let message = format!("value {value} out of bounds for option \"{}\"", self.name);
                let detail = format!("Valid values are between \"{min}\" and \"{max}\".");
                Err(PgError::new(INVALID_PARAMETER_VALUE, message).detail(detail))
            }
        };
        let number = value.trim().parse::<f64>().ok().filter(|it| it.is_finite());
        match self.values {
            Values::Boolean if is_boolean(value) => Ok(()),
            Values::Boolean => invalid("boolean"),
            Values::Integer(min, max) => match number.map(f64::round_ties_even) {
                Some(number) => bounded(number >= min as f64 && number <= max as f64, min.to_string(), max.to_string()),
                None => invalid("integer"),
            },
            Values::Real(min, max) => match number {
                Some(number) => bounded(number >= min && number <= max, format!("{min:.6}"), format!("{max:.6}")),
                None => invalid("floating point"),
            },
            Values::Words(words) if words.iter().any(|it| it.eq_ignore_ascii_case(value)) => Ok(()),
            Values::Words(_) => invalid("enum"),
        }
    }
}

/// `parse_bool`: any unambiguous beginning of a word for yes or no.
fn is_boolean(value: &str) -> bool {
    let value = value.to_ascii_lowercase();
    let begins = |word: &str, least: usize| value.len() >= least && word.starts_with(&value);
    matches!(value.as_str(), "1" | "0" | "on")
        || ["true", "false", "yes", "no"].iter().any(|word| begins(word, 1))
        || begins("off", 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(option: &str, holder: Holder) -> Option<String> {
        check(&[option.to_owned()], holder, PgVersion::V18).err().map(|it| it.message)
    }

    #[test]
    fn a_parameter_is_known_only_where_it_belongs() {
        assert_eq!(says("fillfactor=70", Holder::Heap), None);
        assert_eq!(says("fillfactor=70", Holder::Gin), Some("unrecognized parameter \"fillfactor\"".to_owned()));
        assert_eq!(says("n_distinct=-0.5", Holder::Attribute), None);
        let before = check(&["autovacuum_vacuum_max_threshold=1".to_owned()], Holder::Heap, PgVersion::V17);
        assert!(before.is_err());
    }

    #[test]
    fn values_are_checked_by_their_kind_and_bounds() {
        assert_eq!(
            says("fillfactor=5", Holder::Heap),
            Some("value 5 out of bounds for option \"fillfactor\"".to_owned())
        );
        assert_eq!(
            says("fillfactor=much", Holder::Heap),
            Some("invalid value for integer option \"fillfactor\": much".to_owned())
        );
        assert_eq!(says("autovacuum_enabled=of", Holder::Heap), None);
        assert!(says("autovacuum_enabled=o", Holder::Heap).is_some());
        assert_eq!(says("vacuum_index_cleanup=AUTO", Holder::Toast), None);
    }

    #[test]
    fn the_strongest_parameter_decides_the_lock() {
        assert_eq!(lock_mode(["fillfactor", "user_catalog_table"].into_iter()), AccessExclusive);
        assert_eq!(lock_mode(["toast.autovacuum_enabled", "nope"].into_iter()), ShareUpdateExclusive);
    }
}
