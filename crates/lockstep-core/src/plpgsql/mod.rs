//! PL/pgSQL (`pl_gram.y`): blocks with handlers, conditions, loops, `EXECUTE` and `RAISE`. Statements in SQL
//! are kept as text.

mod into;
mod read;
mod read_loop;

use crate::name::Ident;

pub use into::{Into, split_into};
pub use read::read;

#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    pub variables: Vec<Variable>,
    pub statements: Vec<Node>,
    /// `WHEN a OR b THEN …`.
    pub handlers: Vec<Handler>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Variable {
    pub name: Ident,
    pub type_name: String,
    pub value: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Handler {
    /// `duplicate_object`, `others`; a SQLSTATE stands as it is written.
    pub conditions: Vec<String>,
    pub statements: Vec<Node>,
}

/// One statement.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    Sql(String),
    Block(Block),
    /// Conditions with what follows them, and what follows none.
    If(Vec<(String, Vec<Node>)>, Vec<Node>),
    /// `FOR i IN a..b LOOP`.
    Count {
        label: Option<Ident>,
        variable: Ident,
        first: String,
        last: String,
        step: Option<String>,
        reverse: bool,
        body: Vec<Node>,
    },
    /// `FOR r IN query LOOP`, `FOR a, b IN query LOOP`.
    Rows {
        label: Option<Ident>,
        variables: Vec<Ident>,
        query: String,
        body: Vec<Node>,
    },
    /// `FOR r IN EXECUTE text LOOP`.
    RowsOfText {
        label: Option<Ident>,
        variables: Vec<Ident>,
        text: String,
        using: Vec<String>,
        body: Vec<Node>,
    },
    /// `FOREACH x IN ARRAY a LOOP`.
    Elements {
        label: Option<Ident>,
        variables: Vec<Ident>,
        array: String,
        body: Vec<Node>,
    },
    /// `LOOP`, `WHILE condition LOOP`.
    Loop {
        label: Option<Ident>,
        condition: Option<String>,
        body: Vec<Node>,
    },
    /// `EXIT`, or `CONTINUE` (`again`).
    Exit {
        label: Option<Ident>,
        when: Option<String>,
        again: bool,
    },
    /// `EXECUTE text INTO variables USING values`.
    Execute {
        text: String,
        into: Vec<Ident>,
        using: Vec<String>,
    },
    Assign {
        variable: Ident,
        value: String,
    },
    /// `r.field := value`, `a[i] := value`.
    AssignPart {
        variable: Ident,
        place: String,
        value: String,
    },
    /// `GET DIAGNOSTICS`: variables with the items that they get.
    Diagnostics(Vec<(Ident, String)>),
    /// The level, the format and what is put into it, and the `ERRCODE` of `USING`.
    Raise {
        level: String,
        format: Option<String>,
        arguments: Vec<String>,
        code: Option<String>,
    },
    /// `RAISE` alone: the error that is handled.
    RaiseAgain,
    Assert {
        condition: String,
        message: Option<String>,
    },
    Perform(String),
    /// `OPEN`, `FETCH`, `MOVE` and `CLOSE`: what stands behind the word.
    Cursor(String),
    Commit,
    Return(Option<String>),
    /// `RETURN NEXT`, `RETURN QUERY`.
    Yield(String),
    Nothing,
}
