//! Tests of expressions, in the words that the server prints.
