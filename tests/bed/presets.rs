//! Every shipped preset on the test bed, with its own login and way in: only sizes are made to fit one small node, and what lies
//! outside of it (an address, a name, a certificate) is put there first. What cannot be had here at all is expected to be named.
use std::{fs, net::Ipv4Addr, path::Path, process::Command, time::Duration};

use hubwright::run::{
    event::{Outcome, RungOutcome},
    ports::{Cluster, ObjectRef},
};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    Case,
    bed::{Bed, Namespace, until},
    deployment::Deployment,
    said::{Done, run},
};

/// The tests.
pub const CASES: &[Case] = &[
    ("azuread_loadbalancer_at_an_address_of_its_own", azuread_loadbalancer),
    ("azuread_ingress_by_name_and_with_https", azuread_ingress),
    ("dask_and_then_github_in_its_place", dask_then_github),
    ("moodle_gpu_on_a_port_of_the_node", moodle_gpu),
];

const SMALL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/bed/small.yaml");
const INGRESS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/bed/ingress.yaml");
const HOST: &str = "hub.example.org";
/// How long a controller may take to be there.
const PATIENCE: Duration = Duration::from_secs(60);

fn deployment(bed: &'static Bed, name: &str, helm: u32) -> Deployment {
    Deployment::new(bed, name, helm).environment("CLIENT_SECRET", "not-a-secret")
}

/// A preset, made small, with answers `key=value`.
fn install(deployment: &Deployment, preset: &str, answers: &[&str]) -> Done {
    run(deployment.install(&words(preset, answers)))
}

fn words<'a>(preset: &'a str, answers: &[&'a str]) -> Vec<&'a str> {
    let mut words =
        vec![preset, SMALL, "--set", "login.client-id=client", "--set", "login.client-secret=env:CLIENT_SECRET"];
    words.extend(answers.iter().flat_map(|answer| ["--set", answer]));
    words
}

/// Deployed and verified, but for these rungs.
fn expect_verified_but(done: &Done, red: &[&str]) {
    let wanted = if red.is_empty() { (Outcome::Done, Some(0)) } else { (Outcome::Unverified, Some(3)) };
    let outcome = done.outcome().map(|(outcome, _)| outcome);
    assert_eq!((outcome, done.status.code()), (Some(wanted.0), wanted.1), "{}", done.complaints());
    assert_eq!(done.rungs(RungOutcome::Failed), red, "{}", done.complaints());
    let passed = done.rungs(RungOutcome::Passed);
    assert!(passed.contains(&"notebook-server"), "no notebook was started: {passed:?}");
}

/// The same once more has nothing to do.
fn expect_nothing_to_change(deployment: &Deployment, preset: &str, answers: &[&str]) {
    let again = run(deployment.install(&[&*words(preset, answers), &["--no-verify"]].concat()));
    assert_eq!(again.outcome(), Some((Outcome::Done, false)), "{}", again.complaints());
}

fn azuread_loadbalancer(bed: &'static Bed) {
    let deployment = deployment(bed, "azure", 4);
    let [host, wanted] = at_address(77);
    // Let's Encrypt cannot be reached from a network that leads nowhere.
    let answers = ["login.tenant=contoso.onmicrosoft.com", "login.allow=all", "access.tls=off", &host, &wanted];
    expect_verified_but(&install(&deployment, "azuread-loadbalancer", &answers), &[]);
    expect_nothing_to_change(&deployment, "azuread-loadbalancer", &answers);
    deployment.remove();
    deployment.expect_gone();
}

/// Answers for an address of its own, of those that the bed's load balancers give away.
fn at_address(last: u8) -> [String; 2] {
    let range = std::env::var("HUBWRIGHT_BED_LOAD_BALANCERS").expect("the bed says what load balancers give away");
    let first: Ipv4Addr = range.split('/').next().unwrap().parse().unwrap();
    let [a, b, c, _] = first.octets();
    let address = Ipv4Addr::new(a, b, c, last);
    [format!("access.host={address}"), format!("access.address={address}")]
}

fn azuread_ingress(bed: &'static Bed) {
    let (space, outside) = (bed.namespace("outside"), TempDir::new().unwrap());
    let controller = Ingress::new(bed, &space);
    let authority = certificate(outside.path());
    let hosts = outside.path().join("hosts");
    fs::write(&hosts, format!("127.0.0.1 localhost\n{} {HOST}\n", controller.address)).unwrap();
    let deployment = deployment(bed, "ingress", 3).environment("SSL_CERT_FILE", authority).hosts(hosts);
    give_certificate(bed, &deployment.namespace, outside.path());

    let host = format!("access.host={HOST}");
    // In place of cert-manager's issuer: a certificate that is there already.
    let tls = ["access.tls=secret", "access.tls-secret=hub-tls"];
    let answers = ["login.tenant=contoso.onmicrosoft.com", "login.allow=all", &host, tls[0], tls[1]];
    let first = install(&deployment, "azuread-ingress", &answers);
    expect_verified_but(&first, &[]);
    assert!(first.rungs(RungOutcome::Passed).contains(&"hub-address"), "the way by name was not tried");
    deployment.remove();
    let kept = bed.runtime.block_on(bed.cluster().get(&ObjectRef::cluster("v1", "Namespace", &deployment.namespace)));
    assert!(kept.unwrap().is_some(), "a namespace that hubwright did not make is not its to remove");
}

fn dask_then_github(bed: &'static Bed) {
    let deployment = deployment(bed, "github", 4);
    let [host, wanted] = at_address(78);
    let answers = ["login.organizations=physics", &host, &wanted];
    expect_verified_but(&install(&deployment, "dask", &answers), &[]);

    // Another preset in the same place: Ray comes, and people reach the hub by a name that nobody knows yet.
    let host = format!("access.host={HOST}");
    let answers = ["login.organizations=physics,chemistry:staff", &host, "access.letsencrypt-email=ada@example.org"];
    let github = install(&deployment, "github", &answers);
    expect_verified_but(&github, &["hub-address"]);
    github.expect_cause("hub-address", "dns");
    expect_nothing_to_change(&deployment, "github", &answers);
    deployment.remove();
    deployment.expect_gone();
}

fn moodle_gpu(bed: &'static Bed) {
    let deployment = deployment(bed, "moodle", 4);
    let node = std::env::var("HUBWRIGHT_BED_NODE").expect("the bed says where its node is");
    let host = format!("access.host={node}");
    // The preset is for a proxy on port 80; here people type the node's own port.
    let answers = ["login.url=https://moodle.example.org", &host, "access.port=31895"];
    let done = install(&deployment, "moodle-gpu", &answers);
    expect_verified_but(&done, &["notebook-gpu"]);
    done.expect_cause("notebook-gpu", "no-gpu-node");
    expect_nothing_to_change(&deployment, "moodle-gpu", &answers);
    deployment.remove();
    deployment.expect_gone();
}

/// An ingress controller of the class that the preset names.
struct Ingress<'a> {
    space: &'a Namespace,
    address: String,
}

