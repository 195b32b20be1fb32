//! Saying answers: layers over each other, text from outside, and what `resolve`, `warn` and `explain` make of them.
use super::{refused, resolved, said, with, words};
use crate::answers::{
    explain,
    facts::Facts,
    layers::{Layers, Origin},
    preset,
    resolve::resolve,
    warn::warnings,
};

#[test]
fn the_mirror_of_charts_can_come_from_the_environment() {
    let mut layers = Layers::new();
    layers.environment([("HUBWRIGHT_CHARTS_REPOSITORY".to_owned(), "https://charts.example.org".to_owned())]).unwrap();
    assert_eq!(layers.merged().charts.repository.as_deref(), Some("https://charts.example.org"));
    let reserved =
        ["HUBWRIGHT_CHARTS", "HUBWRIGHT_BED_NODE", "HUBWRIGHT_NO_PROGRESS"].map(|a| (a.to_owned(), "x".to_owned()));
    Layers::new().environment(reserved).unwrap();
}

#[test]
fn an_empty_set_unsays_what_a_preset_said() {
    let mut layers = Layers::new();
    layers.set(Origin::Preset("a".into()), "access.host", "hub.example.org").unwrap();
    layers.set(Origin::Set, "access.host", "").unwrap();
    assert_eq!(layers.merged().access.host, None);
    assert_eq!(layers.origin("access.host"), Origin::Set);
}

#[test]
fn the_default_packages_can_be_set_as_text() {
    let text = r#"["jupyterhub>=5,<6", "dask==2026.3.0"]"#;
    let answers = said(&[("notebook.packages", text)]);
    assert_eq!(answers.notebook.packages.unwrap(), ["jupyterhub>=5,<6", "dask==2026.3.0"]);
}

#[test]
fn an_unknown_field_of_a_row_is_named_as_it_was_typed() {
    let error = Layers::new().set(Origin::Set, "ray.pools[0].cpu0", "1").unwrap_err();
    assert_eq!(error.key.as_deref(), Some("ray.pools[0].cpu0"));
    assert!(error.hint.unwrap().contains("ray.pools[].cpu"));
}

#[test]
fn an_empty_text_is_no_answer_to_a_question_that_needs_one() {
    let text = "schema: 1\nlogin: {method: github, client-id: '', client-secret: 'env:X', allow: all}\naccess: {method: none, host: h.example.org}\n";
    let answers = match preset::parse(text, "a") {
        Ok(preset) => preset.answers,
        Err(wrong) => return assert!(words(&wrong).contains("login.client-id")),
    };
    let wrong = resolve(&answers, &Facts::default()).unwrap_err();
    assert!(words(&wrong).contains("login.client-id"), "{wrong:?}");
}

#[test]
fn unwise_answers_are_warned_of_and_wise_ones_are_not() {
    let codes = |more: &[(&'static str, &'static str)]| -> Vec<String> {
        warnings(&resolved(&with(more)).unwrap()).into_iter().map(|warning| warning.code).collect()
    };
    let tls = [("access.tls", "lets-encrypt"), ("access.letsencrypt-email", "a@example.org")];
    assert_eq!(codes(&tls), Vec::<String>::new());
    assert_eq!(codes(&[]), ["login-without-tls"]);
    assert_eq!(codes(&[("access.tls", "offload")]), Vec::<String>::new());
    let careless = [
        ("login.allow", "all"),
        ("login.organizations", ""),
        ("storage.database", "sqlite-memory"),
        ("storage.homes", "none"),
        ("ray.token-auth", "false"),
        ("ray.pools[0].max", "3"),
        ("ray.autoscaling", "false"),
    ];
    let expected =
        ["everybody-on-github", "database-in-memory", "no-homes", "ray-without-token", "max-without-autoscaling"];
    assert_eq!(codes(&[tls.as_slice(), &careless].concat()), expected);
    assert_eq!(codes(&[("login.method", "dummy")]), ["dummy-login-exposed"]);
    assert_eq!(codes(&[("login.method", "dummy"), ("access.method", "none")]), Vec::<String>::new());
}

#[test]
fn what_is_wrong_with_a_presets_answers_together_is_said_with_its_line() {
    let text = "schema: 1\nlogin:\n  method: github\n  client-id: x\n  client-secret: env:X\n  allow: all\n  organizations:\n  - physics\naccess: {method: load-balancer, host: h.example.org, tls: cert-manager, issuer: a}\nray:\n  pools:\n  - name: a\n  - name: b\n    min: 3\n    max: 2\n";
    let mut layers = Layers::new();
    layers.push_preset("mine.yaml", preset::parse(text, "mine.yaml").unwrap());
    let said = |layers: &Layers| -> Vec<String> {
        let wrong = resolve(&layers.merged(), &Facts::default()).unwrap_err();
        let key = |text: String| text.split("` ").next().unwrap_or_default().to_owned();
        wrong.into_iter().map(|wrong| key(layers.place(wrong).to_string())).collect()
    };
    let lines = ["mine.yaml:7: `login.organizations", "mine.yaml:9: `access.tls", "mine.yaml:15: `ray.pools[1].max"];
    assert_eq!(said(&layers), lines);
    layers.set(Origin::Set, "access.tls", "cert-manager").unwrap();
    layers.set(Origin::Set, "ray.pools[1].min", "4").unwrap();
    assert_eq!(said(&layers), ["mine.yaml:7: `login.organizations", "`access.tls", "`ray.pools[1].max"]);
}

