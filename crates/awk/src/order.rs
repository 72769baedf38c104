//! The order in which an array without a wish for one is walked.

use crate::array::Array;
use crate::text::Text;

/// The keys in order of insertion.
pub fn keys(array: &Array) -> Vec<Text> {
    array.iter().map(|(key, _)| key.clone()).collect()
}
