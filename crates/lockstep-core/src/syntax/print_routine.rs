//! Functions and procedures as SQL that reads back to the same tree.

use std::fmt::{self, Display, Formatter};

use crate::name::{Ident, quote_literal};
use crate::syntax::print_statement::comma;
use crate::syntax::statement::{
    AlterRoutine, AlterRoutineAction, CreateFunction, DropRoutine, Parameter, ParameterMode, Returns, RoutineBody,
    RoutineKind, RoutineName, RoutineOption,
};

impl Display for RoutineKind {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            RoutineKind::Function => "FUNCTION",
            RoutineKind::Procedure => "PROCEDURE",
            RoutineKind::Aggregate => "AGGREGATE",
            RoutineKind::Routine => "ROUTINE",
        })
    }
}

impl Display for ParameterMode {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ParameterMode::In | ParameterMode::Table => "",
            ParameterMode::Out => "OUT ",
            ParameterMode::InOut => "INOUT ",
            ParameterMode::Variadic => "VARIADIC ",
        })
    }
}

impl Display for Parameter {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.mode.fmt(f)?;
        if let Some(name) = &self.name {
            write!(f, "{name} ")?;
        }
        self.type_name.fmt(f)?;
        match &self.default {
            Some(default) => write!(f, " DEFAULT {default}"),
            None => Ok(()),
        }
    }
}

impl Display for RoutineName {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.name.fmt(f)?;
        match &self.arguments {
            Some(arguments) => write!(f, "({})", comma(arguments)),
            None => Ok(()),
        }
    }
}

fn setting(name: &str) -> String {
    name.split('.').map(|part| Ident::new(part).to_string()).collect::<Vec<_>>().join(".")
}

impl Display for RoutineOption {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            RoutineOption::Language(name) => write!(f, "LANGUAGE {name}"),
            RoutineOption::As(texts) => write!(f, "AS {}", comma(texts.iter().map(|it| quote_literal(it)))),
            RoutineOption::Volatility(word) => f.write_str(&word.as_str().to_uppercase()),
            RoutineOption::Strict(true) => f.write_str("STRICT"),
            RoutineOption::Strict(false) => f.write_str("CALLED ON NULL INPUT"),
            RoutineOption::SecurityDefiner(true) => f.write_str("SECURITY DEFINER"),
            RoutineOption::SecurityDefiner(false) => f.write_str("SECURITY INVOKER"),
            RoutineOption::Leakproof(true) => f.write_str("LEAKPROOF"),
            RoutineOption::Leakproof(false) => f.write_str("NOT LEAKPROOF"),
            RoutineOption::Parallel(word) => write!(f, "PARALLEL {word}"),
            RoutineOption::Cost(number) => write!(f, "COST {number}"),
            RoutineOption::Rows(number) => write!(f, "ROWS {number}"),
            RoutineOption::Support(name) => write!(f, "SUPPORT {name}"),
            RoutineOption::Set { name, values } if values.is_empty() => write!(f, "SET {} TO DEFAULT", setting(name)),
            RoutineOption::Set { name, values } => {
                write!(f, "SET {} TO {}", setting(name), comma(values.iter().map(|it| quote_literal(it))))
            }
            RoutineOption::SetFromCurrent(name) => write!(f, "SET {} FROM CURRENT", setting(name)),
            RoutineOption::Reset(None) => f.write_str("RESET ALL"),
            RoutineOption::Reset(Some(name)) => write!(f, "RESET {}", setting(name)),
            RoutineOption::Window => f.write_str("WINDOW"),
            RoutineOption::Transform(types) => {
                write!(f, "TRANSFORM {}", comma(types.iter().map(|it| format!("FOR TYPE {it}"))))
            }
        }
    }
}

impl Display for CreateFunction {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let replace = if self.replace { "OR REPLACE " } else { "" };
        write!(f, "CREATE {replace}{} {}({})", self.kind, self.name, comma(&self.parameters))?;
        match &self.returns {
            Some(Returns::Type(type_name)) => write!(f, " RETURNS {type_name}")?,
            Some(Returns::Table(columns)) => write!(f, " RETURNS TABLE({})", comma(columns))?,
            None => {}
        }
        for option in &self.options {
            write!(f, " {option}")?;
        }
        match &self.body {
            Some(RoutineBody::Return(expression)) => write!(f, " RETURN {expression}"),
            Some(RoutineBody::Atomic(statements)) => {
                f.write_str(" BEGIN ATOMIC")?;
                statements.iter().try_for_each(|it| write!(f, " {it};"))?;
                f.write_str(" END")
            }
            None => Ok(()),
        }
    }
}

impl Display for DropRoutine {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let guard = if self.if_exists { "IF EXISTS " } else { "" };
        let cascade = if self.cascade { " CASCADE" } else { "" };
        write!(f, "DROP {} {guard}{}{cascade}", self.kind, comma(&self.routines))
    }
}

impl Display for AlterRoutine {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "ALTER {} {} ", self.kind, self.routine)?;
        match &self.action {
            AlterRoutineAction::RenameTo(name) => write!(f, "RENAME TO {name}"),
            AlterRoutineAction::OwnerTo(name) => write!(f, "OWNER TO {name}"),
            AlterRoutineAction::SetSchema(name) => write!(f, "SET SCHEMA {name}"),
            AlterRoutineAction::DependsOnExtension { name, remove } => {
                write!(f, "{}DEPENDS ON EXTENSION {name}", if *remove { "NO " } else { "" })
            }
            AlterRoutineAction::Options(options) => {
                f.write_str(&options.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
            }
        }
    }
}
