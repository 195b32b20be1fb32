//! How people log in. Must not know any authenticator's settings: those are in `plan::components::login`.
use serde_json::{Value, json};

use crate::answers::{
    question::{Kind, Question, lens},
    rules,
    tree::{AllowRule, Answers, LoginMethod, TargetKind},
};

fn hub(answers: &Answers) -> bool {
    answers.components.jupyterhub.unwrap_or(true)
}

fn method(answers: &Answers) -> Option<LoginMethod> {
    hub(answers).then_some(answers.login.method).flatten()
}

pub(super) fn oauth(answers: &Answers) -> bool {
    matches!(method(answers), Some(LoginMethod::Azuread | LoginMethod::Github | LoginMethod::Moodle))
}

/// Where only this machine reaches the hub, nobody needs a provider.
fn for_this_machine(answers: &Answers) -> Option<(&'static str, &'static str)> {
    let on = super::target(answers) == TargetKind::ThisMachine;
    let alone = super::machine::address(answers).is_some_and(|address| address.is_loopback());
    (on && alone && answers.machine.behind_proxy != Some(true))
        .then_some(("dummy", "suggested, as only this machine reaches the hub"))
}

fn provider_in_words(answers: &Answers) -> String {
    let words = if method(answers) == Some(LoginMethod::Github) { "github.com" } else { "none" };
    words.to_owned()
}

pub(super) const QUESTIONS: &[Question<Answers>] = &[
    Question::new(
        "login.method",
        "Login",
        "who proves that people are who they say",
        Kind::Choice(&[
            ("azuread", "Microsoft Entra ID (Azure AD)"),
            ("github", "GitHub or GitHub Enterprise"),
            ("moodle", "Moodle with its OAuth plugin"),
            ("dummy", "one shared password; for trials only, never on a public address"),
        ]),
        lens!(Answers, login.method),
    )
    .when(hub)
    .suggests(for_this_machine)
    .required(),
    Question::new("login.tenant", "Tenant", "tenant id or domain of the directory", Kind::Text, lens!(Answers, login.tenant))
        .doc("Both stand in the Azure portal under Microsoft Entra ID, Overview; `az account show` tells the id as `tenantId`.")
        .when(|answers| method(answers) == Some(LoginMethod::Azuread))
        .required()
        .rule(rules::tenant),
    Question::new("login.client-id", "Client ID", "id of the OAuth app registered with the provider", Kind::Text, lens!(Answers, login.client_id))
        .doc("Register the app with the callback URL that `hubwright plan` shows: `https://HOST/hub/oauth_callback`, exactly.")
        .when(oauth)
        .required()
        .rule(rules::line),
    Question::new("login.client-secret", "Client secret", "where the secret of that app is kept", Kind::Secret, lens!(Answers, login.client_secret))
        .doc("Azure AD: the secret's value, not its ID.")
        .when(oauth)
        .required(),
    Question::new("login.url", "Provider URL", "base URL of Moodle, or of GitHub Enterprise", Kind::Text, lens!(Answers, login.url))
        .doc("Moodle: required. GitHub: leave it out for github.com.")
        .when(|answers| matches!(method(answers), Some(LoginMethod::Moodle | LoginMethod::Github)))
        .required_when(|answers| method(answers) == Some(LoginMethod::Moodle))
        .unsaid(provider_in_words)
        .rule(rules::url),
    Question::new("login.label", "Login button", "text of the login button", Kind::Text, lens!(Answers, login.label))
        .when(|answers| method(answers) == Some(LoginMethod::Moodle))
        .or(|_, _| json!("Moodle"))
        .rule(rules::line),
    Question::new(
        "login.allow",
        "Who may log in",
        "without a rule nobody but admins may: choose one",
        Kind::Choice(&[
            ("all", "everybody the provider knows"),
            ("users", "the people listed in `login.users`"),
            ("groups", "members of `login.groups` (Azure AD)"),
            ("organizations", "members of `login.organizations` (GitHub)"),
        ]),
        lens!(Answers, login.allow),
    )
    .when(oauth)
    .required(),
    Question::new("login.users", "Users", "user names that may log in", Kind::List, lens!(Answers, login.users))
        .when(|answers| oauth(answers) && answers.login.allow == Some(AllowRule::Users))
        .required()
        .rule(rules::names),
    Question::new("login.groups", "Groups", "groups of Azure AD whose members may log in", Kind::List, lens!(Answers, login.groups))
        .when(|answers| method(answers) == Some(LoginMethod::Azuread) && answers.login.allow == Some(AllowRule::Groups))
        .required()
        .rule(rules::names),
    Question::new(
        "login.organizations",
        "Organizations",
        "GitHub organizations, or `organization:team`, whose members may log in",
        Kind::List,
        lens!(Answers, login.organizations),
    )
    .when(|answers| method(answers) == Some(LoginMethod::Github) && answers.login.allow == Some(AllowRule::Organizations))
    .required()
    .rule(rules::names),
    Question::new("login.admins", "Administrators", "user names with an administrator's rights", Kind::List, lens!(Answers, login.admins))
        .when(hub)
        .or(|_, _| json!([]))
        .rule(rules::names),
    Question::new("login.username-claim", "User name claim", "claim of the provider that becomes the user name", Kind::Text, lens!(Answers, login.username_claim))
        .doc("Azure AD: the provider's own default, `name`, is a display name and not unique, so `unique_name` is taken.")
        .when(|answers| matches!(method(answers), Some(LoginMethod::Azuread | LoginMethod::Moodle)))
        .or(|answers, _| match method(answers) {
            Some(LoginMethod::Azuread) => json!("unique_name"),
            Some(LoginMethod::Moodle) => json!("username"),
            _ => Value::Null,
        })
        .rule(rules::line),
    Question::new("login.password", "Trial password", "where the shared password of the dummy login is kept", Kind::Secret, lens!(Answers, login.password))
        .doc("The default is made up by hubwright and kept with the deployment; the end of the installation says how to read it.")
        .when(|answers| method(answers) == Some(LoginMethod::Dummy))
        .or(|_, _| json!("secret:hubwright-generated/dummy-password")),
];
