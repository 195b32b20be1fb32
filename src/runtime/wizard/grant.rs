//! Grants the screens' wishes: what takes a while is a task, what has to do with files is an errand, and whatever comes of it is
//! told through a channel. Never waits. Must not know what a screen shows.
mod beginnings;
mod draft;
mod keeper;
mod looking;
mod opening;
mod saving;

use tokio::{
    sync::mpsc::{self, Sender, UnboundedSender},
    task::{AbortHandle, JoinHandle},
};

use self::keeper::{Errand, Keeper};
use super::{contacts::Contacts, preview};
use crate::{
    answers::layers::Layers,
    cli::Setup,
    front::tui::wish::{Intent, News, Wish},
};

/// Grants wishes; answers come through a channel.
pub struct Granter {
    told: Sender<News>,
    contacts: Contacts,
    errands: UnboundedSender<Errand>,
    keeper: JoinHandle<()>,
    look: Option<AbortHandle>,
    preview: Option<AbortHandle>,
}

impl Granter {
    /// Grants wishes of a setup: its `--set`s and flags lie over whatever is opened.
    pub fn new(told: Sender<News>, args: &Setup) -> Self {
        let (errands, wished) = mpsc::unbounded_channel();
        let (keeper, to) = (Keeper::new(args.clone()), told.clone());
        let keeper = tokio::task::spawn_blocking(move || keeper.work(wished, &to));
        Self { told, contacts: Contacts::default(), errands, keeper, look: None, preview: None }
    }

    /// Grants a wish; returns at once.
    pub fn grant(&mut self, wish: Wish) {
        match wish {
            Wish::Beginnings => self.send(Errand::Beginnings),
            Wish::Open(source) => self.send(Errand::Open(source)),
            Wish::KeepDraft(layers) => self.send(Errand::KeepDraft(layers)),
            Wish::DropDraft => self.send(Errand::DropDraft),
            Wish::SavePreset { name, title, layers } => self.send(Errand::SavePreset { name, title, layers }),
            Wish::Copy(text) => self.send(Errand::Copy(text)),
            Wish::Keep { name, text } => self.send(Errand::Keep { folder: None, name, text }),
            Wish::Look { layers, .. } => self.look(*layers),
            Wish::Preview(intent) => self.preview(intent),
            _ => {}
        }
    }

    /// Nobody waits for the keeper's thread but this program's end.
    fn send(&self, errand: Errand) {
        let _ = self.errands.send(errand);
    }

    /// A look that goes on is of no use any more.
    fn look(&mut self, layers: Layers) {
        let (told, contacts) = (self.told.clone(), self.contacts.clone());
        let look = tokio::spawn(async move {
            let _ = told.send(looking::look(&contacts, &layers, false).await).await;
        });
        if let Some(before) = self.look.replace(look.abort_handle()) {
            before.abort();
        }
    }

    /// One that goes on is of answers that changed.
    fn preview(&mut self, intent: Box<Intent>) {
        let (told, contacts) = (self.told.clone(), self.contacts.clone());
        let preview = tokio::spawn(async move {
            let news = match preview::preview(&intent, &contacts).await {
                Ok(preview) => News::Previewed(Box::new(preview)),
                Err(problems) => News::Wrong(problems),
            };
            let _ = told.send(news).await;
        });
        if let Some(before) = self.preview.replace(preview.abort_handle()) {
            before.abort();
        }
    }

    /// Looks at the target with the terminal lent: a credential plugin may ask the person. Returns when it did.
    pub fn look_asking(&mut self, layers: &Layers) {
        let looked = tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current().block_on(looking::look(&self.contacts, layers, true))
        });
        // Nobody reads while the terminal is lent: to wait for room would be for ever.
        let told = self.told.clone();
        tokio::spawn(async move {
            let _ = told.send(looked).await;
        });
    }

    /// Stops what runs, cleanly, and says what a person should read after the screens are gone.
    pub async fn wind_down(self) -> Vec<String> {
        drop(self.errands);
        let _ = tokio::time::timeout(std::time::Duration::from_secs(2), self.keeper).await;
        Vec::new()
    }
}
