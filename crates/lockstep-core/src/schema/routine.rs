//! Functions, procedures and aggregates: what `pg_proc` holds, and how the server prints it.

use smol_str::{SmolStr, format_smolstr};
use triomphe::Arc;

use crate::effect::ObjectName;
use crate::expression::Expression;
use crate::name::Ident;
use crate::pg::types::{Type, TypeRef, format_type_be};
use crate::pg::volatility::Volatility;
use crate::schema::Schema;
use crate::schema::form::Form;
use crate::schema::object::{CatalogObject, ObjectBody, ObjectClass, ObjectId, ObjectKey};
pub use crate::syntax::statement::{ParameterMode, RoutineKind};

#[derive(Debug, Clone, PartialEq)]
pub struct Routine {
    pub kind: RoutineKind,
    pub parameters: Vec<Parameter>,
    pub result: Type,
    pub returns_set: bool,
    pub language: Ident,
    pub volatility: Volatility,
    pub strict: bool,
    pub leakproof: bool,
    pub security_definer: bool,
    /// `u`, `r` or `s`.
    pub parallel: char,
    /// `proconfig`: `search_path=public`.
    pub settings: Vec<String>,
    /// `COST`, `ROWS`, `SUPPORT`: words that only planning reads.
    pub planning: Vec<String>,
    /// `prosrc`, or the body as the server prints it.
    pub source: String,
    /// A body of the grammar itself: printed without quotes.
    pub bound: bool,
    /// The object file of a function in C.
    pub file: Option<String>,
    /// What planning puts in the place of a call (`inline_function`): parameters are columns from
    /// [`FIRST_PARAMETER`] on.
    pub inline: Option<Arc<Expression>>,
    /// What a call gives, where the body does nothing but compute it, in whatever language.
    pub computes: Option<Arc<Expression>>,
}

/// The first parameter's number in [`Routine::inline`]: no table has so many columns.
pub const FIRST_PARAMETER: u16 = 20_000;

#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    pub mode: ParameterMode,
    pub name: Option<Ident>,
    pub type_: Type,
    pub default: Option<Arc<Expression>>,
}

impl Parameter {
    pub fn is_input(&self) -> bool {
        matches!(self.mode, ParameterMode::In | ParameterMode::InOut | ParameterMode::Variadic)
    }

    pub fn is_output(&self) -> bool {
        matches!(self.mode, ParameterMode::Out | ParameterMode::InOut | ParameterMode::Table)
    }
}

impl Routine {
    /// `proargtypes`.
    pub fn inputs(&self) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().filter(|it| it.is_input())
    }

    pub fn letter(&self) -> char {
        match self.kind {
            RoutineKind::Procedure => 'p',
            RoutineKind::Aggregate => 'a',
            RoutineKind::Function | RoutineKind::Routine => 'f',
        }
    }

    pub fn word(&self) -> &'static str {
        match self.kind {
            RoutineKind::Procedure => "procedure",
            RoutineKind::Aggregate => "aggregate",
            RoutineKind::Function | RoutineKind::Routine => "function",
        }
    }
}

/// A type as a part of an [`ObjectKey`]: by number, since a type may be renamed.
pub fn type_key(type_: &Type) -> String {
    let number = match type_.base {
        TypeRef::Builtin(builtin) => builtin.0,
        TypeRef::User(id) => id,
    };
    format!("{number}{}", if type_.array { "[]" } else { "" })
}

/// `ProcNameArgNsp`.
pub fn routine_key(name: ObjectName, inputs: &[Type]) -> ObjectKey {
    ObjectKey::InSchema(ObjectClass::Function, name, inputs.iter().map(type_key).collect())
}

impl CatalogObject {
    pub fn routine(&self) -> Option<&Routine> {
        match &self.body {
            ObjectBody::Routine(routine) => Some(routine),
            _ => None,
        }
    }
}

impl Schema {
    pub fn routine(&self, id: ObjectId) -> Option<&Routine> {
        self.object(id)?.routine()
    }

    /// Routines of that name in any schema.
    pub fn routines_called<'a>(&'a self, name: &'a Ident) -> impl Iterator<Item = &'a Routine> {
        self.objects().filter(move |it| it.name() == name).filter_map(|it| it.routine())
    }

    /// All functions of that name in that schema.
    pub fn routines_named(&self, name: &ObjectName) -> Vec<ObjectId> {
        self.objects_named(ObjectClass::Function, name).map(|(id, _)| id).collect()
    }

    /// `format_procedure`: the name with the types of its arguments.
    pub fn routine_signature(&self, object: &CatalogObject) -> String {
        let (ObjectKey::InSchema(_, name, _), Some(routine)) = (&object.key, object.routine()) else {
            return object.name().to_string();
        };
        let types: Vec<String> = routine.inputs().map(|it| self.bare_type(&it.type_)).collect();
        format!("{name}({})", types.join(","))
    }

    fn bare_type(&self, type_: &Type) -> String {
        format_type_be(type_, |id| self.type_name(id))
    }

