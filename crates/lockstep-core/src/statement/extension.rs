//! `CREATE EXTENSION` and `ALTER EXTENSION`: `CreateExtension`, `ExecAlterExtensionStmt` and
//! `AlterExtensionNamespace` of `extension.c`, for the extensions that come with PostgreSQL.

use crate::effect::{ObjectName, PgError};
use crate::name::{Ident, QualifiedName};
use crate::pg::catalog::extension::{self, Control, Installed, Kind};
use crate::pg::sqlstate;
use crate::pg::types::Type;
use crate::schema::dependency::{Dependency, Object};
use crate::schema::extension::Extension;
use crate::schema::object::{ObjectBody, ObjectClass, ObjectId, ObjectKey};
use crate::schema::routine::routine_key;
use crate::statement::Command;
use crate::statement::execution::{Execution, Outcome, Stop, fail, unknown};
use crate::syntax;
use crate::syntax::statement::{AlterExtension, CreateExtension, ExtensionAction, Statement};

impl Execution {
    /// Every extension that is there.
    pub(crate) fn installed(&self) -> Installed {
        self.schema.installed(self.version, |_| true)
    }

    /// Those whose members a name reaches: by the schema that it gives, or by the search path.
    pub(crate) fn reached(&self, schema: Option<&Ident>) -> Installed {
        self.schema.installed(self.version, |it| match schema {
            Some(schema) => it == schema,
            None => *it == "pg_catalog" || self.session.search_path.contains(it),
        })
    }

    /// Nothing that the schema makes may have the name of a type or view that an extension brings there.
    pub(super) fn no_member(&self, name: &ObjectName) -> Outcome {
        let there = self.reached(Some(&name.schema));
        let word = name.name.as_str();
        match there.type_named(word).or_else(|| there.relation_named(word)) {
            Some(member) => unknown(format!("the extension {} brings another {name}", member.extension())),
            None => Ok(()),
        }
    }
}

fn key(name: &Ident) -> ObjectKey {
    ObjectKey::Global(ObjectClass::Extension, name.clone())
}

/// Every database has this one from the start.
const BUILT_IN: &str = "plpgsql";

fn find(execution: &Execution, name: &Ident) -> Outcome<Option<ObjectId>> {
    let found = execution.schema.find_object(&key(name));
    match execution.schema.uncertain.about(name, found.map(|it| it.0)) {
        Some(why) => unknown(why),
        None => Ok(found),
    }
}

fn missing<T>(name: &Ident) -> Outcome<T> {
    fail(sqlstate::UNDEFINED_OBJECT, format!("extension \"{}\" does not exist", name.as_str()))
}

impl Command for CreateExtension {
    fn run(&self, execution: &mut Execution) -> Outcome {
        execution.writable("CREATE EXTENSION")?;
        let name = self.name.as_str();
        // `check_valid_extension_name`: it is a part of file names.
        let wrong = if name.is_empty() {
            Some("Extension names must not be empty.")
        } else if name.contains("--") {
            Some("Extension names must not contain \"--\".")
        } else if name.starts_with('-') || name.ends_with('-') {
            Some("Extension names must not begin or end with \"-\".")
        } else if name.contains(['/', '\\']) {
            Some("Extension names must not contain directory separator characters.")
        } else {
            None
        };
        if let Some(detail) = wrong {
            let error = PgError::new(sqlstate::INVALID_PARAMETER_VALUE, format!("invalid extension name: \"{name}\""));
            return Err(Stop::Error(error.detail(detail)));
        }
        if name == BUILT_IN || find(execution, &self.name)?.is_some() {
            let message = format!("extension \"{name}\" already exists");
            if !self.if_not_exists {
                return fail(sqlstate::DUPLICATE_OBJECT, message);
            }
            execution.notice(format!("{message}, skipping"));
            return Ok(());
        }
        self.install(execution, &self.name, self.version.as_deref(), 0)
    }
}

/// No extension needs others this deep.
const MAX_LEVELS: usize = 8;

impl CreateExtension {
    /// `CreateExtensionInternal`.
    fn install(&self, execution: &mut Execution, name: &Ident, version: Option<&str>, level: usize) -> Outcome {
        let Some((known, control)) = extension::find(name.as_str(), execution.version) else {
            return unknown(format!("whether the server has the extension {name}, and what it brings, is not known"));
        };
        if known.foreign {
            execution.schema.uncertain.note_extension();
            execution.doubt(format!("whether the server has the extension {name}, and in which version, is not known"));
        }
        if version.is_some_and(|it| it != control.version && !known.foreign) {
            return unknown(format!(
                "of the extension {name}, version {} alone is modelled, which is this server's usual one",
                control.version
            ));
        }
        if let Some(schema) = &self.schema {
            execution.namespace(schema)?;
        }
        let schema = self.schema_for(execution, name, control)?;
        let mut needs = vec![(Object::Namespace(schema.clone()), Dependency::Normal)];
        for required in &control.requires {
            let required = Ident::new(required);
            let found = match find(execution, &required)? {
                Some(id) => id,
                None => self.require(execution, name, &required, level)?,
            };
            needs.push((Object::Other(found), Dependency::Normal));
        }
        // The script fails where what it makes is there.
        for member in known.members(execution.version) {
            let full = ObjectName { schema: schema.clone(), name: Ident::new(member.name) };
            let taken = match &member.kind {
                Kind::Type(_) | Kind::Relation => {
                    execution.schema.find_type(&full).is_some() || execution.schema.find(&full).is_some()
                }
                Kind::Function(row) => {
                    let inputs: Vec<Type> = row.arguments.clone();
                    execution.schema.find_object(&routine_key(full.clone(), &inputs)).is_some()
                }
                _ => false,
            };
            if taken {
                return unknown(format!("the extension {name} makes {full}, which is there already"));
            }
        }
        let body = Extension { schema, version: control.version.to_owned() };
        let id = execution.schema.add_object(key(name), ObjectBody::Extension(body));
        execution.schema.record_needs(&Object::Other(id), needs);
        Ok(())
    }

