//! Random numbers for changing inputs: the same ones for the same seed.

/// Gives numbers below what it is asked for (xorshift64).
pub fn numbers(mut seed: u64) -> impl FnMut(usize) -> usize {
    move |most| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed % most as u64) as usize
    }
}
