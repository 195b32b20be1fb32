//! The made-up password of a trial login: shown once, to a person, and nowhere else. Must not write it anywhere.
use std::{io::IsTerminal, path::PathBuf};

use secrecy::{ExposeSecret, SecretString};

use super::{connecting::Place, tell};
use crate::{
    answers::spec::Spec,
    plan::components::{GENERATED, login, secrets::DUMMY_PASSWORD},
};

/// File that says that the password was shown.
const SHOWN: &str = "password-shown";

/// Shows the password of a deployment on this machine, the first time only.
pub fn show_once(place: &Place, spec: &Spec) {
    // What is not a terminal may be a log.
    if !std::io::stderr().is_terminal() {
        return;
    }
    let Some(password) = unseen(place, spec) else { return };
    tell(&format!("\n  password: {}   (shown this once)\n", password.expose_secret()));
    seen(place);
}

/// The password of a deployment on this machine, unless it was shown before.
pub fn unseen(place: &Place, spec: &Spec) -> Option<SecretString> {
    let made_up = spec.hub.as_ref().is_some_and(|hub| login::made_up_password(&hub.login.provider));
    if !made_up || marker(place)?.exists() {
        return None;
    }
    let ports = place.forgetful_ports(Place::no_helm());
    ports.machine().ok()?.secret(GENERATED).ok()??.remove(DUMMY_PASSWORD)
}

/// A person has seen it. Where that cannot be noted it is shown once more.
pub fn seen(place: &Place) {
    if let Some(marker) = marker(place) {
        let _ = std::fs::write(marker, "");
    }
}

/// The mark goes with the deployment: the next one of that name has another password.
fn marker(place: &Place) -> Option<PathBuf> {
    place.layout().map(|layout| layout.run().join(SHOWN))
}

/// Where the password is kept.
pub fn kept_in(place: &Place) -> Option<PathBuf> {
    place.layout().map(|layout| layout.secrets().join(GENERATED).join(DUMMY_PASSWORD)).filter(|path| path.exists())
}
