//! One shared password, for trials.
use serde_json::Map;

use super::Authenticator;

/// The password comes from the environment, so that it is in no value.
pub const CONFIG: &str = "import os\nc.DummyAuthenticator.password = os.environ[\"HUBWRIGHT_DUMMY_PASSWORD\"]\n";

/// The hub's own form, without any provider.
pub fn authenticator() -> Authenticator {
    Authenticator { class: "dummy", section: "DummyAuthenticator", config: Map::new(), host: None, client_id: None }
}
