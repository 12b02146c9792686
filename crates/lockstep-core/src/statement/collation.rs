//! `CREATE COLLATION`: `DefineCollation` of `collationcmds.c`, for those of ICU.

use crate::pg::sqlstate;
use crate::schema::collation::Collation;
use crate::schema::object::{ObjectBody, ObjectClass, ObjectKey};
use crate::statement::Command;
use crate::statement::execution::{Execution, Outcome, fail, unknown};
use crate::syntax::statement::CreateCollation;

impl Command for CreateCollation {
    fn run(&self, execution: &mut Execution) -> Outcome {
        execution.writable("CREATE COLLATION")?;
        let full = execution.creation_name(&self.name)?;
        let (mut provider, mut locale, mut deterministic) = (None, None, true);
        for (option, value) in &self.options {
            match option.as_str() {
                "provider" => provider = Some(value.to_lowercase()),
                "locale" => locale = Some(value.clone()),
                "deterministic" => match value.to_lowercase().as_str() {
                    "true" | "on" | "1" => deterministic = true,
                    "false" | "off" | "0" => deterministic = false,
                    _ => {
                        let message = "deterministic requires a Boolean value";
                        return fail(sqlstate::SYNTAX_ERROR, message);
                    }
                },
                other => return unknown(format!("the option {other} of a collation is not modelled")),
            }
        }
        let (Some("icu"), Some(locale)) = (provider.as_deref(), locale) else {
            return unknown("which locales of other providers than ICU the server has is not known");
        };
        if !is_language_tag(&locale) {
            return unknown(format!("whether ICU takes the locale \"{locale}\" is not known"));
        }
        let key = ObjectKey::InSchema(ObjectClass::Collation, full.clone(), vec![]);
        let found = execution.schema.find_object(&key);
        if let Some(why) = execution.schema.uncertain.about(&full.name, found.map(|it| it.0)) {
            return unknown(why);
        }
        if found.is_some() {
            let message = format!("collation \"{}\" already exists", full.name.as_str());
            if !self.if_not_exists {
                return fail(sqlstate::DUPLICATE_OBJECT, message);
            }
            execution.notice(format!("{message}, skipping"));
            return Ok(());
        }
        execution.schema.add_object(key, ObjectBody::Collation(Collation { locale, deterministic }));
        Ok(())
    }
}

/// `und`, `de-DE`, `und-u-ks-level2`: a form that ICU takes as it is.
fn is_language_tag(text: &str) -> bool {
    let mut parts = text.split('-');
    let language = parts.next().unwrap_or_default();
    (2..=3).contains(&language.len())
        && language.bytes().all(|it| it.is_ascii_lowercase())
        && parts.all(|it| (1..=8).contains(&it.len()) && it.bytes().all(|it| it.is_ascii_alphanumeric()))
}