    /// Where its members come: what the control file says, the statement, or the search path.
    fn schema_for(&self, execution: &Execution, name: &Ident, control: &Control) -> Outcome<Ident> {
        match (control.schema, &self.schema) {
            (Some(only), Some(given)) if *given != *only && !self.cascade => {
                let message = format!("extension \"{}\" must be installed in schema \"{only}\"", name.as_str());
                fail(sqlstate::FEATURE_NOT_SUPPORTED, message)
            }
            (Some(only), _) => Ok(Ident::new(only)),
            (None, Some(given)) => Ok(given.clone()),
            (None, None) => {
                let any = QualifiedName { schema: None, name: name.clone() };
                execution.creation_name(&any).map(|it| it.schema)
            }
        }
    }

    /// `get_required_extension`.
    fn require(&self, execution: &mut Execution, name: &Ident, required: &Ident, level: usize) -> Outcome<ObjectId> {
        if !self.cascade {
            let message = format!("required extension \"{}\" is not installed", required.as_str());
            let error = PgError::new(sqlstate::UNDEFINED_OBJECT, message);
            return Err(Stop::Error(
                error.hint("Use CREATE EXTENSION ... CASCADE to install required extensions too."),
            ));
        }
        if level >= MAX_LEVELS {
            return unknown(format!("the extension {name} needs too many others"));
        }
        execution.notice(format!("installing required extension \"{}\"", required.as_str()));
        self.install(execution, required, None, level + 1)?;
        match find(execution, required)? {
            Some(id) => Ok(id),
            None => unknown(format!("the extension {required} is not modelled")),
        }
    }
}

impl Command for AlterExtension {
    fn run(&self, execution: &mut Execution) -> Outcome {
        execution.writable("ALTER EXTENSION")?;
        let name = &self.name;
        let Some(id) = find(execution, name)? else {
            return match *name == BUILT_IN {
                true => unknown(format!("the extension {name} is not modelled as an object")),
                false => missing(name),
            };
        };
        let control = extension::find(name.as_str(), execution.version).map(|(_, it)| it);
        let (Some(installed), Some(control)) =
            (execution.schema.object(id).and_then(|it| it.extension()).cloned(), control)
        else {
            return unknown(format!("the extension {name} is not modelled"));
        };
        match &self.action {
            ExtensionAction::Update(_)
                if extension::find(name.as_str(), execution.version).is_some_and(|(it, _)| it.foreign) =>
            {
                unknown(format!("the version of the extension {name} is not known"))
            }
            ExtensionAction::Update(version) => {
                let version = version.as_deref().unwrap_or(control.version);
                if version != installed.version {
                    return unknown(format!("how the extension {name} gets to version {version} is not modelled"));
                }
                let name = name.as_str();
                execution.notice(format!("version \"{version}\" of extension \"{name}\" is already installed"));
                Ok(())
            }
            ExtensionAction::SetSchema(schema) => {
                execution.namespace(schema)?;
                if installed.schema == *schema {
                    return Ok(());
                }
                if !control.relocatable {
                    let message = format!("extension \"{}\" does not support SET SCHEMA", name.as_str());
                    return fail(sqlstate::FEATURE_NOT_SUPPORTED, message);
                }
                move_to(execution, id, &installed.schema, schema);
                Ok(())
            }
        }
    }
}

fn move_to(execution: &mut Execution, id: ObjectId, from: &Ident, to: &Ident) {
    execution.schema.move_extension(id, to);
    let itself = Object::Other(id);
    let mut needs = execution.schema.needs(&itself).to_vec();
    needs.retain(|(it, _)| *it != Object::Namespace(from.clone()));
    needs.push((Object::Namespace(to.clone()), Dependency::Normal));
    execution.schema.forget_needs(&itself);
    execution.schema.record_needs(&itself, needs);
}

/// Why it is open how a statement ends that names what another's extension brings: versions differ.
pub(crate) fn names_foreign(execution: &Execution, statement: &Statement, text: &str) -> Option<String> {
    let installed = execution.schema.extensions().map(|(object, _)| object.name().clone());
    let foreign: Vec<&extension::Extension> = installed
        .filter_map(|name| extension::find(name.as_str(), execution.version).map(|(it, _)| it))
        .filter(|it| it.foreign)
        .collect();
    if foreign.is_empty() {
        return None;
    }
    // Code is a string, too.
    let mentioned = match statement {
        Statement::Do(_) | Statement::CreateFunction(_) => syntax::mentions(text),
        _ => syntax::mentions_outside_strings(text),
    };
    foreign.into_iter().find_map(|it| {
        let words = extension::words(it, execution.version);
        let found = mentioned.iter().find(|name| words.contains(&name.as_str()))?;
        Some(format!("{found} belongs to the extension {}, whose version on the server is not known", it.name))
    })
}