impl<'a> Ingress<'a> {
    fn new(bed: &'static Bed, space: &'a Namespace) -> Self {
        kubectl(&["apply", "-f", INGRESS, "-n", &space.name]);
        let account = format!("{}:ingress", space.name);
        let role = ["clusterrolebinding", "e2e-ingress"];
        kubectl(&[&["create"], &role[..], &["--clusterrole=cluster-admin", "--serviceaccount", &account]].concat());
        kubectl(&["rollout", "status", "deployment/ingress", "-n", &space.name, "--timeout=120s"]);
        let service = ObjectRef::new("v1", "Service", &space.name, "ingress");
        let address = bed.runtime.block_on(until(PATIENCE, "an address", async || {
            let service = bed.cluster().get(&service).await.unwrap()?;
            service["status"]["loadBalancer"]["ingress"][0]["ip"].as_str().map(str::to_owned)
        }));
        Self { space, address }
    }
}

impl Drop for Ingress<'_> {
    /// What lies outside of its namespace.
    fn drop(&mut self) {
        kubectl(&["delete", "-f", INGRESS, "-n", &self.space.name, "--ignore-not-found"]);
        kubectl(&["delete", "clusterrolebinding", "e2e-ingress", "--ignore-not-found"]);
    }
}

fn kubectl(words: &[&str]) {
    let program = std::env::var_os("KUBECTL").expect("the bed says where kubectl is");
    let output = Command::new(program).args(words).output().expect("kubectl starts");
    assert!(output.status.success(), "kubectl {words:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A certificate of the name, of an authority that nobody else trusts: `tls.crt`, `tls.key`, and the authority's file.
fn certificate(folder: &Path) -> std::path::PathBuf {
    let openssl = |words: &str| {
        let output =
            Command::new("openssl").args(words.split(' ')).current_dir(folder).output().expect("openssl starts");
        assert!(output.status.success(), "openssl {words}: {}", String::from_utf8_lossy(&output.stderr));
    };
    openssl("req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=authority -keyout ca.key -out ca.crt");
    openssl(&format!("req -newkey rsa:2048 -nodes -subj /CN={HOST} -keyout tls.key -out tls.csr"));
    fs::write(folder.join("names"), format!("subjectAltName=DNS:{HOST}\n")).unwrap();
    openssl("x509 -req -in tls.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile names -out tls.crt");
    folder.join("ca.crt")
}

/// The namespace and the Secret as an administrator prepares them.
fn give_certificate(bed: &Bed, namespace: &str, folder: &Path) {
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    let objects: [Value; 2] = [
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}),
        json!({
            "apiVersion": "v1",
            "kind": "Secret",
            "type": "kubernetes.io/tls",
            "metadata": {"name": "hub-tls", "namespace": namespace},
            "stringData": {"tls.crt": read("tls.crt"), "tls.key": read("tls.key")},
        }),
    ];
    for object in &objects {
        bed.runtime.block_on(bed.cluster().apply(object)).expect("the administrator may");
    }
}
