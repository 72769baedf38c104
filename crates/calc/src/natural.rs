//! Natural numbers: limbs of nine decimal digits, the least first, none of them zero on top. Decimal, because bc's and dc's
//! numbers are: their scale then is a shift.

use std::cmp::Ordering;

const BASE: u64 = 1_000_000_000;
/// Digits of a limb.
const WIDTH: usize = 9;
/// From this many limbs on, Karatsuba's three products beat four.
const KARATSUBA: usize = 32;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Natural(Vec<u32>);

const POWERS: [u32; WIDTH + 1] = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000];

impl From<u64> for Natural {
    fn from(mut value: u64) -> Natural {
        let mut limbs = Vec::with_capacity(3);
        while value > 0 {
            limbs.push((value % BASE) as u32);
            value /= BASE;
        }
        Natural(limbs)
    }
}

impl Ord for Natural {
    fn cmp(&self, other: &Natural) -> Ordering {
        compare(&self.0, &other.0)
    }
}

impl PartialOrd for Natural {
    fn partial_cmp(&self, other: &Natural) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Natural {
    /// The number that ASCII digits spell.
    pub fn from_digits(digits: &[u8]) -> Natural {
        let limbs = digits.rchunks(WIDTH).map(|chunk| chunk.iter().fold(0, |limb, digit| limb * 10 + u32::from(digit - b'0')));
        Natural(trimmed(limbs.collect()))
    }

    /// The ASCII digits, none for zero.
    pub fn to_digits(&self) -> Vec<u8> {
        let mut digits = Vec::with_capacity(self.0.len() * WIDTH);
        for limb in self.0.iter().rev() {
            let (mut rest, mut chunk) = (*limb, [b'0'; WIDTH]);
            for place in chunk.iter_mut().rev() {
                *place += (rest % 10) as u8;
                rest /= 10;
            }
            digits.extend(chunk);
        }
        let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
        digits.drain(..zeros);
        digits
    }

    pub fn is_zero(&self) -> bool {
        self.0.is_empty()
    }

    pub fn is_odd(&self) -> bool {
        self.0.first().is_some_and(|limb| limb % 2 == 1)
    }

    /// How many digits it has, none for zero.
    pub fn length(&self) -> usize {
        match self.0.last() {
            None => 0,
            Some(top) => (self.0.len() - 1) * WIDTH + POWERS.iter().take_while(|power| *power <= top).count(),
        }
    }

    pub fn to_u64(&self) -> Option<u64> {
        self.0.iter().rev().try_fold(0u64, |value, limb| value.checked_mul(BASE)?.checked_add(u64::from(*limb)))
    }

    pub fn add(&self, other: &Natural) -> Natural {
        let mut sum = self.0.clone();
        add_at(&mut sum, &other.0, 0);
        Natural(sum)
    }

    /// The difference from a number that is not larger.
    pub fn sub(&self, other: &Natural) -> Natural {
        let mut difference = self.0.clone();
        sub_from(&mut difference, &other.0);
        Natural(trimmed(difference))
    }

    pub fn mul(&self, other: &Natural) -> Natural {
        Natural(product(&self.0, &other.0))
    }

    /// Quotient and remainder; the divisor is not zero.
    pub fn div_rem(&self, divisor: &Natural) -> (Natural, Natural) {
        if self < divisor {
            return (Natural::default(), self.clone());
        }
        if let [limb] = divisor.0[..] {
            let mut quotient = self.0.clone();
            let rest = div_small(&mut quotient, limb);
            return (Natural(trimmed(quotient)), Natural::from(u64::from(rest)));
        }
        let (quotient, remainder) = long_division(&self.0, &divisor.0);
        (Natural(quotient), Natural(remainder))
    }

    /// Divides in place by a number that is not zero; the remainder.
    pub fn div_small(&mut self, divisor: u32) -> u32 {
        let rest = div_small(&mut self.0, divisor);
        self.0 = trimmed(std::mem::take(&mut self.0));
        rest
    }

    /// `self * factor + term`, in place.
    pub fn mul_add_small(&mut self, factor: u32, term: u32) {
        let mut carry = u64::from(term);
        for limb in &mut self.0 {
            let value = u64::from(*limb) * u64::from(factor) + carry;
            *limb = (value % BASE) as u32;
            carry = value / BASE;
        }
        while carry > 0 {
            self.0.push((carry % BASE) as u32);
            carry /= BASE;
        }
        self.0 = trimmed(std::mem::take(&mut self.0));
    }

    /// `self * 10^count`
    pub fn shift_left(&self, count: usize) -> Natural {
        if self.is_zero() || count == 0 {
            return self.clone();
        }
        let mut shifted = Natural(vec![0; count / WIDTH]);
        shifted.0.extend(&self.0);
        if count % WIDTH > 0 {
            shifted.mul_add_small(POWERS[count % WIDTH], 0);
        }
        shifted
    }

    /// `self / 10^count`, cut off.
    pub fn shift_right(&self, count: usize) -> Natural {
        let limbs = count / WIDTH;
        if limbs >= self.0.len() {
            return Natural::default();
        }
        let mut shifted = Natural(self.0[limbs..].to_vec());
        if count % WIDTH > 0 {
            shifted.div_small(POWERS[count % WIDTH]);
        }
        shifted
    }

    pub fn pow(&self, mut exponent: u64) -> Natural {
        let (mut square, mut power) = (self.clone(), Natural::from(1));
        while exponent > 0 {
            if exponent % 2 == 1 {
                power = power.mul(&square);
            }
            exponent /= 2;
            if exponent > 0 {
                square = square.mul(&square);
            }
        }
        power
    }

    /// The square root, cut off: Newton's method from above.
    pub fn sqrt(&self) -> Natural {
        if self.is_zero() {
            return Natural::default();
        }
        // Seventeen or eighteen digits, an even number of them cut off, give the first eight of the root.
        let cut = self.length().saturating_sub(17).next_multiple_of(2);
        let top = self.shift_right(cut).to_u64().unwrap_or(u64::MAX);
        let mut root = Natural::from((top as f64).sqrt() as u64 + 2).shift_left(cut / 2);
        loop {
            let mut next = root.add(&self.div_rem(&root).0);
            next.div_small(2);
            if next >= root {
                return root;
            }
            root = next;
        }
    }
}

fn trimmed(mut limbs: Vec<u32>) -> Vec<u32> {
    while limbs.last() == Some(&0) {
        limbs.pop();
    }
    limbs
}

fn compare(a: &[u32], b: &[u32]) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.iter().rev().cmp(b.iter().rev()))
}

