//! Decimal numbers with a scale, and the arithmetic that POSIX gives bc: results are cut off, never rounded.

use std::cmp::Ordering;

use crate::natural::Natural;

/// The value is `digits / 10^scale`; zero is never negative.
#[derive(Clone, Debug, Default)]
pub struct Decimal {
    negative: bool,
    digits: Natural,
    pub scale: usize,
}

impl From<u64> for Decimal {
    fn from(value: u64) -> Decimal {
        Decimal::new(false, Natural::from(value), 0)
    }
}

impl From<bool> for Decimal {
    fn from(value: bool) -> Decimal {
        Decimal::from(u64::from(value))
    }
}

/// What an exponent may be.
pub enum Power {
    Value(Decimal),
    /// Zero to a negative power.
    DivideByZero,
    TooLarge,
}

impl Decimal {
    fn new(negative: bool, digits: Natural, scale: usize) -> Decimal {
        Decimal { negative: negative && !digits.is_zero(), digits, scale }
    }

    /// From decimal digits with at most one point.
    pub fn from_text(text: &[u8]) -> Decimal {
        let point = text.iter().position(|byte| *byte == b'.').unwrap_or(text.len());
        let fraction = text.get(point + 1..).unwrap_or_default();
        Decimal::new(false, Natural::from_digits(&[&text[..point], fraction].concat()), fraction.len())
    }

    pub fn from_natural(digits: Natural) -> Decimal {
        Decimal::new(false, digits, 0)
    }

    pub fn is_zero(&self) -> bool {
        self.digits.is_zero()
    }

    pub fn is_negative(&self) -> bool {
        self.negative
    }

    /// Whether it is one, at any scale.
    pub fn is_one(&self) -> bool {
        !self.negative && self.digits.length() == self.scale + 1 && self.digits == Natural::from(1).shift_left(self.scale)
    }

    /// Significant digits: of the integer part and of the scale, leading zeros of the fraction too; one for 0.
    pub fn length(&self) -> usize {
        self.digits.length().max(self.scale).max(1)
    }

    /// As `length`, without the zeros that lead the fraction.
    pub fn significant(&self) -> usize {
        self.digits.length().max(1)
    }

    pub fn negated(&self) -> Decimal {
        Decimal::new(!self.negative, self.digits.clone(), self.scale)
    }

    /// The digits that a larger scale has, or without what a smaller one cuts off.
    pub fn at_scale(&self, scale: usize) -> Decimal {
        match scale.checked_sub(self.scale) {
            Some(more) => Decimal::new(self.negative, self.digits.shift_left(more), scale),
            None => self.cut(scale),
        }
    }

    /// Cuts off what is beyond the scale.
    pub fn cut(&self, scale: usize) -> Decimal {
        match self.scale.checked_sub(scale) {
            None | Some(0) => self.clone(),
            Some(less) => Decimal::new(self.negative, self.digits.shift_right(less), scale),
        }
    }

    /// The integer part's magnitude.
    pub fn whole(&self) -> Natural {
        self.digits.shift_right(self.scale)
    }

    /// The fraction's digits, as a number below `10^scale`.
    pub fn fraction(&self) -> Natural {
        self.digits.sub(&self.whole().shift_left(self.scale))
    }

    /// The integer part, if 63 bits hold it.
    pub fn to_i64(&self) -> Option<i64> {
        let value = i64::try_from(self.whole().to_u64()?).ok()?;
        Some(if self.negative { -value } else { value })
    }

    pub fn add(&self, other: &Decimal) -> Decimal {
        let scale = self.scale.max(other.scale);
        let (a, b) = (self.raised(scale), other.raised(scale));
        if self.negative == other.negative {
            return Decimal::new(self.negative, a.add(&b), scale);
        }
        match a.cmp(&b) {
            Ordering::Less => Decimal::new(other.negative, b.sub(&a), scale),
            _ => Decimal::new(self.negative, a.sub(&b), scale),
        }
    }

