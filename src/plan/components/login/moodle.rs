//! Moodle with the `local_oauth` plugin.
use serde_json::{Map, json};

use super::Authenticator;
use crate::answers::spec::OAuthClient;

/// The plugin's three addresses; parameters are appended by the authenticator itself.
pub fn authenticator(url: &str, client: &OAuthClient, label: &str, username_claim: &str) -> Authenticator {
    let page = |name: &str| json!(format!("{url}/local/oauth/{name}.php"));
    Authenticator {
        class: "generic-oauth",
        section: "GenericOAuthenticator",
        config: Map::from_iter([
            ("login_service".to_owned(), json!(label)),
            ("client_id".to_owned(), json!(client.id)),
            ("authorize_url".to_owned(), page("login")),
            ("token_url".to_owned(), page("token")),
            ("userdata_url".to_owned(), page("user_info")),
            ("scope".to_owned(), json!(["user_info"])),
            ("username_claim".to_owned(), json!(username_claim)),
        ]),
        host: Some(host(url)),
        client_id: Some(client.id.clone()),
    }
}

/// Host and port of a URL.
pub fn host(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split('/').next().unwrap_or_default().to_owned()
}
