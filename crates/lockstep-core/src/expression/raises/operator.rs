//! Operators: what the functions behind them refuse.

use crate::expression::node::{Expression, Operator};
use crate::expression::raises::{Raised, Raises, constant, is_null};
use crate::pg::catalog::Function;
use crate::pg::sqlstate;
use crate::pg::types::Type;

/// Comparisons of any type with a B-tree operator class.
const COMPARISONS: [&str; 6] = ["=", "<>", "<", "<=", ">", ">="];

/// Never raise, whatever they are applied to: those of ranges, arrays, JSON, networks, texts and bits.
const TOTAL: [&str; 36] = [
    "@>", "<@", "&&", "&<", "&>", "-|-", "<<", ">>", "<<=", ">>=", "?", "?|", "?&", "->", "->>", "#>", "#>>", "~~*",
    "!~~*", "^@", "~=", "@@", "&", "|", "#", "|>>", "<<|", "&<|", "|&>", "<^", ">^", "~<~", "~<=~", "~>~", "~>=~",
    "!!",
];

const INTEGERS: [Type; 3] = [Type::INT2, Type::INT4, Type::INT8];
const FLOATS: [Type; 2] = [Type::FLOAT4, Type::FLOAT8];
const MOMENTS: [Type; 6] = [Type::DATE, Type::TIME, Type::TIMETZ, Type::TIMESTAMP, Type::TIMESTAMPTZ, Type::INTERVAL];

impl Raises<'_> {
    pub(super) fn operator(&mut self, operator: &Operator, arguments: &[&Expression]) -> Raised {
        if Function::is_made_number(operator.function.oid) {
            return Err(format!("what the operator {} does is not known", operator.symbol));
        }
        let types: Vec<Type> = arguments.iter().map(|it| self.base(it)).collect();
        let all = |kinds: &[Type]| types.iter().all(|it| it.is_any(kinds));
        let any = |kinds: &[Type]| types.iter().any(|it| it.is_any(kinds));
        let geometric = types.iter().any(|it| !it.array && it.row().is_some_and(|row| row.category == 'G'));
        if geometric {
            // Coordinates are floating point numbers: distances and the like may be too great for one.
            self.may(sqlstate::NUMERIC_VALUE_OUT_OF_RANGE);
            return match operator.symbol {
                "+" | "-" | "*" | "/" | "#" | "##" | "@" | "@@" => self.unknown_operator(operator),
                _ => Ok(()),
            };
        }
        if COMPARISONS.contains(&operator.symbol) {
            // `record_eq`: rows of other columns are not compared.
            if any(&[Type::RECORD]) {
                self.may(sqlstate::DATATYPE_MISMATCH);
                self.may(sqlstate::UNDEFINED_FUNCTION);
            }
            return Ok(());
        }
        match (operator.symbol, arguments) {
            ("~~" | "!~~" | "~~*" | "!~~*", [_, pattern]) => {
                let ends_well = constant(pattern).is_some_and(|text| !text.ends_with('\\'));
                if !ends_well && !is_null(pattern) {
                    self.may(sqlstate::INVALID_ESCAPE_SEQUENCE);
                }
                Ok(())
            }
            ("~" | "!~" | "~*" | "!~*", [_, pattern]) => {
                if !constant(pattern).is_some_and(is_plain_pattern) {
                    self.may(sqlstate::INVALID_REGULAR_EXPRESSION);
                }
                Ok(())
            }
            ("~", [_]) => Ok(()),
            ("<->", _) => self.unknown_operator(operator),
            ("&" | "|" | "#", _) if any(&[Type::BIT, Type::VARBIT]) => {
                self.may(sqlstate::STRING_DATA_LENGTH_MISMATCH);
                Ok(())
            }
            ("||", [left, right]) => {
                if self.base(left).array || self.base(right).array {
                    self.may(sqlstate::ARRAY_SUBSCRIPT_ERROR);
                    self.may(sqlstate::DATA_EXCEPTION);
                }
                Ok(())
            }
            ("/" | "%", [_, divisor]) if all(&INTEGERS) || all(&FLOATS) || all(&[Type::NUMERIC]) => {
                let nonzero = constant(divisor).and_then(|it| it.parse::<f64>().ok()).filter(|it| *it != 0.0);
                if nonzero.is_none() {
                    self.may(sqlstate::DIVISION_BY_ZERO);
                }
                let shrinks = all(&INTEGERS) && nonzero.is_some_and(|it| it != -1.0);
                if !(shrinks || operator.symbol == "%" && all(&INTEGERS)) {
                    self.may(sqlstate::NUMERIC_VALUE_OUT_OF_RANGE);
                }
                Ok(())
            }
            ("+" | "-" | "*" | "@" | "^" | "|/" | "||/", _)
                if all(&INTEGERS) || all(&FLOATS) || all(&[Type::NUMERIC]) =>
            {
                self.may(sqlstate::NUMERIC_VALUE_OUT_OF_RANGE);
                match operator.symbol {
                    "^" | "|/" => {
                        self.may(sqlstate::INVALID_ARGUMENT_FOR_POWER_FUNCTION);
                        Ok(())
                    }
                    _ => Ok(()),
                }
            }
            ("-", [left, right]) if self.base(left).is(Type::DATE) && self.base(right).is(Type::DATE) => Ok(()),
            ("+" | "-" | "*" | "/", _) if any(&MOMENTS) => {
                self.may(sqlstate::DATETIME_FIELD_OVERFLOW);
                if operator.symbol == "/" {
                    self.may(sqlstate::DIVISION_BY_ZERO);
                }
                Ok(())
            }
            (symbol, _) if TOTAL.contains(&symbol) => Ok(()),
            _ => self.unknown_operator(operator),
        }
    }

    fn unknown_operator(&self, operator: &Operator) -> Raised {
        Err(format!("what the operator {} refuses is not known", operator.symbol))
    }
}

/// A regular expression of nothing but characters that stand for themselves, and a few plain signs.
fn is_plain_pattern(pattern: &str) -> bool {
    let mut before = None;
    for sign in pattern.chars() {
        let allowed = match sign {
            '*' | '+' | '?' => !matches!(before, None | Some('*' | '+' | '?' | '^' | '|')),
            '.' | '^' | '$' | '|' | '_' | ' ' | '-' | ',' | ':' | '=' | '<' | '>' | '/' | '"' | '\'' | '%' | '#' => {
                true
            }
            other => other.is_alphanumeric(),
        };
        if !allowed {
            return false;
        }
        before = Some(sign);
    }
    !pattern.starts_with("***")
}