    fn raised(&self, scale: usize) -> std::borrow::Cow<'_, Natural> {
        match scale - self.scale {
            0 => std::borrow::Cow::Borrowed(&self.digits),
            more => std::borrow::Cow::Owned(self.digits.shift_left(more)),
        }
    }

    pub fn sub(&self, other: &Decimal) -> Decimal {
        self.add(&other.negated())
    }

    pub fn mul(&self, other: &Decimal, scale: usize) -> Decimal {
        let full = Decimal::new(self.negative != other.negative, self.digits.mul(&other.digits), self.scale + other.scale);
        full.cut(scale.max(self.scale).max(other.scale))
    }

    /// None: the divisor is zero.
    pub fn div(&self, other: &Decimal, scale: usize) -> Option<Decimal> {
        if other.is_zero() {
            return None;
        }
        let wanted = scale + other.scale;
        let dividend = if wanted >= self.scale { self.digits.shift_left(wanted - self.scale) } else { self.digits.shift_right(self.scale - wanted) };
        Some(Decimal::new(self.negative != other.negative, dividend.div_rem(&other.digits).0, scale))
    }

    /// Quotient at the scale, and what is left then.
    pub fn div_rem(&self, other: &Decimal, scale: usize) -> Option<(Decimal, Decimal)> {
        let quotient = self.div(other, scale)?;
        let exact = Decimal::new(quotient.negative != other.negative, quotient.digits.mul(&other.digits), quotient.scale + other.scale);
        let rest_scale = self.scale.max(other.scale + scale);
        Some((quotient, self.sub(&exact).at_scale(rest_scale)))
    }

    /// To the integer part of an exponent.
    pub fn pow(&self, exponent: &Decimal, scale: usize) -> Power {
        let Some(count) = exponent.to_i64() else { return Power::TooLarge };
        if count == 0 {
            return Power::Value(Decimal::from(1));
        }
        let magnitude = count.unsigned_abs();
        let negative = self.negative && magnitude % 2 == 1;
        // What no memory holds: as the original, which ends itself, but with a message.
        if (self.digits.length() as u64).saturating_mul(magnitude) > 1 << 31 && self.digits.to_u64() != Some(1) && !self.is_zero() {
            return Power::TooLarge;
        }
        let full_scale = self.scale.saturating_mul(usize::try_from(magnitude).unwrap_or(usize::MAX));
        let full = Decimal::new(negative, self.digits.pow(magnitude), full_scale);
        if count > 0 {
            return Power::Value(full.cut(full_scale.min(scale.max(self.scale))));
        }
        match Decimal::from(1).div(&full, scale) {
            Some(value) => Power::Value(value),
            None => Power::DivideByZero,
        }
    }

    /// `self^exponent % modulus`; the modulus is not zero, the exponent not negative.
    pub fn pow_mod(&self, exponent: &Decimal, modulus: &Decimal, scale: usize) -> Decimal {
        let reduced = |product: Decimal| product.div_rem(modulus, scale).map_or_else(Decimal::default, |(_, rest)| rest);
        let (mut square, mut power) = (self.clone(), Decimal::from(1));
        let mut rest = exponent.whole();
        while !rest.is_zero() {
            if rest.is_odd() {
                power = reduced(power.mul(&square, scale));
            }
            rest.div_small(2);
            if !rest.is_zero() {
                square = reduced(square.mul(&square, scale));
            }
        }
        power
    }

    /// None: the number is negative.
    pub fn sqrt(&self, scale: usize) -> Option<Decimal> {
        if self.negative {
            return None;
        }
        if self.is_zero() {
            return Some(Decimal::default());
        }
        if self.is_one() {
            return Some(Decimal::from(1));
        }
        let scale = scale.max(self.scale);
        Some(Decimal::new(false, self.digits.shift_left(2 * scale - self.scale).sqrt(), scale))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Decimal) -> Ordering {
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (negative, _) => {
                let scale = self.scale.max(other.scale);
                let order = self.raised(scale).cmp(&other.raised(scale));
                if negative { order.reverse() } else { order }
            }
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Decimal) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Decimal) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Decimal {}
