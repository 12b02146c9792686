//! Functions and aggregates: what they refuse.

use crate::expression::node::Expression;
use crate::expression::query::Aggregate;
use crate::expression::raises::{Raised, Raises, constant};
use crate::pg::catalog::Function;
use crate::pg::sqlstate::{self, SqlState};
use crate::pg::time_zone::{is_fixed, is_universal};
use crate::pg::types::Type;

/// Never raise, whatever their arguments.
const TOTAL: &[&str] = &[
    "array_dims",
    "array_length",
    "array_lower",
    "array_ndims",
    "array_to_json",
    "array_to_string",
    "array_upper",
    "ascii",
    "bit_length",
    "btrim",
    "cardinality",
    "char_length",
    "character_length",
    "clock_timestamp",
    "col_description",
    "concat",
    "concat_ws",
    "current_database",
    "current_schema",
    "current_schemas",
    "date",
    "enum_range",
    "ceil",
    "ceiling",
    "floor",
    "format_type",
    "gen_random_uuid",
    "generate_subscripts",
    "hashtext",
    "initcap",
    "isfinite",
    "json_typeof",
    "jsonb_typeof",
    "left",
    "length",
    "lower",
    "lower_inc",
    "lower_inf",
    "ltrim",
    "md5",
    "now",
    "obj_description",
    "octet_length",
    "num_nonnulls",
    "num_nulls",
    "pg_backend_pid",
    "pg_column_size",
    "pg_current_xact_id",
    "pg_current_xact_id_if_assigned",
    "pg_trigger_depth",
    "pg_is_in_recovery",
    "pg_postmaster_start_time",
    "pg_describe_object",
    "pg_get_constraintdef",
    "pg_get_expr",
    "pg_get_function_arguments",
    "pg_get_function_identity_arguments",
    "pg_get_function_result",
    "pg_get_functiondef",
    "pg_get_indexdef",
    "pg_get_partition_constraintdef",
    "pg_get_partkeydef",
    "pg_get_statisticsobjdef",
    "pg_get_triggerdef",
    "pg_get_userbyid",
    "pg_identify_object",
    "pg_is_other_temp_schema",
    "pg_my_temp_schema",
    "pg_partition_ancestors",
    "pg_partition_root",
    "pg_partition_tree",
    "pg_relation_filenode",
    "pg_relation_filepath",
    "pg_relation_is_updatable",
    "pg_relation_size",
    "pg_column_is_updatable",
    "pg_sequence_parameters",
    "pg_table_is_visible",
    "pg_table_size",
    "pg_total_relation_size",
    "pg_indexes_size",
    "pg_type_is_visible",
    "pg_typeof",
    "position",
    "quote_ident",
    "quote_literal",
    "quote_nullable",
    "random",
    "range_merge",
    "replace",
    "reverse",
    "right",
    "row_security_active",
    "row_to_json",
    "rtrim",
    "isempty",
    "sign",
    "starts_with",
    "statement_timestamp",
    "strpos",
    "timeofday",
    "to_hex",
    "to_json",
    "to_jsonb",
    "to_regclass",
    "to_regtype",
    "transaction_timestamp",
    "trunc",
    "txid_current",
    "unnest",
    "upper",
    "upper_inc",
    "upper_inf",
    "version",
    "justify_hours",
    "justify_days",
];

/// Raise one of these at most.
const PARTIAL: &[(&str, &[SqlState])] = &[
    ("abs", &[sqlstate::NUMERIC_VALUE_OUT_OF_RANGE]),
    ("age", &[sqlstate::DATETIME_FIELD_OVERFLOW]),
    ("array_append", &[sqlstate::DATA_EXCEPTION]),
    ("array_cat", &[sqlstate::ARRAY_SUBSCRIPT_ERROR]),
    ("array_position", &[sqlstate::FEATURE_NOT_SUPPORTED]),
    ("array_positions", &[sqlstate::FEATURE_NOT_SUPPORTED]),
    ("array_remove", &[sqlstate::FEATURE_NOT_SUPPORTED]),
    ("array_replace", &[sqlstate::ARRAY_SUBSCRIPT_ERROR]),
    ("array_prepend", &[sqlstate::DATA_EXCEPTION]),
    ("date_trunc", &[sqlstate::INVALID_PARAMETER_VALUE, sqlstate::FEATURE_NOT_SUPPORTED]),
    ("date_part", &[sqlstate::INVALID_PARAMETER_VALUE, sqlstate::FEATURE_NOT_SUPPORTED]),
    ("enum_first", &[sqlstate::OBJECT_NOT_IN_PREREQUISITE_STATE]),
    ("enum_last", &[sqlstate::OBJECT_NOT_IN_PREREQUISITE_STATE]),
    ("extract", &[sqlstate::INVALID_PARAMETER_VALUE, sqlstate::FEATURE_NOT_SUPPORTED]),
    ("json_array_length", &[sqlstate::INVALID_PARAMETER_VALUE]),
    ("lpad", &[sqlstate::PROGRAM_LIMIT_EXCEEDED]),
    ("mod", &[sqlstate::DIVISION_BY_ZERO]),
    ("repeat", &[sqlstate::PROGRAM_LIMIT_EXCEEDED]),
    ("round", &[sqlstate::NUMERIC_VALUE_OUT_OF_RANGE]),
    ("rpad", &[sqlstate::PROGRAM_LIMIT_EXCEEDED]),
    ("split_part", &[sqlstate::INVALID_PARAMETER_VALUE]),
    ("sqrt", &[sqlstate::INVALID_ARGUMENT_FOR_POWER_FUNCTION, sqlstate::NUMERIC_VALUE_OUT_OF_RANGE]),
];

