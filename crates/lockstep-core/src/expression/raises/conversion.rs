//! Conversions: what the functions of `pg_cast` and the input functions of types refuse.

use crate::expression::raises::{Raised, Raises};
use crate::pg::sqlstate;
use crate::pg::types::{Type, TypeRef};

/// Numbers from narrow to wide: every value of one is a value of those behind it.
const WIDER: [Type; 6] = [Type::INT2, Type::INT4, Type::INT8, Type::NUMERIC, Type::FLOAT4, Type::FLOAT8];

impl Raises<'_> {
    /// A function of `pg_cast`, or one that fits a value to a length.
    pub(super) fn cast(&mut self, source: Type, target: Type) -> Raised {
        if source.is(target) {
            return match target {
                // `varchar(n)` cuts off what is too long only where the cast is written.
                it if it.is_any(&[Type::VARCHAR, Type::BPCHAR]) => {
                    self.may(sqlstate::STRING_DATA_RIGHT_TRUNCATION);
                    Ok(())
                }
                it if it.is(Type::NUMERIC) => {
                    self.may(sqlstate::NUMERIC_VALUE_OUT_OF_RANGE);
                    Ok(())
                }
                it if it.is_any(&[Type::BIT, Type::VARBIT]) => {
                    self.may(sqlstate::STRING_DATA_LENGTH_MISMATCH);
                    self.may(sqlstate::STRING_DATA_RIGHT_TRUNCATION);
                    Ok(())
                }
                _ => Ok(()),
            };
        }
        let place = |type_: Type| WIDER.iter().position(|it| it.is(type_));
        if let (Some(from), Some(to)) = (place(source), place(target)) {
            let widens = from <= to && !(source.is(Type::NUMERIC) || source.is(Type::FLOAT8));
            if !widens {
                self.may(sqlstate::NUMERIC_VALUE_OUT_OF_RANGE);
            }
            return Ok(());
        }
        let texts = [Type::TEXT, Type::VARCHAR, Type::BPCHAR, Type::NAME, Type::CHAR];
        if source.is_any(&texts) && target.is(Type::REGCLASS) {
            self.may(sqlstate::UNDEFINED_TABLE);
            self.may(sqlstate::INVALID_NAME);
            return Ok(());
        }
        let plain = source.is_any(&texts) && target.is_any(&texts)
            || source.is(Type::BOOL) && target.is_any(&[Type::INT4, Type::TEXT, Type::VARCHAR, Type::BPCHAR])
            || source.is(Type::INT4) && target.is(Type::BOOL)
            || target.is(Type::TEXT) && source.is_any(&[Type::INET, Type::CIDR])
            || source.is(Type::TIMESTAMP) && target.is_any(&[Type::DATE, Type::TIME])
            || source.is(Type::TIMESTAMPTZ) && target.is_any(&[Type::DATE, Type::TIME, Type::TIMETZ])
            || source.is_any(&[Type::TIMETZ, Type::INTERVAL]) && target.is(Type::TIME)
            || source.is(Type::TIME) && target.is_any(&[Type::INTERVAL, Type::TIMETZ])
            || source.is(Type::XID8) && target.is(Type::XID)
            || is_number_of_object(source) && is_number_of_object(target)
            || source.is_any(&[Type::INT2, Type::INT4]) && target.is(Type::OID)
            || source.is(Type::JSONB) && target.is(Type::JSON);
        if plain {
            return Ok(());
        }
        let moments = [Type::DATE, Type::TIMESTAMP, Type::TIMESTAMPTZ];
        if source.is_any(&moments) && target.is_any(&moments) {
            self.may(sqlstate::DATETIME_FIELD_OVERFLOW);
            return Ok(());
        }
        if source.is(Type::INT8) && is_number_of_object(target) {
            self.may(sqlstate::NUMERIC_VALUE_OUT_OF_RANGE);
            return Ok(());
        }
        Err("what this conversion refuses is not known".to_owned())
    }

    /// Output functions yield text of any value; input functions refuse what is no value of theirs.
    pub(super) fn through_text(&mut self, _source: Type, target: Type) -> Raised {
        if target.is_any(&[Type::TEXT, Type::VARCHAR, Type::BPCHAR, Type::NAME, Type::CHAR]) {
            return Ok(());
        }
        if target.array {
            return Err("what this conversion refuses is not known".to_owned());
        }
        if let TypeRef::User(_) = target.base {
            let is_enum = crate::expression::typing::is_enum(target, self.scope);
            return match is_enum {
                true => {
                    self.may(sqlstate::INVALID_TEXT_REPRESENTATION);
                    Ok(())
                }
                false => Err("what this conversion refuses is not known".to_owned()),
            };
        }
        let numbers = [Type::INT2, Type::INT4, Type::INT8, Type::FLOAT4, Type::FLOAT8, Type::NUMERIC, Type::OID];
        let moments = [Type::DATE, Type::TIME, Type::TIMETZ, Type::TIMESTAMP, Type::TIMESTAMPTZ, Type::INTERVAL];
        if target.is_any(&numbers) {
            self.may(sqlstate::NUMERIC_VALUE_OUT_OF_RANGE);
            self.may(sqlstate::INVALID_TEXT_REPRESENTATION);
        } else if target.is_any(&moments) {
            self.may(sqlstate::INVALID_DATETIME_FORMAT);
            self.may(sqlstate::DATETIME_FIELD_OVERFLOW);
            self.may(sqlstate::INVALID_PARAMETER_VALUE);
        } else if target.is_any(&[Type::BOOL, Type::UUID, Type::JSON, Type::JSONB, Type::INET, Type::CIDR]) {
            self.may(sqlstate::INVALID_TEXT_REPRESENTATION);
        } else {
            return Err("what this conversion refuses is not known".to_owned());
        }
        Ok(())
    }
}

/// `oid`, and the types that print it as a name.
fn is_number_of_object(type_: Type) -> bool {
    !type_.array && type_.row().is_some_and(|row| row.name == "oid" || row.name.starts_with("reg"))
}
