//! Amounts of CPU and memory as a person says them. Must not know whose they are.

/// Thousandths of a core: `0.5`, `4`, `1.25`.
pub fn cpu(millis: u64) -> String {
    let (whole, part) = (millis / 1000, millis % 1000);
    if part == 0 { whole.to_string() } else { format!("{whole}.{}", format!("{part:03}").trim_end_matches('0')) }
}

/// Bytes: `512 MiB`, `1.5 GiB`, `16 GiB`.
pub fn bytes(bytes: u64) -> String {
    const MIB: u64 = 1 << 20;
    const GIB: u64 = 1 << 30;
    match bytes {
        0..MIB => format!("{} KiB", bytes >> 10),
        MIB..GIB => format!("{} MiB", bytes / MIB),
        _ => {
            let tenths = bytes / (GIB / 10);
            if tenths.is_multiple_of(10) {
                format!("{} GiB", tenths / 10)
            } else {
                format!("{}.{} GiB", tenths / 10, tenths % 10)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_as_a_person_says_them() {
        assert_eq!([500, 4000, 1250, 10].map(cpu), ["0.5", "4", "1.25", "0.01"]);
        assert_eq!(
            [1 << 29, 3 << 29, 16 << 30, 100, 130 << 30].map(bytes),
            ["512 MiB", "1.5 GiB", "16 GiB", "0 KiB", "130 GiB"]
        );
    }
}
