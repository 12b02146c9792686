//! Exact decimal numbers as `numeric.c` has them: digits and a display scale, up to 38 digits. What
//! would take more has no value here.

use std::cmp::Ordering;
use std::fmt;

/// `units` divided by ten to the power of `scale`.
#[derive(Debug, Clone, Copy)]
pub struct Decimal {
    units: i128,
    scale: u32,
}

/// `NUMERIC_MIN_SIG_DIGITS`.
const MIN_SIGNIFICANT: i64 = 16;
/// `DEC_DIGITS`: decimal digits in one digit of base 10000.
const GROUP: usize = 4;

impl Decimal {
    pub fn integer(value: i64) -> Decimal {
        Decimal { units: value.into(), scale: 0 }
    }

    /// Of what `numeric_out` prints; `None` for `NaN`, infinities and very long numbers.
    pub fn parse(text: &str) -> Option<Decimal> {
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let plain = |it: &str| it.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !plain(whole) || !plain(fraction) {
            return None;
        }
        let units: i128 = format!("{whole}{fraction}").parse().ok()?;
        Some(Decimal { units: if text.starts_with('-') { -units } else { units }, scale: fraction.len() as u32 })
    }

    pub fn is_zero(self) -> bool {
        self.units == 0
    }

    pub fn signum(self) -> i64 {
        self.units.signum() as i64
    }

    pub fn negated(self) -> Decimal {
        Decimal { units: -self.units, ..self }
    }

    pub fn absolute(self) -> Decimal {
        Decimal { units: self.units.abs(), ..self }
    }

    /// The same number with at least that scale.
    fn widened(self, scale: u32) -> Option<i128> {
        self.units.checked_mul(power(scale.checked_sub(self.scale)?)?)
    }

    fn aligned(self, other: Decimal) -> Option<(i128, i128, u32)> {
        let scale = self.scale.max(other.scale);
        Some((self.widened(scale)?, other.widened(scale)?, scale))
    }

    pub fn plus(self, other: Decimal) -> Option<Decimal> {
        let (a, b, scale) = self.aligned(other)?;
        Some(Decimal { units: a.checked_add(b)?, scale })
    }

    pub fn times(self, other: Decimal) -> Option<Decimal> {
        Some(Decimal { units: self.units.checked_mul(other.units)?, scale: self.scale + other.scale })
    }

    /// `mod_var`: the sign is the dividend's. The divisor is not zero.
    pub fn remainder(self, other: Decimal) -> Option<Decimal> {
        let (a, b, scale) = self.aligned(other)?;
        Some(Decimal { units: a.checked_rem(b)?, scale })
    }

    /// `div_var` with the scale of `select_div_scale`, rounded. The divisor is not zero.
    pub fn divided_by(self, other: Decimal) -> Option<Decimal> {
        let (weight, first) = self.leading();
        let (other_weight, other_first) = other.leading();
        let quotient_weight = weight - other_weight - i64::from(first <= other_first);
        let wanted = MIN_SIGNIFICANT - quotient_weight * GROUP as i64;
        let scale = wanted.max(self.scale.into()).max(other.scale.into()).clamp(0, 1000) as u32;
        // units / other.units * 10 ^ (scale + other.scale - self.scale)
        let shift = i64::from(scale) + i64::from(other.scale) - i64::from(self.scale);
        let (mut above, mut below) = (self.units, other.units);
        match shift >= 0 {
            true => above = above.checked_mul(power(shift as u32)?)?,
            false => below = below.checked_mul(power(-shift as u32)?)?,
        }
        Some(Decimal { units: rounded(above, below)?, scale })
    }

