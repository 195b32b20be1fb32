//! GitHub and GitHub Enterprise.
use serde_json::{Map, json};

use super::Authenticator;
use crate::answers::spec::OAuthClient;

/// `read:org` is needed to see private members of an organization.
pub fn authenticator(url: Option<&str>, client: &OAuthClient) -> Authenticator {
    let mut config =
        Map::from_iter([("client_id".to_owned(), json!(client.id)), ("scope".to_owned(), json!(["read:org"]))]);
    if let Some(url) = url {
        config.insert("github_url".to_owned(), json!(url));
    }
    Authenticator {
        class: "github",
        section: "GitHubOAuthenticator",
        config,
        host: Some(super::moodle::host(url.unwrap_or("https://github.com"))),
        client_id: Some(client.id.clone()),
    }
}