    /// `print_function_arguments`.
    fn routine_arguments(&self, routine: &Routine, defaults: bool) -> String {
        let mut texts = vec![];
        for parameter in routine.parameters.iter().filter(|it| it.mode != ParameterMode::Table) {
            let mut text = match parameter.mode {
                ParameterMode::In if routine.kind == RoutineKind::Procedure => "IN ".to_owned(),
                mode => mode.to_string(),
            };
            if let Some(name) = &parameter.name {
                text.push_str(&format!("{name} "));
            }
            text.push_str(&self.bare_type(&parameter.type_));
            if let Some(default) = parameter.default.as_ref().filter(|_| defaults) {
                text.push_str(&format!(" DEFAULT {}", self.print_domain_expression(default)));
            }
            texts.push(text);
        }
        texts.join(", ")
    }

    /// `pg_get_function_result`; a procedure has none.
    fn routine_result(&self, routine: &Routine) -> Option<String> {
        if routine.kind == RoutineKind::Procedure {
            return None;
        }
        let columns: Vec<&Parameter> = routine.parameters.iter().filter(|it| it.mode == ParameterMode::Table).collect();
        if !columns.is_empty() {
            let columns = columns.iter().map(|it| {
                let name = it.name.as_ref().map(ToString::to_string).unwrap_or_default();
                format!("{name} {}", self.bare_type(&it.type_))
            });
            return Some(format!("TABLE({})", columns.collect::<Vec<_>>().join(", ")));
        }
        let set = if routine.returns_set { "SETOF " } else { "" };
        Some(format!("{set}{}", self.bare_type(&routine.result)))
    }

    /// The key and value under `functions` of the normal form.
    pub(super) fn routine_form(&self, object: &CatalogObject) -> Option<(SmolStr, Form)> {
        let ObjectKey::InSchema(_, name, _) = &object.key else { return None };
        let routine = object.routine().filter(|_| name.schema != "pg_temp")?;
        let key = format_smolstr!("{}({})", name.plain(), self.routine_arguments(routine, false));
        let mut form = Form::default();
        form.always("args", self.routine_arguments(routine, true))
            .put("kind", routine.letter())
            .put("lang", routine.language.as_str().to_owned())
            .put("result", self.routine_result(routine))
            .put("volatility", routine.volatility.letter())
            .put("strict", routine.strict)
            .put("secdef", routine.security_definer)
            .put("leakproof", routine.leakproof)
            .put("parallel", routine.parallel)
            .put("config", routine.settings.clone())
            .put("src", routine.source.to_string())
            .put("comment", object.comment.clone());
        Some((key, form))
    }

    /// `pg_get_functiondef`, as a script would write it.
    pub fn create_routine(&self, id: ObjectId) -> Option<String> {
        let object = self.object(id)?;
        let (ObjectKey::InSchema(_, name, _), routine) = (&object.key, object.routine()?) else { return None };
        if routine.kind == RoutineKind::Aggregate {
            return None;
        }
        let arguments = self.routine_arguments(routine, true);
        let mut text = format!("CREATE OR REPLACE {} {name}({arguments})", routine.word().to_uppercase());
        if let Some(result) = self.routine_result(routine) {
            text.push_str(&format!(" RETURNS {result}"));
        }
        text.push_str(&format!(" LANGUAGE {}", routine.language));
        match routine.volatility {
            Volatility::Volatile => {}
            other => text.push_str(&format!(" {}", other.word().to_uppercase())),
        }
        let flags = [
            (routine.strict, " STRICT"),
            (routine.security_definer, " SECURITY DEFINER"),
            (routine.leakproof, " LEAKPROOF"),
            (routine.parallel == 's', " PARALLEL SAFE"),
            (routine.parallel == 'r', " PARALLEL RESTRICTED"),
        ];
        flags.iter().filter(|(set, _)| *set).for_each(|(_, words)| text.push_str(words));
        routine.planning.iter().for_each(|words| text.push_str(&format!(" {words}")));
        for setting in &routine.settings {
            let (name, value) = setting.split_once('=')?;
            text.push_str(&format!(" SET {name} TO {}", setting_values(name, value)));
        }
        match &routine.file {
            Some(file) => text.push_str(&format!(" AS '{file}', '{}'", routine.source)),
            None if routine.bound => text.push_str(&format!(" {}", routine.source)),
            None => text.push_str(&format!(" AS {}", dollar_quoted(&routine.source))),
        }
        Some(text)
    }
}

/// A list stays a list: `search_path` of two schemas is not one schema with a comma in its name.
fn setting_values(name: &str, value: &str) -> String {
    match name {
        "search_path" if value != "\"\"" => value.to_owned(),
        "search_path" => "''".to_owned(),
        _ => crate::name::quote_literal(value),
    }
}

/// `dollar_quote`: with a tag that the text does not hold.
pub fn dollar_quoted(text: &str) -> String {
    let mut tag = String::new();
    while text.contains(&format!("${tag}$")) || text.ends_with('$') && tag.is_empty() {
        tag.push_str(if tag.is_empty() { "function" } else { "x" });
    }
    format!("${tag}${text}${tag}$")
}
