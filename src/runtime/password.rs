//! The made-up password of a trial login: shown once, to a person at a terminal, and nowhere else.
//! Must not write it anywhere.
use std::{io::IsTerminal, path::PathBuf};

use secrecy::ExposeSecret;

use super::{connecting::Place, tell};
use crate::{
    answers::spec::Spec,
    plan::components::{GENERATED, login, secrets::DUMMY_PASSWORD},
};

/// File that says that the password was shown.
const SHOWN: &str = "password-shown";

/// Shows the password of a deployment on this machine, the first time only.
pub fn show_once(place: &Place, spec: &Spec) {
    let made_up = spec.hub.as_ref().is_some_and(|hub| login::made_up_password(&hub.login.provider));
    // It goes with the deployment: the next one of that name has another password.
    let Some(marker) = place.layout().map(|layout| layout.run().join(SHOWN)) else { return };
    // What is not a terminal may be a log.
    if !made_up || marker.exists() || !std::io::stderr().is_terminal() {
        return;
    }
    let Some(password) = password(place) else { return };
    tell(&format!("\n  password: {}   (shown this once)\n", password.expose_secret()));
    // Where that fails it is shown once more.
    let _ = std::fs::write(marker, "");
}

fn password(place: &Place) -> Option<secrecy::SecretString> {
    let ports = place.forgetful_ports(Place::no_helm());
    ports.machine().ok()?.secret(GENERATED).ok()??.remove(DUMMY_PASSWORD)
}

/// Where the password is kept.
pub fn kept_in(place: &Place) -> Option<PathBuf> {
    place.layout().map(|layout| layout.secrets().join(GENERATED).join(DUMMY_PASSWORD)).filter(|path| path.exists())
}
