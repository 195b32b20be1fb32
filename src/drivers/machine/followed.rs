//! How far those who watch have come: what was asked for is only seen when its generation was taken in, and until then a
//! process looks ready that is about to start again. Must not know what is watched.
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::Notify;

/// Who watches, and what each has taken in.
#[derive(Debug, Default)]
pub struct Followed {
    places: Mutex<(u64, BTreeMap<u64, u64>)>,
    moved: Notify,
}

impl Followed {
    /// One more who watches, until the place is dropped.
    pub fn follow(this: Arc<Self>) -> Place {
        let number = {
            let mut places = this.places();
            places.0 += 1;
            let number = places.0;
            places.1.insert(number, 0);
            number
        };
        Place { followed: this, number }
    }

    /// Waits until all who watch have taken in a generation. `false`: not within that time.
    pub async fn wait(&self, generation: u64, within: Duration) -> bool {
        let all = async {
            loop {
                let moved = self.moved.notified();
                if self.places().1.values().all(|reached| *reached >= generation) {
                    return;
                }
                moved.await;
            }
        };
        tokio::time::timeout(within, all).await.is_ok()
    }

    fn places(&self) -> MutexGuard<'_, (u64, BTreeMap<u64, u64>)> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The place of one who watches.
#[derive(Debug)]
pub struct Place {
    followed: Arc<Followed>,
    number: u64,
}

impl Place {
    /// A generation was taken in.
    pub fn reached(&self, generation: u64) {
        self.followed.places().1.insert(self.number, generation);
        self.followed.moved.notify_waiters();
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.followed.places().1.remove(&self.number);
        self.followed.moved.notify_waiters();
    }
}
