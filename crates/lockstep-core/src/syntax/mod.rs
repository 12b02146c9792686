//! Reading SQL: from the text of one statement to its tree. The engine beneath (sqlparser's tokens,
//! expressions, types and queries) does not show outside this module.

pub mod expression;
pub mod statement;
