//! Resolves references to secrets that need no cluster: environment, files, commands. Must never show a value.
use std::{
    io::Read,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use rustix::fs::{Access, access};
use secrecy::SecretString;

use crate::{
    answers::secret::SecretRef,
    health::text,
    problem::Problem,
    run::{
        asked,
        ports::{FailureKind, PortError, PortResult},
    },
};

/// How long a command may take: some ask a person for a fingerprint or a PIN.
const PATIENCE: Duration = Duration::from_secs(60);
/// Longest secret, in bytes.
const LONGEST: u64 = 1 << 20;
/// Why there is no secret in a variable.
const UNSET: &str = "the variable is not set";
/// Why there is none where something is.
const EMPTY: &str = "it is empty";

/// The secret behind a reference of this machine.
pub fn local(reference: &SecretRef) -> Result<SecretString, Problem> {
    let value = match reference {
        SecretRef::Env(name) => environment(name),
        SecretRef::File(path) => file(path),
        SecretRef::Command(line) => command(line),
        SecretRef::Kubernetes { .. } => Err("it is in the cluster, which was not asked".to_owned()),
        SecretRef::Ask(label) => return Err(asked::not_said(label)),
    };
    let value = value.map_err(|why| missing(reference, &why))?;
    let value = value.strip_suffix('\n').map_or(value.as_str(), |value| value.strip_suffix('\r').unwrap_or(value));
    if value.is_empty() { Err(missing(reference, EMPTY)) } else { Ok(value.into()) }
}

/// A problem about a reference; names it, never the value.
pub fn missing(reference: &SecretRef, why: &str) -> Problem {
    let problem = Problem::new("secret-missing", format!("cannot get the secret `{reference}`: {why}"));
    match reference {
        SecretRef::Env(name) => {
            problem.hint(format!("`export {name}=…` before hubwright starts, or refer to a file with `file:/path`"))
        }
        SecretRef::File(path) if path.starts_with('~') => problem.hint("name the file in full: `~` is a shell's word"),
        SecretRef::File(path) => problem.hint(format!("put the secret into `{path}`, readable for you only")),
        SecretRef::Command(line) => problem.hint(format!(
            "run `{line} </dev/null` by hand: it must print the secret and nothing else, without reading keys"
        )),
        SecretRef::Kubernetes { name, key } => {
            problem.hint(format!("make Secret `{name}` with key `{key}` in the deployment's namespace first"))
        }
        SecretRef::Ask(label) => problem.hint(format!("type it when it is asked for, or say `--set {label}=env:NAME`")),
    }
}

/// Why a variable or a file has no secret to give, without looking at what is in it; `None`: it may, or only using it tells.
pub fn absent(reference: &SecretRef) -> Option<Problem> {
    let why = match reference {
        SecretRef::Env(name) => no_variable(name).map(str::to_owned),
        SecretRef::File(path) => no_file(path),
        // A command is not run to see whether it works; what the target holds, or a person types, is asked for elsewhere.
        SecretRef::Command(_) | SecretRef::Kubernetes { .. } | SecretRef::Ask(_) => None,
    };
    why.map(|why| missing(reference, &why))
}

fn no_variable(name: &str) -> Option<&'static str> {
    match std::env::var_os(name) {
        None => Some(UNSET),
        Some(value) => value.is_empty().then_some(EMPTY),
    }
}

/// A pipe, as `<(…)` of a shell gives, is left alone: it can be read once.
fn no_file(path: &str) -> Option<String> {
    match std::fs::metadata(path) {
        Err(error) => Some(error.to_string()),
        Ok(about) if about.is_dir() => Some("it is a folder".to_owned()),
        Ok(about) if about.is_file() && about.len() == 0 => Some(EMPTY.to_owned()),
        Ok(_) => access(path, Access::READ_OK).is_err().then(|| "you may not read it".to_owned()),
    }
}

fn environment(name: &str) -> Result<String, String> {
    match std::env::var(name) {
        Ok(value) => Ok(value),
        Err(std::env::VarError::NotPresent) => Err(UNSET.to_owned()),
        Err(std::env::VarError::NotUnicode(_)) => Err("it is not a text in UTF-8".to_owned()),
    }
}

fn file(path: &str) -> Result<String, String> {
    let file = std::fs::File::open(path).map_err(|error| error.to_string())?;
    let mut value = String::new();
    file.take(LONGEST).read_to_string(&mut value).map_err(|error| error.to_string())?;
    Ok(value)
}

fn command(line: &str) -> Result<String, String> {
    let words = words(line)?;
    let (program, arguments) = words.split_first().ok_or("the command is empty")?;
    let mut child = Command::new(program)
        .args(arguments)
        // Keys are for whoever draws the screen: a command that asks has a window of its own for that.
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cannot start `{program}`: {error}"))?;
    let output = read_later(child.stdout.take());
    let complaints = read_later(child.stderr.take());
    let started = Instant::now();
    let status = loop {
        match child.try_wait().map_err(|error| error.to_string())? {
            Some(status) => break status,
            None if started.elapsed() > PATIENCE => {
                let _ = child.kill().and_then(|()| child.wait());
                return Err(format!("the command did not end within {} s", PATIENCE.as_secs()));
            }
            None => std::thread::sleep(Duration::from_millis(20)),
        }
    };
    let output = output.join().unwrap_or_default();
    if status.success() {
        return String::from_utf8(output).map_err(|_| "it did not print a text in UTF-8".to_owned());
    }
    let complaints = complaints.join().unwrap_or_default();
    Err(format!("the command failed ({status}): {}", text::line(&String::from_utf8_lossy(&complaints))))
}