/// Adds `b`, moved up by limbs.
fn add_at(a: &mut Vec<u32>, b: &[u32], at: usize) {
    if a.len() < at + b.len() {
        a.resize(at + b.len(), 0);
    }
    let mut carry = 0;
    for (index, limb) in a[at..].iter_mut().enumerate() {
        if carry == 0 && index >= b.len() {
            return;
        }
        let sum = *limb + b.get(index).copied().unwrap_or(0) + carry;
        carry = u32::from(sum >= BASE as u32);
        *limb = sum - carry * BASE as u32;
    }
    if carry > 0 {
        a.push(1);
    }
}

fn sub_from(a: &mut [u32], b: &[u32]) {
    let mut borrow = 0;
    for (index, limb) in a.iter_mut().enumerate() {
        if borrow == 0 && index >= b.len() {
            return;
        }
        let taken = b.get(index).copied().unwrap_or(0) + borrow;
        borrow = u32::from(*limb < taken);
        *limb = *limb + borrow * BASE as u32 - taken;
    }
}

fn product(a: &[u32], b: &[u32]) -> Vec<u32> {
    let (long, short) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    if short.len() < KARATSUBA {
        return schoolbook(long, short);
    }
    if short.len() * 2 <= long.len() {
        // Pieces of the short one's length keep the products square.
        let mut sum = Vec::with_capacity(a.len() + b.len());
        for (index, piece) in long.chunks(short.len()).enumerate() {
            add_at(&mut sum, &product(piece, short), index * short.len());
        }
        return trimmed(sum);
    }
    let half = long.len().div_ceil(2);
    let split = |limbs: &[u32]| (trimmed(limbs[..half].to_vec()), limbs[half..].to_vec());
    let ((a0, a1), (b0, b1)) = (split(long), split(short));
    let (low, high) = (product(&a0, &b0), product(&a1, &b1));
    let (mut a_sum, mut b_sum) = (a0, b0);
    add_at(&mut a_sum, &a1, 0);
    add_at(&mut b_sum, &b1, 0);
    let mut middle = product(&a_sum, &b_sum);
    sub_from(&mut middle, &low);
    sub_from(&mut middle, &high);
    let mut sum = low;
    add_at(&mut sum, &trimmed(middle), half);
    add_at(&mut sum, &high, 2 * half);
    trimmed(sum)
}

