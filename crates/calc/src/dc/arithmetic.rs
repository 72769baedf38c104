//! dc's arithmetic.

use super::machine::{Machine, Value};
use crate::decimal::{Decimal, Power};

impl Machine {
    pub fn arithmetic(&mut self, command: u8) {
        match command {
            b'v' => self.root(),
            b'|' => self.modular_power(),
            b'/' | b'%' | b'~' => self.division(command),
            _ => {
                let Some([left, right]) = self.numbers() else { return };
                let value = match command {
                    b'+' => left.add(&right),
                    b'-' => left.sub(&right),
                    b'*' => left.mul(&right, self.scale),
                    _ => self.power(&left, &right),
                };
                self.push(value);
            }
        }
    }

    fn power(&mut self, base: &Decimal, exponent: &Decimal) -> Decimal {
        if exponent.scale > 0 {
            self.warn("non-zero scale in exponent");
        }
        match base.pow(exponent, self.scale) {
            Power::Value(value) => value,
            Power::DivideByZero => Decimal::default(),
            Power::TooLarge => {
                self.out.send();
                eprintln!("Runtime error: exponent too large in raise");
                Decimal::default()
            }
        }
    }

    fn division(&mut self, command: u8) {
        let Some([left, right]) = self.numbers() else { return };
        match left.div_rem(&right, self.scale) {
            Some((quotient, rest)) => {
                if command != b'%' {
                    self.push(quotient);
                }
                if command != b'/' {
                    self.push(rest);
                }
            }
            None => {
                self.complain(if command == b'%' { "remainder by zero" } else { "divide by zero" });
                self.push(left);
                self.push(right);
            }
        }
    }

    fn root(&mut self) {
        match self.pop() {
            Some(Value::Number(number)) => match number.sqrt(self.scale) {
                Some(root) => self.push(root),
                None => self.complain("square root of negative number"),
            },
            Some(Value::Text(_)) => self.complain("square root of nonnumeric attempted"),
            None => {}
        }
    }

    fn modular_power(&mut self) {
        let Some([base, exponent, modulus]) = self.numbers() else { return };
        let put_back = |machine: &mut Machine| [&base, &exponent, &modulus].map(|number| machine.push(number.clone()));
        if modulus.is_zero() {
            self.complain("remainder by zero");
            put_back(self);
            return;
        }
        if exponent.is_negative() {
            put_back(self);
            return;
        }
        for (number, what) in [(&base, "base"), (&exponent, "exponent"), (&modulus, "modulus")] {
            if number.scale > 0 {
                self.warn(&format!("non-zero scale in {what}"));
            }
        }
        let value = base.pow_mod(&exponent, &modulus, self.scale);
        self.push(value);
    }
}
