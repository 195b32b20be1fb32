//! Grants the screens' wishes. Must not know what a screen shows.
use tokio::sync::mpsc::Sender;

use crate::{
    answers::layers::Layers,
    cli::Setup,
    front::tui::wish::{News, Wish},
};

/// Grants wishes; answers come through a channel.
pub struct Granter {
    told: Sender<News>,
}

impl Granter {
    /// Grants wishes of a setup: its `--set`s and flags lie over whatever is opened.
    pub fn new(told: Sender<News>, _args: &Setup) -> Self {
        Self { told }
    }

    /// Grants a wish; returns at once.
    pub fn grant(&mut self, _wish: Wish) {
        let _ = self.told.capacity();
    }

    /// Looks at the target with the terminal lent: a credential plugin may ask the person. Returns when it did.
    pub fn look_asking(&mut self, _layers: &Layers) {}

    /// Stops what runs, cleanly, and says what a person should read after the screens are gone.
    pub async fn wind_down(self) -> Vec<String> {
        Vec::new()
    }
}