fn schoolbook(long: &[u32], short: &[u32]) -> Vec<u32> {
    let mut sum = vec![0u32; long.len() + short.len()];
    for (at, factor) in short.iter().enumerate() {
        let factor = u64::from(*factor);
        let mut carry = 0;
        for (limb, place) in long.iter().zip(&mut sum[at..]) {
            let value = u64::from(*limb) * factor + u64::from(*place) + carry;
            carry = value / BASE;
            *place = (value - carry * BASE) as u32;
        }
        sum[at + long.len()] = carry as u32;
    }
    trimmed(sum)
}

fn div_small(limbs: &mut [u32], divisor: u32) -> u32 {
    let divisor = u64::from(divisor);
    let mut rest = 0;
    for limb in limbs.iter_mut().rev() {
        let value = rest * BASE + u64::from(*limb);
        *limb = (value / divisor) as u32;
        rest = value % divisor;
    }
    rest as u32
}

/// Knuth's algorithm D (The Art of Computer Programming, 4.3.1) for a divisor of two limbs or more.
fn long_division(dividend: &[u32], divisor: &[u32]) -> (Vec<u32>, Vec<u32>) {
    let count = divisor.len();
    let scale = (BASE / (u64::from(divisor[count - 1]) + 1)) as u32;
    let scaled = |limbs: &[u32]| {
        let mut number = Natural(limbs.to_vec());
        number.mul_add_small(scale, 0);
        number.0
    };
    let (mut rest, divisor) = (scaled(dividend), scaled(divisor));
    rest.resize(dividend.len() + 1, 0);
    let (first, second) = (u64::from(divisor[count - 1]), u64::from(divisor[count - 2]));
    let mut quotient = vec![0; rest.len() - count];
    for at in (0..quotient.len()).rev() {
        let top = u64::from(rest[at + count]) * BASE + u64::from(rest[at + count - 1]);
        let (mut guess, mut left) = (top / first, top % first);
        while guess >= BASE || guess * second > left * BASE + u64::from(rest[at + count - 2]) {
            guess -= 1;
            left += first;
            if left >= BASE {
                break;
            }
        }
        if !take_away(&mut rest[at..=at + count], &divisor, guess) {
            guess -= 1;
            give_back(&mut rest[at..=at + count], &divisor);
        }
        quotient[at] = guess as u32;
    }
    div_small(&mut rest, scale);
    (trimmed(quotient), trimmed(rest))
}

/// Subtracts `factor` times the divisor; false if it went below zero, modulo the limbs' range.
fn take_away(rest: &mut [u32], divisor: &[u32], factor: u64) -> bool {
    let (mut carry, mut borrow) = (0u64, 0i64);
    for (index, limb) in rest.iter_mut().enumerate() {
        let value = factor * u64::from(divisor.get(index).copied().unwrap_or(0)) + carry;
        carry = value / BASE;
        let difference = i64::from(*limb) - (value - carry * BASE) as i64 - borrow;
        borrow = i64::from(difference < 0);
        *limb = (difference + borrow * BASE as i64) as u32;
    }
    borrow == 0
}

fn give_back(rest: &mut [u32], divisor: &[u32]) {
    let mut carry = 0;
    for (index, limb) in rest.iter_mut().enumerate() {
        let sum = *limb + divisor.get(index).copied().unwrap_or(0) + carry;
        carry = u32::from(sum >= BASE as u32);
        *limb = sum - carry * BASE as u32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pseudo-random numbers of that many digits (Knuth's MMIX generator).
    fn random(seed: &mut u64, length: usize) -> Natural {
        let digits: Vec<u8> = (0..length).map(|_| {
            *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            b'0' + if *seed >> 60 < 4 { 9 } else { (*seed >> 33) as u8 % 10 }
        }).collect();
        Natural::from_digits(&digits)
    }

    #[test]
    fn division_and_roots_invert_multiplication() {
        let mut seed = 1;
        for (long, short) in [(1, 1), (20, 9), (40, 19), (300, 18), (700, 650), (2000, 900), (3000, 27)] {
            for _ in 0..50 {
                let (a, b) = (random(&mut seed, long), random(&mut seed, short).add(&Natural::from(1)));
                let (quotient, remainder) = a.div_rem(&b);
                assert!(remainder < b);
                assert_eq!(quotient.mul(&b).add(&remainder), a);
                assert_eq!(a.mul(&b).div_rem(&b), (a.clone(), Natural::default()));
                let root = a.sqrt();
                assert!(root.mul(&root) <= a && root.add(&Natural::from(1)).pow(2) > a);
                assert_eq!(Natural::from_digits(&a.to_digits()), a);
                assert_eq!(a.shift_left(13).shift_right(13), a);
            }
        }
    }
}
