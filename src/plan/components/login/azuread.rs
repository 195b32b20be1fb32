//! Microsoft Entra ID (Azure AD).
use serde_json::{Map, json};

use super::Authenticator;
use crate::answers::spec::OAuthClient;

/// The class asks for an id token, but its default scope is empty; its default claim, `name`, is a display name and not unique.
pub fn authenticator(tenant: &str, client: &OAuthClient, username_claim: &str) -> Authenticator {
    Authenticator {
        class: "azuread",
        section: "AzureAdOAuthenticator",
        config: Map::from_iter([
            ("tenant_id".to_owned(), json!(tenant)),
            ("client_id".to_owned(), json!(client.id)),
            ("scope".to_owned(), json!(["openid", "email", "profile"])),
            ("username_claim".to_owned(), json!(username_claim)),
        ]),
        host: Some("login.microsoftonline.com".to_owned()),
        client_id: Some(client.id.clone()),
    }
}