const TOTAL_AGGREGATES: &[&str] = &[
    "any_value",
    "bit_and",
    "bit_or",
    "bit_xor",
    "bool_and",
    "bool_or",
    "count",
    "cume_dist",
    "dense_rank",
    "every",
    "first_value",
    "json_agg",
    "jsonb_agg",
    "lag",
    "last_value",
    "lead",
    "max",
    "min",
    "mode",
    "percent_rank",
    "rank",
    "row_number",
    "string_agg",
];

impl Raises<'_> {
    pub(super) fn function(&mut self, function: &Function, arguments: &[Expression], result: Type) -> Raised {
        if function.is_made() {
            self.functions.push(function.oid);
            return Ok(());
        }
        let name = function.name;
        if name.is_empty() {
            let [source, ..] = arguments else { return Err("a conversion of nothing".to_owned()) };
            // A length that is written as a cast cuts off what is too long.
            let fits = arguments.get(2).and_then(constant) == Some("t");
            if fits && self.base(source).is_any(&[Type::VARCHAR, Type::BPCHAR]) {
                return Ok(());
            }
            return self.cast(self.base(source), crate::expression::typing::base_type(result, self.scope));
        }
        if TOTAL.contains(&name) {
            return Ok(());
        }
        if let Some((_, states)) = PARTIAL.iter().find(|(it, _)| *it == name) {
            states.iter().for_each(|it| self.may(*it));
            return Ok(());
        }
        match (name, arguments) {
            ("substr" | "substring", [_, _, length]) if self.base(length).is(Type::INT4) => {
                if constant(length).is_none_or(|it| it.starts_with('-')) {
                    self.may(sqlstate::SUBSTRING_ERROR);
                }
                Ok(())
            }
            ("substr" | "substring", [_, from]) if self.base(from).is(Type::INT4) => Ok(()),
            ("generate_series", [first, .., last]) if self.base(first).is_any(&[Type::INT4, Type::INT8]) => {
                let steps = arguments.len() > 2;
                if steps && constant(last).is_none_or(|it| it.trim_start_matches(['-', '0']).is_empty()) {
                    self.may(sqlstate::INVALID_PARAMETER_VALUE);
                }
                Ok(())
            }
            // Universal time moves no value out of its range.
            ("timezone", [zone, _]) if constant(zone).is_some_and(is_universal) => Ok(()),
            ("timezone", [zone, _]) => {
                if !constant(zone).is_some_and(is_fixed) {
                    self.may(sqlstate::INVALID_PARAMETER_VALUE);
                }
                self.may(sqlstate::DATETIME_FIELD_OVERFLOW);
                Ok(())
            }
            // Formats of digits, and of dates and times, are all understood.
            ("to_char", [value, format]) => {
                let number =
                    self.base(value).is_any(&[Type::INT4, Type::INT8, Type::NUMERIC, Type::FLOAT4, Type::FLOAT8]);
                let digits =
                    |text: &str| text.trim_start_matches("FM").bytes().all(|it| matches!(it, b'0' | b'9' | b' '));
                match !number || constant(format).is_some_and(digits) {
                    true => Ok(()),
                    false => Err("what this format refuses is not known".to_owned()),
                }
            }
            _ => Err(format!("what the function {name} refuses is not known")),
        }
    }

    pub(super) fn aggregate(&mut self, call: &Aggregate) -> Raised {
        let function = &call.function;
        if function.is_made() {
            return Err("what an aggregate of the schema does is not known".to_owned());
        }
        let input = call.arguments.first().map(|it| self.base(it));
        let integer = input.is_some_and(|it| it.is_any(&[Type::INT2, Type::INT4, Type::INT8]));
        match function.name {
            name if TOTAL_AGGREGATES.contains(&name) => Ok(()),
            // The sums of `int2` and `int4` are `int8`, without a check; those of `int8` are `numeric`.
            "sum" | "avg" if integer => Ok(()),
            "sum" | "avg" | "stddev" | "stddev_pop" | "stddev_samp" | "variance" | "var_pop" | "var_samp" | "corr" => {
                self.may(sqlstate::NUMERIC_VALUE_OUT_OF_RANGE);
                if input.is_some_and(|it| it.is_any(&[Type::INTERVAL, Type::TIME])) {
                    self.may(sqlstate::DATETIME_FIELD_OVERFLOW);
                }
                Ok(())
            }
            "array_agg" => {
                if input.is_some_and(|it| it.array) {
                    self.may(sqlstate::ARRAY_SUBSCRIPT_ERROR);
                    self.may(sqlstate::NULL_VALUE_NOT_ALLOWED);
                }
                Ok(())
            }
            name => Err(format!("what the function {name} refuses is not known")),
        }
    }
}
