//! How many pods were ready over time, in few samples however long it takes. Must not know how a curve is drawn.
use jiff::Timestamp;

/// Samples at most; when there would be more, every second one goes.
const MOST: i64 = 240;

/// Pods ready over time.
#[derive(Debug, Clone)]
pub struct Readiness {
    began: Option<Timestamp>,
    /// Seconds between two samples.
    every: i64,
    samples: Vec<usize>,
}

impl Default for Readiness {
    fn default() -> Self {
        Self { began: None, every: 1, samples: Vec::new() }
    }
}

impl Readiness {
    /// So many are ready from now on.
    pub fn note(&mut self, at: Timestamp, ready: usize) {
        let began = *self.began.get_or_insert(at);
        let elapsed = at.duration_since(began).as_secs().max(0);
        let before = self.samples.last().copied().unwrap_or(ready);
        while elapsed / self.every >= MOST {
            self.samples = self.samples.iter().skip(1).step_by(2).copied().collect();
            self.every *= 2;
        }
        let slot = usize::try_from(elapsed / self.every).unwrap_or_default();
        // A clock that goes back changes the newest sample.
        self.samples.resize(self.samples.len().max(slot + 1), before);
        if let Some(last) = self.samples.last_mut() {
            *last = ready;
        }
    }

    /// The curve in so many columns at most.
    pub fn curve(&self, columns: usize) -> Vec<usize> {
        let (all, shown) = (self.samples.len(), self.samples.len().min(columns));
        (1..=shown).filter_map(|column| self.samples.get(column * all / shown - 1)).copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_curve_has_one_sample_a_second_and_ends_with_now() {
        let mut ready = Readiness::default();
        [(0, 0), (2, 1), (2, 3), (1, 4)].into_iter().for_each(|(at, count)| ready.note(second(at), count));
        assert_eq!(ready.curve(80), [0, 0, 4]);
        assert_eq!(ready.curve(1), [4]);
        assert_eq!(ready.curve(0), [0_usize; 0]);
    }

    #[test]
    fn days_fit_as_well() {
        let mut ready = Readiness::default();
        (0..5).for_each(|day| ready.note(second(day * 86_400), usize::try_from(day).unwrap()));
        let curve = ready.curve(1000);
        assert!(curve.len() <= 240 && curve.is_sorted() && curve.last() == Some(&4), "{curve:?}");
    }
}
