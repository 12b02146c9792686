//! PL/pgSQL, as far as migrations write it: blocks with handlers, conditions, loops, `EXECUTE` and
//! `RAISE` (`pl_gram.y`). Statements in SQL are kept as text.

mod read;

use crate::name::Ident;

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
        variable: Ident,
        first: String,
        last: String,
        reverse: bool,
        body: Vec<Node>,
    },
    /// `FOR r IN query LOOP`.
    Rows {
        variable: Ident,
        query: String,
        body: Vec<Node>,
    },
    /// `FOREACH x IN ARRAY a LOOP`.
    Elements {
        variable: Ident,
        array: String,
        body: Vec<Node>,
    },
    /// `EXECUTE expression`, without `INTO` and `USING`.
    Execute(String),
    Assign {
        variable: Ident,
        value: String,
    },
    /// The level, the format and what is put into it, and the `ERRCODE` of `USING`.
    Raise {
        level: String,
        format: Option<String>,
        arguments: Vec<String>,
        code: Option<String>,
    },
    Perform(String),
    Commit,
    Return,
    Nothing,
}