    /// Weight and value of the first digit of base 10000 that is not zero.
    fn leading(self) -> (i64, i128) {
        let digits = format!("{:0width$}", self.units.unsigned_abs(), width = self.scale as usize + 1);
        let (whole, fraction) = digits.split_at(digits.len() - self.scale as usize);
        let before = whole.len().div_ceil(GROUP) * GROUP;
        let after = fraction.len().div_ceil(GROUP) * GROUP;
        let all = format!("{whole:0>before$}{fraction:0<after$}");
        let groups =
            all.as_bytes().chunks(GROUP).map(|it| it.iter().fold(0, |sum, digit| sum * 10 + i128::from(digit - b'0')));
        let found = groups.zip(0i64..).find(|(digit, _)| *digit != 0);
        found.map_or((0, 0), |(digit, place)| ((before / GROUP) as i64 - 1 - place, digit))
    }

    /// `numeric_round`: half away from zero; a negative scale rounds before the point.
    pub fn rounded_to(self, scale: i32) -> Option<Decimal> {
        let shown = u32::try_from(scale.max(0)).ok()?;
        if scale >= 0 && shown >= self.scale {
            return Some(Decimal { units: self.widened(shown)?, scale: shown });
        }
        let cut = u32::try_from(i64::from(self.scale) - i64::from(scale)).ok()?;
        let units = match power(cut) {
            Some(by) => rounded(self.units, by)?,
            None => 0,
        };
        let units = units.checked_mul(power(scale.min(0).unsigned_abs())?)?;
        Some(Decimal { units, scale: shown })
    }

    /// `numeric_trunc`.
    pub fn truncated_to(self, scale: i32) -> Option<Decimal> {
        let shown = u32::try_from(scale.max(0)).ok()?;
        if scale >= 0 && shown >= self.scale {
            return Some(Decimal { units: self.widened(shown)?, scale: shown });
        }
        let cut = u32::try_from(i64::from(self.scale) - i64::from(scale)).ok()?;
        let units = power(cut).map_or(0, |by| self.units / by);
        Some(Decimal { units: units.checked_mul(power(scale.min(0).unsigned_abs())?)?, scale: shown })
    }

    /// `numeric_floor` and `numeric_ceil`.
    pub fn to_whole(self, up: bool) -> Option<Decimal> {
        let cut = self.truncated_to(0)?;
        Some(match cut.compare(self) {
            Ordering::Less if up => cut.plus(Decimal::integer(1))?,
            Ordering::Greater if !up => cut.plus(Decimal::integer(-1))?,
            _ => cut,
        })
    }

    /// `None` where it does not fit.
    pub fn to_integer(self) -> Option<i64> {
        self.rounded_to(0)?.units.try_into().ok()
    }

    pub fn compare(self, other: Decimal) -> Ordering {
        match self.aligned(other) {
            Some((a, b, _)) => a.cmp(&b),
            // One of them is far greater than the other's digits reach.
            None => {
                let far = |it: Decimal| {
                    it.units.signum() as f64 * (it.units.unsigned_abs() as f64 / 10f64.powi(it.scale as i32))
                };
                far(self).total_cmp(&far(other))
            }
        }
    }
}

fn power(exponent: u32) -> Option<i128> {
    10i128.checked_pow(exponent)
}

/// Half away from zero.
fn rounded(above: i128, below: i128) -> Option<i128> {
    let (quotient, remainder) = (above.checked_div(below)?, above.checked_rem(below)?);
    let up = remainder.unsigned_abs() >= below.unsigned_abs() - remainder.unsigned_abs();
    let sign = above.signum() * below.signum();
    if up && remainder != 0 { quotient.checked_add(sign) } else { Some(quotient) }
}

/// The same number, whatever the scale.
impl PartialEq for Decimal {
    fn eq(&self, other: &Decimal) -> bool {
        self.compare(*other).is_eq()
    }
}

/// `numeric_out`.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = format!("{:0width$}", self.units.unsigned_abs(), width = self.scale as usize + 1);
        let (whole, fraction) = digits.split_at(digits.len() - self.scale as usize);
        let sign = if self.units < 0 { "-" } else { "" };
        match fraction.is_empty() {
            true => write!(f, "{sign}{whole}"),
            false => write!(f, "{sign}{whole}.{fraction}"),
        }
    }
}
