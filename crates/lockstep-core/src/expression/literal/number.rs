//! Numbers: `pg_strtoint32`, `numeric_in`, `float8in` and their output functions.

use crate::effect::PgError;
use crate::expression::literal::invalid;
use crate::expression::scope::Refusal;
use crate::pg::sqlstate;

/// Exponents beyond this are not expanded.
const MAX_EXPONENT: i64 = 1000;

fn out_of_range(text: &str, name: &str) -> Refusal {
    PgError::new(sqlstate::NUMERIC_VALUE_OUT_OF_RANGE, format!("value \"{text}\" is out of range for type {name}"))
        .into()
}

/// `None`: written in a way that not every version reads.
pub(super) fn integer(text: &str, name: &str, least: i64, most: i64) -> Result<Option<String>, Refusal> {
    let trimmed = text.trim_matches(|it: char| it.is_ascii_whitespace());
    let digits = trimmed.strip_prefix(['-', '+']).unwrap_or(trimmed);
    if digits.is_empty() || !digits.bytes().all(|it| it.is_ascii_digit()) {
        let newer = digits.starts_with('0') && digits.len() > 2 || digits.contains('_');
        let plausible = digits.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
        return if newer && plausible { Ok(None) } else { Err(invalid(name, text)) };
    }
    match trimmed.parse::<i64>() {
        Ok(value) if (least..=most).contains(&value) => Ok(Some(value.to_string())),
        _ => Err(out_of_range(text, name)),
    }
}

