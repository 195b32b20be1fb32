//! A person's home without any cluster that answers, and the program in it. Must not know what a test expects.
use std::{path::Path, process::Command};

use tempfile::TempDir;

use crate::terminal::Terminal;

/// What every screen says, whatever else is known.
pub const SCREEN: &str = "^C end";
/// Columns and rows.
pub const SIZE: (u16, u16) = (100, 30);

/// A home of its own, and a cluster that does not answer: packets to that address are dropped.
pub struct Home(TempDir);

impl Home {
    /// An empty one.
    pub fn new() -> Self {
        let home = Self(TempDir::new().unwrap());
        let kubeconfig = "apiVersion: v1\nkind: Config\ncurrent-context: dead\n\
            clusters:\n- name: dead\n  cluster: {server: 'https://192.0.2.1:6443'}\n\
            users:\n- name: dead\n  user: {token: none}\n\
            contexts:\n- name: dead\n  context: {cluster: dead, user: dead}\n";
        std::fs::write(home.path().join("kubeconfig"), kubeconfig).unwrap();
        home
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// The program with this home.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hubwright"));
        command.args(words).env("HOME", self.path()).env("KUBECONFIG", self.path().join("kubeconfig"));
        command.env("HUBWRIGHT_STATE", self.path().join("state")).env("XDG_DATA_HOME", self.path().join("data"));
        command.env_remove("XDG_STATE_HOME").env_remove("XDG_CONFIG_HOME");
        command
    }

    /// The program at its first screen.
    pub fn open(&self) -> Terminal {
        let terminal = Terminal::start(&self.command(&[]), SIZE);
        terminal.wait_for(SCREEN);
        terminal
    }
}
