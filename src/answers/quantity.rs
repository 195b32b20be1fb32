//! Kubernetes quantities (`500m`, `4`, `16Gi`, `16G`) as numbers that can be compared.
//! Must not know what the quantity is for.
use std::{fmt, str::FromStr};

/// A quantity as it was written, with its value. Units: whole ones of whatever is counted (cores, bytes, GPUs).
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity {
    text: String,
    value: f64,
}

/// What is wrong with the text of a quantity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a quantity: expected a number with an optional unit, such as `500m`, `4`, `16Gi` or `16G`")]
pub struct NotAQuantity(String);

const UNITS: &[(&str, f64)] = &[
    ("Ki", 1024.0),
    ("Mi", 1_048_576.0),
    ("Gi", 1_073_741_824.0),
    ("Ti", 1_099_511_627_776.0),
    ("Pi", 1_125_899_906_842_624.0),
    ("m", 1e-3),
    ("k", 1e3),
    ("M", 1e6),
    ("G", 1e9),
    ("T", 1e12),
    ("P", 1e15),
];

impl Quantity {
    /// The value in whole units (cores, bytes).
    pub const fn value(&self) -> f64 {
        self.value
    }

    /// The value in thousandths, rounded up: millicores for CPU.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "parsed values are finite and never negative"
    )]
    pub fn millis(&self) -> u64 {
        (self.value * 1000.0).ceil() as u64
    }

    /// The value in whole units, rounded up: bytes for memory.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "parsed values are finite and never negative"
    )]
    pub fn whole(&self) -> u64 {
        self.value.ceil() as u64
    }

    /// The text as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl Default for Quantity {
    fn default() -> Self {
        Self { text: "0".to_owned(), value: 0.0 }
    }
}

impl FromStr for Quantity {
    type Err = NotAQuantity;

    fn from_str(text: &str) -> Result<Self, NotAQuantity> {
        let wrong = || NotAQuantity(text.to_owned());
        let (number, factor) = UNITS
            .iter()
            .find_map(|(unit, factor)| text.strip_suffix(unit).map(|number| (number, *factor)))
            .unwrap_or((text, 1.0));
        let plain = !number.is_empty() && number.chars().all(|c| c.is_ascii_digit() || c == '.');
        let value: f64 = number.parse().map_err(|_| wrong())?;
        if plain && value.is_finite() {
            Ok(Self { text: text.to_owned(), value: value * factor })
        } else {
            Err(wrong())
        }
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_have_the_meaning_of_kubernetes() {
        let value = |text: &str| text.parse::<Quantity>().map(|q| q.value());
        assert_eq!(value("500m"), Ok(0.5));
        assert_eq!(value("16Gi"), Ok(17_179_869_184.0));
        assert_eq!(value("16G"), Ok(16e9));
        assert_eq!(value("1.5"), Ok(1.5));
        for wrong in ["", "4 cores", "-1", "Gi", "1e", "inf", "NaN"] {
            assert!(value(wrong).is_err(), "{wrong}");
        }
    }
}