/// `numeric_in` and `numeric_out`: exponents expanded, trailing zeros kept.
pub(in crate::expression) fn numeric(text: &str) -> Result<String, Refusal> {
    let trimmed = text.trim_matches(|it: char| it.is_ascii_whitespace());
    let (negative, unsigned) = match trimmed.as_bytes().first() {
        Some(b'-') => (true, &trimmed[1..]),
        Some(b'+') => (false, &trimmed[1..]),
        _ => (false, trimmed),
    };
    match unsigned.to_ascii_lowercase().as_str() {
        "nan" if trimmed.len() == unsigned.len() => return Ok("NaN".to_owned()),
        "inf" | "infinity" => return Ok(if negative { "-Infinity" } else { "Infinity" }.to_owned()),
        _ => {}
    }
    if unsigned.contains('_') || unsigned.starts_with("0x") || unsigned.starts_with("0X") {
        return Err(Refusal::Unknown("not every version reads this number".to_owned()));
    }
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (&unsigned[..at], parse_exponent(&unsigned[at + 1..]).ok_or_else(|| invalid("numeric", text))?),
        None => (unsigned, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let plain = |it: &str| it.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() && fraction.is_empty() || !plain(whole) || !plain(fraction) {
        return Err(invalid("numeric", text));
    }
    if exponent.abs() > MAX_EXPONENT {
        return Err(Refusal::Unknown("the exponent of the number is too large to be expanded".to_owned()));
    }
    // All digits, and the place of the point among them.
    let digits = format!("{whole}{fraction}");
    let point = whole.len() as i64 + exponent;
    let scale = (fraction.len() as i64 - exponent).max(0) as usize;
    let digit = |place: i64| match usize::try_from(place).ok().and_then(|at| digits.as_bytes().get(at)) {
        Some(byte) => *byte as char,
        None => '0',
    };
    let whole: String = (0..point.max(0)).map(digit).collect();
    let fraction: String = (point..point + scale as i64).map(digit).collect();
    Ok(join(negative, whole.trim_start_matches('0'), &fraction))
}

fn join(negative: bool, whole: &str, fraction: &str) -> String {
    let whole = if whole.is_empty() { "0" } else { whole };
    let zero = whole.bytes().chain(fraction.bytes()).all(|it| it == b'0');
    let sign = if negative && !zero { "-" } else { "" };
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

fn parse_exponent(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let plain = !digits.is_empty() && digits.len() <= 9 && digits.bytes().all(|it| it.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

/// `apply_typmod`: rounded to the scale, half away from zero. The error is the server's.
pub(in crate::expression) fn numeric_with_scale(value: &str, precision: i32, scale: i32) -> Result<String, Refusal> {
    if scale < 0 || value == "NaN" || value.ends_with("Infinity") {
        return Err(Refusal::Unknown("the rounding of this number is not modelled".to_owned()));
    }
    let scale = scale as usize;
    let negative = value.starts_with('-');
    let unsigned = value.trim_start_matches('-');
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let mut digits: Vec<u8> = whole.bytes().chain(fraction.bytes().take(scale)).collect();
    digits.resize(whole.len() + scale, b'0');
    if fraction.as_bytes().get(scale).is_some_and(|it| *it >= b'5') {
        let mut place = digits.len();
        loop {
            if place == 0 {
                digits.insert(0, b'1');
                break;
            }
            place -= 1;
            if digits[place] == b'9' {
                digits[place] = b'0';
            } else {
                digits[place] += 1;
                break;
            }
        }
    }
    let text: String = digits.iter().map(|it| *it as char).collect();
    let (whole, fraction) = text.split_at(text.len() - scale);
    let whole = whole.trim_start_matches('0');
    if whole.len() as i32 > precision - scale as i32 {
        let most = precision - scale as i32;
        let bound = if most > 0 { format!("10^{most}") } else { "1".to_owned() };
        return Err(PgError::new(sqlstate::NUMERIC_VALUE_OUT_OF_RANGE, "numeric field overflow")
            .detail(format!(
                "A field with precision {precision}, scale {scale} must round to an absolute value less than {bound}."
            ))
            .into());
    }
    Ok(join(negative, whole, fraction))
}

pub(super) fn float8(text: &str) -> Result<String, Refusal> {
    let trimmed = text.trim_matches(|it: char| it.is_ascii_whitespace());
    let value = parse_float(trimmed).ok_or_else(|| invalid("double precision", text))?;
    let vanished = value == 0.0 && trimmed.bytes().any(|it| matches!(it, b'1'..=b'9'));
    if vanished || value.is_infinite() && trimmed.bytes().any(|it| it.is_ascii_digit()) {
        let message = format!("\"{trimmed}\" is out of range for type double precision");
        return Err(PgError::new(sqlstate::NUMERIC_VALUE_OUT_OF_RANGE, message).into());
    }
    Ok(float8_text(value))
}

pub(super) fn float4(text: &str) -> Result<String, Refusal> {
    let trimmed = text.trim_matches(|it: char| it.is_ascii_whitespace());
    if parse_float(trimmed).is_none() {
        return Err(invalid("real", text));
    }
    let value: f32 = trimmed.parse().map_err(|_| invalid("real", text))?;
    let vanished = value == 0.0 && trimmed.bytes().any(|it| matches!(it, b'1'..=b'9'));
    if vanished || value.is_infinite() && trimmed.bytes().any(|it| it.is_ascii_digit()) {
        let message = format!("\"{trimmed}\" is out of range for type real");
        return Err(PgError::new(sqlstate::NUMERIC_VALUE_OUT_OF_RANGE, message).into());
    }
    Ok(float4_text(value))
}

fn parse_float(text: &str) -> Option<f64> {
    text.parse().ok()
}

/// `float8out` with `extra_float_digits` at its default: the shortest digits that read back.
pub(in crate::expression) fn float8_text(value: f64) -> String {
    special(value).unwrap_or_else(|| shortest(&format!("{value:e}"), 15))
}

pub(in crate::expression) fn float4_text(value: f32) -> String {
    special(value.into()).unwrap_or_else(|| shortest(&format!("{value:e}"), 6))
}

fn special(value: f64) -> Option<String> {
    if value.is_nan() {
        return Some("NaN".to_owned());
    }
    value.is_infinite().then(|| if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned())
}

/// Plain digits for exponents from -4 up to `most`, else the form with an exponent.
fn shortest(scientific: &str, most: i32) -> String {
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let negative = mantissa.starts_with('-');
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let sign = if negative { "-" } else { "" };
    if exponent < -4 || exponent >= most {
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { String::new() } else { format!(".{rest}") };
        let direction = if exponent < 0 { '-' } else { '+' };
        return format!("{sign}{first}{point}e{direction}{:02}", exponent.abs());
    }
    if exponent < 0 {
        return format!("{sign}0.{}{digits}", "0".repeat((-exponent - 1) as usize));
    }
    let whole = exponent as usize + 1;
    match digits.len() {
        length if length <= whole => format!("{sign}{digits}{}", "0".repeat(whole - length)),
        _ => format!("{sign}{}.{}", &digits[..whole], &digits[whole..]),
    }
}