fn read_later(pipe: Option<impl Read + Send + 'static>) -> std::thread::JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(pipe) = pipe {
            // What was read until then counts.
            let _ = pipe.take(LONGEST).read_to_end(&mut bytes);
        }
        bytes
    })
}

/// Splits a command line into words as a shell would: blanks, single and double quotes, backslashes. No shell runs it.
pub fn words(line: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (Some(open), _) if letter == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None | Some('"'), '\\') => {
                word.get_or_insert_default().push(letters.next().ok_or("the command ends in a backslash")?);
            }
            (None, _) if letter.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    if quote.is_some() { Err("a quote in the command is not closed".to_owned()) } else { Ok(words) }
}

/// 64 hex digits of randomness from the operating system.
pub fn generate() -> PortResult<SecretString> {
    Ok(random::<32>()?.iter().fold(String::with_capacity(64), |hex, byte| hex + &format!("{byte:02x}")).into())
}

/// Signs of a password: none looks like another. 32 of them, so that five bits choose one.
const SIGNS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// A password for a person: 25 signs in groups of five, 125 bits.
pub fn password() -> PortResult<SecretString> {
    let sign = |byte: &u8| SIGNS.get(usize::from(byte % 32)).copied().map(char::from);
    let groups: Vec<String> = random::<25>()?.chunks(5).map(|five| five.iter().filter_map(sign).collect()).collect();
    Ok(groups.join("-").into())
}

fn random<const N: usize>() -> PortResult<[u8; N]> {
    let mut bytes = [0; N];
    let read = std::fs::File::open("/dev/urandom").and_then(|mut source| source.read_exact(&mut bytes));
    read.map(|()| bytes).map_err(|error| {
        let problem = Problem::new("no-randomness", format!("the operating system gives no randomness: {error}"));
        PortError::new(FailureKind::Other, problem)
    })
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn resolve(text: &str) -> Result<String, Problem> {
        local(&text.parse().unwrap()).map(|value| value.expose_secret().to_owned())
    }

    #[test]
    fn files_and_commands_lose_one_line_end() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "hunter2\n\n").unwrap();
        assert_eq!(resolve(&format!("file:{}", file.path().display())).unwrap(), "hunter2\n");
        assert_eq!(resolve("command:printf '%s\\r\\n' \"a b\"").unwrap(), "a b");
    }

    /// It waited for keys, and took them from the screens.
    #[test]
    fn a_command_gets_no_keys() {
        assert_eq!(resolve("command:sh -c 'read line || echo no keys'").unwrap(), "no keys");
        let problem = resolve("command:sh -c 'read line && echo $line'").unwrap_err();
        assert!(problem.hints.iter().any(|hint| hint.contains("</dev/null")), "{problem:?}");
    }

    #[test]
    fn what_is_missing_is_named_without_any_value() {
        for (reference, expected) in [
            ("env:HUBWRIGHT_NO_SUCH", "not set"),
            ("file:/no/such", "No such file"),
            ("command:sh -c 'echo hunter2; echo no key >&2; exit 3'", "no key"),
            ("command:true", "empty"),
            ("command:echo 'x", "quote"),
        ] {
            let problem = resolve(reference).unwrap_err();
            let text = problem.title.replace(reference, "");
            assert!(text.contains(expected) && !text.contains("hunter2"), "{text}");
        }
    }

    #[test]
    fn what_is_not_there_is_found_without_reading_or_running_anything() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| format!("file:{}", folder.path().join(name).display());
        std::fs::write(folder.path().join("full"), "hunter2").unwrap();
        std::fs::write(folder.path().join("empty"), "").unwrap();
        let of = |text: &str| absent(&text.parse().unwrap()).map(|problem| problem.title);
        for (reference, expected) in [
            ("env:HUBWRIGHT_NO_SUCH".to_owned(), UNSET),
            (path("none"), "No such file"),
            (path("empty"), EMPTY),
            (path(""), "it is a folder"),
        ] {
            assert!(of(&reference).is_some_and(|title| title.contains(expected)), "{reference}");
        }
        let ran = folder.path().join("ran");
        for there in [path("full"), "env:PATH".to_owned(), format!("command:touch {}", ran.display())] {
            assert_eq!(of(&there), None, "{there}");
        }
        assert!(!ran.exists());
    }

    #[test]
    fn what_is_made_up_is_long_and_new_each_time() {
        let (one, two) = (generate().unwrap(), generate().unwrap());
        assert_eq!(one.expose_secret().len(), 64);
        assert_ne!(one.expose_secret(), two.expose_secret());
    }

    #[test]
    fn a_password_can_be_read_out_and_not_be_guessed() {
        let made: Vec<String> = (0..200).map(|_| password().unwrap().expose_secret().to_owned()).collect();
        let signs: std::collections::BTreeSet<char> = made.join("").replace('-', "").chars().collect();
        assert_eq!(signs.len(), 32, "each of the signs is used: {signs:?}");
        assert!(!signs.iter().any(|sign| "lo01".contains(*sign)), "l and 1, o and 0 look alike: {signs:?}");
        for password in &made {
            assert_eq!(password.split('-').map(str::len).collect::<Vec<_>>(), [5; 5], "{password}");
        }
        let unique: std::collections::BTreeSet<&String> = made.iter().collect();
        assert_eq!(unique.len(), made.len());
    }
}
