//! The library of `bc -l`: sine, cosine, arctangent, logarithm, exponential and Bessel functions. Series are summed with a
//! few decimal places more than wanted, and the result is cut off.

use crate::decimal::{Decimal, Power};

#[derive(Clone, Copy)]
pub enum Native {
    One(fn(&Decimal, usize) -> Decimal),
    Bessel,
}

impl Native {
    pub fn arguments(self) -> usize {
        match self {
            Native::One(_) => 1,
            Native::Bessel => 2,
        }
    }
}

pub const LIBRARY: [(&str, Native); 6] = [
    ("e", Native::One(exponential)),
    ("l", Native::One(logarithm)),
    ("s", Native::One(sine)),
    ("c", Native::One(cosine)),
    ("a", Native::One(arctangent)),
    ("j", Native::Bessel),
];

fn integer(value: u64) -> Decimal {
    Decimal::from(value)
}

/// The quotient by what is not zero.
fn over(value: &Decimal, divisor: &Decimal, scale: usize) -> Decimal {
    value.div(divisor, scale).unwrap_or_default()
}

fn absolute(value: &Decimal) -> Decimal {
    if value.is_negative() { value.negated() } else { value.clone() }
}

/// `e^x`: Taylor's series for an argument halved until it is at most one, squared as often.
fn exponential(x: &Decimal, scale: usize) -> Decimal {
    let mut reduced = absolute(x);
    let whole = reduced.to_i64().unwrap_or(i64::MAX) as usize;
    // 0.44 digits before the point for every unit.
    let working = 6 + scale + whole.saturating_mul(44).min(1 << 30) / 100;
    let mut halvings = 0;
    let mut places = x.scale + 1;
    let one = integer(1);
    while reduced > one {
        halvings += 1;
        reduced = over(&reduced, &integer(2), places);
        places += 1;
    }
    let mut sum = one.add(&reduced);
    let (mut power, mut factorial) = (reduced.clone(), integer(1));
    for count in 2.. {
        power = power.mul(&reduced, working);
        factorial = factorial.mul(&integer(count), working);
        let term = over(&power, &factorial, working);
        if term.is_zero() {
            break;
        }
        sum = sum.add(&term);
        power = power.cut(working + factorial.length());
    }
    for _ in 0..halvings {
        sum = sum.mul(&sum, working).cut(working);
    }
    over(if x.is_negative() { &one } else { &sum }, if x.is_negative() { &sum } else { &one }, scale)
}

/// The area hyperbolic tangent's series, twice, of an argument brought near one by square roots.
fn logarithm(x: &Decimal, scale: usize) -> Decimal {
    let one = integer(1);
    if x.is_zero() || x.is_negative() {
        let Power::Value(most) = integer(10).pow(&integer(scale as u64), scale) else { return Decimal::default() };
        return over(&one.sub(&most), &one, scale);
    }
    let working = scale + 6;
    let mut factor = integer(2);
    let mut near = x.clone();
    let half = Decimal::from_text(b".5");
    while near >= integer(2) || near <= half {
        factor = factor.add(&factor);
        near = near.sqrt(working).unwrap_or_default();
    }
    let ratio = over(&near.sub(&one), &near.add(&one), working);
    let square = ratio.mul(&ratio, working);
    let (mut power, mut sum) = (ratio.clone(), ratio);
    for odd in (3..).step_by(2) {
        power = power.mul(&square, working);
        let term = over(&power, &integer(odd), working);
        if term.is_zero() {
            break;
        }
        sum = sum.add(&term);
    }
    over(&factor.mul(&sum, working), &one, scale)
}

/// Taylor's series for an argument brought into a quarter turn of zero.
fn sine(x: &Decimal, scale: usize) -> Decimal {
    let quarter = arctangent(&integer(1), scale * 11 / 10 + 2);
    let turned = absolute(x);
    let half_turns = over(&over(&turned, &quarter, 0).add(&integer(2)), &integer(4), 0);
    let mut rest = turned.sub(&half_turns.mul(&integer(4), 0).mul(&quarter, 0));
    if half_turns.div_rem(&integer(2), 0).is_some_and(|(_, odd)| !odd.is_zero()) {
        rest = rest.negated();
    }
    let working = scale + 2;
    let square = rest.negated().mul(&rest, working);
    let (mut term, mut sum) = (rest.clone(), rest);
    for odd in (3u64..).step_by(2) {
        term = term.mul(&over(&square, &integer(odd * (odd - 1)), working), working);
        if term.is_zero() {
            break;
        }
        sum = sum.add(&term);
    }
    over(&if x.is_negative() { sum.negated() } else { sum }, &integer(1), scale)
}

fn cosine(x: &Decimal, scale: usize) -> Decimal {
    let working = scale * 12 / 10;
    let quarter = arctangent(&integer(1), working);
    over(&sine(&x.add(&quarter.mul(&integer(2), working)), working), &integer(1), scale)
}

/// Gregory's series for an argument of at most 0.2; larger ones are brought there by the tangent's subtraction theorem.
fn arctangent(x: &Decimal, scale: usize) -> Decimal {
    let step = Decimal::from_text(b".2");
    let mut rest = absolute(x);
    let unit = if rest > step { arctangent(&step, scale + 5) } else { Decimal::default() };
    let working = scale + 3;
    let mut steps = Decimal::default();
    while rest > step {
        steps = steps.add(&integer(1));
        rest = over(&rest.sub(&step), &integer(1).add(&rest.mul(&step, working)), working);
    }
    let square = rest.negated().mul(&rest, working);
    let (mut power, mut sum) = (rest.clone(), rest);
    for odd in (3u64..).step_by(2) {
        power = power.mul(&square, working);
        let term = over(&power, &integer(odd), working);
        if term.is_zero() {
            break;
        }
        sum = sum.add(&term);
    }
    let total = steps.mul(&unit, working).add(&sum);
    over(&if x.is_negative() { total.negated() } else { total }, &integer(1), scale)
}

/// The Bessel function of integer order: its power series.
pub fn bessel(order: &Decimal, x: &Decimal, scale: usize) -> Decimal {
    let order = order.to_i64().unwrap_or(0);
    let count = order.unsigned_abs();
    let start = scale * 3 / 2;
    let mut factorial = integer(1);
    for number in 2..=count {
        factorial = factorial.mul(&integer(number), 0);
    }
    let power = |base: &Decimal| match base.pow(&integer(count), start) {
        Power::Value(value) => value,
        _ => Decimal::default(),
    };
    let factor = over(&over(&power(x), &power(&integer(2)), start), &factorial, start);
    let working = (start + factor.length()).saturating_sub(factor.scale);
    let square = over(&x.negated().mul(x, working), &integer(4), working);
    let (mut term, mut sum) = (integer(1), integer(1));
    for index in 1u64.. {
        term = over(&over(&term.mul(&square, working), &integer(index), working), &integer(count + index), working);
        if term.is_zero() {
            break;
        }
        sum = sum.add(&term);
    }
    let product = factor.mul(&sum, working);
    over(&if order < 0 && count % 2 == 1 { product.negated() } else { product }, &integer(1), scale)
}