#[test]
fn a_trial_login_over_a_real_presets_allow_rule_is_fine() {
    resolved(&with(&[("login.method", "dummy")])).unwrap();
}

#[test]
fn hosts_of_an_ingress_are_lower_case() {
    assert_eq!(refused(&[("access.method", "ingress"), ("access.host", "Hub.example.org")]), ["access.host"]);
}

#[test]
fn memory_of_a_few_bytes_is_refused() {
    for text in ["4", "500m", "0"] {
        let wrong = Layers::new().set(Origin::Set, "ray.head-memory", text).unwrap_err();
        assert!(words(&[wrong]).contains("less than a mebibyte"), "{text}");
    }
    resolved(&with(&[("ray.head-memory", "1.5Gi"), ("ray.head-cpu", "500m")])).map(drop).unwrap();
}

#[test]
fn explain_says_value_and_who_said_it_and_shows_no_secret() {
    let mut layers = Layers::new();
    layers.set(Origin::Preset("mine".into()), "ray.tag", "2.52.0-py312").unwrap();
    layers.environment([("HUBWRIGHT_LOGIN_CLIENT_SECRET".to_owned(), "env:GITHUB_SECRET".to_owned())]).unwrap();
    layers.set(Origin::Set, "ray.pools[0].max", "3").unwrap();
    let explained = |key: &str| {
        let explanation = explain::explain(key, &layers, &Facts::default()).unwrap();
        (explain::shown(&explanation.value), explanation.origin)
    };
    assert_eq!(explained("ray.tag"), ("2.52.0-py312".to_owned(), Origin::Preset("mine".to_owned())));
    let variable = Origin::Environment("HUBWRIGHT_LOGIN_CLIENT_SECRET".to_owned());
    assert_eq!(explained("login.client-secret"), ("env:GITHUB_SECRET".to_owned(), variable));
    assert_eq!(explained("ray.pools[0].max"), ("3".to_owned(), Origin::Set));
    assert_eq!(explained("cull.every"), ("600".to_owned(), Origin::Default));
    let wrong = explain::explain("ray.tagg", &layers, &Facts::default()).unwrap_err();
    assert!(wrong.hint.unwrap().contains("`ray.tag`"));
}

#[test]
fn a_later_preset_takes_a_table_whole_and_leaves_other_answers() {
    let preset = |text: &str| preset::parse(&format!("schema: 1\n{text}"), "a").unwrap().answers;
    let mut layers = Layers::new();
    layers.push(Origin::Preset("a".into()), preset("ray: {tag: x, pools: [{name: a, max: 3}, {name: b}]}\n"));
    layers.push(Origin::Preset("b".into()), preset("ray: {pools: [{name: c}]}\n"));
    let ray = layers.merged().ray;
    let names: Vec<_> = ray.pools.unwrap().into_iter().map(|pool| (pool.name.unwrap(), pool.max)).collect();
    assert_eq!((ray.tag.as_deref(), names), (Some("x"), vec![("c".to_owned(), None)]));
    assert_eq!(layers.origin("ray.tag"), Origin::Preset("a".into()));
    assert_eq!(layers.origin("ray.pools"), Origin::Preset("b".into()));
}

/// The installation took minutes, and then its verification was red for what the answers said from the start.
#[test]
fn versions_that_do_not_go_together_are_warned_of() {
    let codes = |more: &[(&'static str, &'static str)]| -> Vec<String> {
        let tls = [("access.tls", "lets-encrypt"), ("access.letsencrypt-email", "a@example.org")];
        warnings(&resolved(&with(&[tls.as_slice(), more].concat())).unwrap()).into_iter().map(|w| w.code).collect()
    };
    assert_eq!(codes(&[]), Vec::<String>::new());
    assert_eq!(codes(&[("ray.tag", "2.55.1-py312")]), ["ray-versions-differ", "python-versions-differ"]);
    assert_eq!(codes(&[("dask.tag", "2025.1.0")]), ["dask-versions-differ"]);
    let own = [("notebook.image", "r.example.org/n"), ("notebook.tag", "1"), ("ray.tag", "2.55.1-py312")];
    assert_eq!(codes(&own), Vec::<String>::new(), "what is in an own image nobody knows yet");
}

#[test]
fn a_ray_without_tokens_asks_for_none() {
    assert_eq!(refused(&[("ray.tag", "2.9.3-py310")]), ["ray.token-auth"]);
    assert_eq!(refused(&[("ray.tag", "2.9.3-py310"), ("ray.token-auth", "false")]), Vec::<String>::new());
    assert_eq!(refused(&[("ray.tag", "nightly")]), Vec::<String>::new());
}

#[test]
fn a_tenant_is_an_id_or_a_domain() {
    let say = |text: &str| Layers::new().say("login.tenant", text);
    for tenant in ["72f988bf-86f1-41af-91ab-2d7cd011db47", "contoso.onmicrosoft.com", "uni.example"] {
        assert!(say(tenant).is_ok(), "{tenant}");
    }
    for wrong in ["contoso", "72f988bf-86f1-41af-91ab", "https://portal.azure.com", "10.0.0.1", "a b.c"] {
        let error = say(wrong).unwrap_err();
        assert!(error.message.contains("Microsoft Entra ID"), "{wrong}: {}", error.message);
    }
}
