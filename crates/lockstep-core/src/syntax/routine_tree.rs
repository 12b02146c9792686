//! Functions and procedures as written.

use crate::name::{Ident, QualifiedName};
use crate::syntax::expression::{Expr, TypeName};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoutineKind {
    Function,
    Procedure,
    Aggregate,
    /// `ROUTINE`: any of them.
    Routine,
}

#[derive(Debug, Clone, PartialEq)]
pub struct CreateFunction {
    pub replace: bool,
    pub kind: RoutineKind,
    pub name: QualifiedName,
    pub parameters: Vec<Parameter>,
    pub returns: Option<Returns>,
    pub options: Vec<RoutineOption>,
    pub body: Option<RoutineBody>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    pub mode: ParameterMode,
    pub name: Option<Ident>,
    pub type_name: TypeName,
    pub default: Option<Expr>,
}

/// `FunctionParameterMode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ParameterMode {
    #[default]
    In,
    Out,
    InOut,
    Variadic,
    /// A column of `RETURNS TABLE`.
    Table,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Returns {
    Type(TypeName),
    Table(Vec<Parameter>),
}

#[derive(Debug, Clone, PartialEq)]
pub enum RoutineOption {
    Language(Ident),
    /// The source, or the object file and the symbol in it.
    As(Vec<String>),
    /// `immutable`, `stable` or `volatile`.
    Volatility(Ident),
    Strict(bool),
    SecurityDefiner(bool),
    Leakproof(bool),
    Parallel(Ident),
    Cost(String),
    Rows(String),
    Support(QualifiedName),
    /// No values: `DEFAULT`.
    Set {
        name: String,
        values: Vec<String>,
    },
    SetFromCurrent(String),
    /// `None`: all.
    Reset(Option<String>),
    Window,
    Transform(Vec<TypeName>),
}

/// A body in the grammar itself, bound to what it names when it is made.
#[derive(Debug, Clone, PartialEq)]
pub enum RoutineBody {
    Return(Expr),
    /// `BEGIN ATOMIC`: its statements, as written.
    Atomic(Vec<String>),
}

/// A function by its name, and the types of its arguments where written.
#[derive(Debug, Clone, PartialEq)]
pub struct RoutineName {
    pub name: QualifiedName,
    pub arguments: Option<Vec<Parameter>>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct DropRoutine {
    pub kind: RoutineKind,
    pub routines: Vec<RoutineName>,
    pub if_exists: bool,
    pub cascade: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct AlterRoutine {
    pub kind: RoutineKind,
    pub routine: RoutineName,
    pub action: AlterRoutineAction,
}

#[derive(Debug, Clone, PartialEq)]
pub enum AlterRoutineAction {
    RenameTo(Ident),
    OwnerTo(Ident),
    SetSchema(Ident),
    DependsOnExtension { name: Ident, remove: bool },
    Options(Vec<RoutineOption>),
}

/// `DO`: code that runs at once.
#[derive(Debug, Clone, PartialEq)]
pub struct Do {
    pub language: Option<Ident>,
    pub body: String,
}
