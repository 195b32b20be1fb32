//! Homes and the hub's database. Must not know any chart's values.
use serde_json::json;

use crate::answers::{
    offers,
    question::{Kind, Question, lens},
    rules,
    tree::{Answers, Database, Homes, TargetKind},
};

fn hub(answers: &Answers) -> bool {
    answers.components.jupyterhub.unwrap_or(true)
}

fn homes(answers: &Answers, wanted: Homes) -> bool {
    hub(answers) && answers.storage.homes == Some(wanted)
}

fn server(answers: &Answers) -> bool {
    hub(answers) && matches!(answers.storage.database, Some(Database::Postgres | Database::Mysql))
}

pub(super) const QUESTIONS: &[Question<Answers>] = &[
    Question::new(
        "storage.homes",
        "Home directories",
        "what people's home directories are made of",
        Kind::Choice(&[
            ("dynamic", "a volume for each person, made on first login"),
            ("static", "one shared volume that is there already, a folder for each person"),
            ("none", "nothing: all is gone when the server stops"),
        ]),
        lens!(Answers, storage.homes),
    )
    .only(TargetKind::Kubernetes)
    .when(hub)
    .or(|_, _| json!("dynamic")),
    Question::new(
        "storage.class",
        "Storage class",
        "kind of disk for homes; the cluster's default if not said",
        Kind::Text,
        lens!(Answers, storage.class),
    )
    .offers(offers::storage_classes)
    .unsaid(|_| "the cluster's default".to_owned())
    .only(TargetKind::Kubernetes)
    .when(|answers| homes(answers, Homes::Dynamic))
    .rule(rules::name),
    Question::new(
        "storage.size",
        "Home size",
        "size of one home directory",
        Kind::Quantity,
        lens!(Answers, storage.size),
    )
    .only(TargetKind::Kubernetes)
    .when(|answers| homes(answers, Homes::Dynamic))
    .or(|_, _| json!("10Gi"))
    .rule(rules::bytes),
    Question::new(
        "storage.claim",
        "Shared claim",
        "name of the PersistentVolumeClaim that holds all homes",
        Kind::Text,
        lens!(Answers, storage.claim),
    )
    .only(TargetKind::Kubernetes)
    .when(|answers| homes(answers, Homes::Static))
    .required()
    .rule(rules::name),
    Question::new(
        "storage.database",
        "Hub database",
        "where the hub remembers users and running servers",
        Kind::Choice(&[
            ("sqlite-pvc", "a file on a 1 GiB volume"),
            ("sqlite-memory", "memory: users and running servers are forgotten at each restart of the hub"),
            ("postgres", "a PostgreSQL server of yours"),
            ("mysql", "a MySQL server of yours"),
        ]),
        lens!(Answers, storage.database),
    )
    .only(TargetKind::Kubernetes)
    .when(hub)
    .or(|_, _| json!("sqlite-pvc")),
    Question::new(
        "storage.database-class",
        "Database disk",
        "storage class of that volume; the cluster's default if not said",
        Kind::Text,
        lens!(Answers, storage.database_class),
    )
    .offers(offers::storage_classes)
    .unsaid(|_| "the cluster's default".to_owned())
    .only(TargetKind::Kubernetes)
    .when(|answers| hub(answers) && answers.storage.database == Some(Database::SqlitePvc))
    .rule(rules::name),
    Question::new(
        "storage.database-url",
        "Database URL",
        "SQLAlchemy URL of the server, with user, without password",
        Kind::Text,
        lens!(Answers, storage.database_url),
    )
    .only(TargetKind::Kubernetes)
    .when(server)
    .required()
    .rule(rules::database_url),
    Question::new(
        "storage.database-password",
        "Database password",
        "where the database user's password is kept",
        Kind::Secret,
        lens!(Answers, storage.database_password),
    )
    .only(TargetKind::Kubernetes)
    .when(server)
    .required(),
];
