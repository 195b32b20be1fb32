//! Rules that several questions share: names, hosts, images. Each says what is allowed.
//! Must not know which question asks.
use std::net::IpAddr;

use serde_json::Value;

use super::quantity::Quantity;

/// What a rule answers.
pub type Ruling = Result<(), String>;

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// A DNS label: a name of Kubernetes.
pub fn label(value: &Value) -> Ruling {
    if is_label(text(value)) {
        return Ok(());
    }
    Err(format!(
        "`{}` is not allowed: lower-case letters, digits and `-`, starting with a letter, at most 63",
        text(value)
    ))
}

/// A name of a namespace: other than a label's, it may start with a digit.
pub fn namespace(value: &Value) -> Ruling {
    let name = text(value);
    if is_dotted(name) && name.len() <= 63 && !name.contains(|c: char| c == '.' || c.is_ascii_uppercase()) {
        return Ok(());
    }
    Err(format!("`{name}` is not a namespace: lower-case letters, digits and `-` in between, at most 63"))
}

/// A `RayCluster` name: a label short enough for the names KubeRay makes of it.
pub fn cluster_name(value: &Value) -> Ruling {
    label(value)?;
    if text(value).len() <= 40 {
        Ok(())
    } else {
        Err("at most 40 characters: KubeRay makes pod names of it".to_owned())
    }
}

/// Whether a text is a DNS label that starts with a letter.
pub fn is_label(text: &str) -> bool {
    let chars = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.len() <= 63
        && text.chars().all(chars)
        && !text.ends_with('-')
}

/// Whether a text is letters, digits and `-`, in parts between dots.
fn is_dotted(text: &str) -> bool {
    let part = |part: &str| {
        let chars = part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        chars && !part.is_empty() && !part.starts_with('-') && !part.ends_with('-')
    };
    text.len() <= 253 && text.split('.').all(part)
}

/// A host name or IP address, without scheme, port or path.
pub fn host(value: &Value) -> Ruling {
    let host = text(value);
    if host.parse::<IpAddr>().is_ok() || is_dotted(host) {
        return Ok(());
    }
    Err(format!(
        "`{host}` is not a host name: expected something like `hub.example.org`, without `https://`, port or path"
    ))
}

/// A tenant of Azure AD: an id, or a domain of the directory.
pub fn tenant(value: &Value) -> Ruling {
    let tenant = text(value);
    let domain = tenant.contains('.') && is_dotted(tenant) && tenant.parse::<IpAddr>().is_err();
    if domain || is_guid(tenant) {
        return Ok(());
    }
    Err(format!(
        "`{tenant}` is not a tenant: expected its id, 32 hex digits such as `72f988bf-86f1-41af-91ab-2d7cd011db47`, or its \
         domain, such as `contoso.onmicrosoft.com`; the Azure portal shows both under Microsoft Entra ID, Overview"
    ))
}

/// Hex digits in groups of 8, 4, 4, 4 and 12.
fn is_guid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    lengths == [8, 4, 4, 4, 12] && groups.concat().chars().all(|c| c.is_ascii_hexdigit())
}

/// An address of a machine.
pub fn address(value: &Value) -> Ruling {
    let address = text(value);
    let parsed = address.parse::<IpAddr>();
    parsed.map(|_| ()).map_err(|_| format!("`{address}` is not an IP address, such as `127.0.0.1` or `::1`"))
}

/// An absolute path that stays one word in the files of services and scripts.
pub fn path(value: &Value) -> Ruling {
    let path = text(value);
    let special = |c: char| c.is_whitespace() || c.is_control() || "\"'`\\$%:*?;&|<>(){}[]!#".contains(c);
    if !path.starts_with('/') {
        return Err(format!("`{path}` is not an absolute path: it must begin with `/`"));
    }
    if path.contains(special) || path.split('/').any(|part| part == ".." || part == ".") {
        return Err("is not a plain path: spaces, quotes, `..` and signs that a shell knows are not taken".to_owned());
    }
    Ok(())
}

/// A folder that may be made and removed.
pub fn folder(value: &Value) -> Ruling {
    path(value)?;
    if text(value).chars().all(|c| c == '/') { Err("must be a folder of its own, not `/`".to_owned()) } else { Ok(()) }
}

/// A name of an object of Kubernetes that may hold dots: a storage class, a Secret, a claim.
pub fn name(value: &Value) -> Ruling {
    let name = text(value);
    if is_dotted(name) && !name.contains(|c: char| c.is_ascii_uppercase()) {
        return Ok(());
    }
    Err(format!("`{name}` is not a name that Kubernetes takes: lower-case letters, digits, `-` and `.`"))
}

/// A registry as pods' image names or docker's own settings write it. Its user and password are answers of their own.
pub fn registry(value: &Value) -> Ruling {
    let registry = text(value);
    if registry.contains('@') {
        return Err("must not hold a user or password: they are `registry.username` and `registry.password`".to_owned());
    }
    if registry.is_empty() || registry.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err("expected the host of a registry, such as `registry.example.org:5000`".to_owned());
    }
    Ok(())
}

/// A helm repository without a password in it, or a folder.
pub fn repository(value: &Value) -> Ruling {
    let repository = text(value);
    match repository.split_once("://") {
        Some((_, rest)) if rest.contains('@') => Err("a URL must not hold a user or password".to_owned()),
        Some(("http" | "https" | "oci", rest)) if !rest.is_empty() && !rest.contains(char::is_whitespace) => Ok(()),
        None if !repository.is_empty() && !repository.starts_with('-') => line(value),
        _ => Err("expected `https://…`, `oci://…` or a folder".to_owned()),
    }
}

/// An exact version of a chart.
pub fn version(value: &Value) -> Ruling {
    let version = text(value);
    let chars = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+');
    if version.starts_with(|c: char| c.is_ascii_alphanumeric()) && version.chars().all(chars) {
        return Ok(());
    }
    Err(format!("`{version}` is not an exact version, such as `4.4.0`"))
}

/// An `http://` or `https://` URL without a password in it.
pub fn url(value: &Value) -> Ruling {
    let url = text(value);
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    match rest {
        Some(rest) if rest.contains('@') => Err("a URL must not hold a user or password".to_owned()),
        Some(rest) if !rest.is_empty() && !rest.contains(char::is_whitespace) => Ok(()),
        _ => Err("expected a URL such as `https://moodle.example.org`".to_owned()),
    }
}

/// A database URL of `SQLAlchemy` without a password, neither behind the user nor in the query.
pub fn database_url(value: &Value) -> Ruling {
    let Some((_, rest)) = text(value).split_once("://") else {
        return Err("expected a URL such as `postgresql+psycopg2://hub@db.example.org:5432/hub`".to_owned());
    };
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let user = place.rsplit_once('@').map_or("", |(user, _)| user);
    let named = query.split('&').any(|pair| pair.to_ascii_lowercase().starts_with("pass"));
    if user.contains(':') || named {
        return Err("leave the password out; give it in `storage.database-password`".to_owned());
    }
    Ok(())
}

/// An image repository without tag or digest.
pub fn image(value: &Value) -> Ruling {
    let image = text(value);
    let last = image.rsplit('/').next().unwrap_or_default();
    let chars = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_' | '/' | ':');
    let parts = image.split('/').all(|part| part.starts_with(|c: char| c.is_ascii_alphanumeric()));
    if image.chars().all(chars) && parts && !last.contains(':') {
        return Ok(());
    }
    Err(format!(
        "`{image}` is not an image without tag, such as `quay.io/jupyter/scipy-notebook`; the tag is an answer of its own"
    ))
}

/// An image tag.
pub fn tag(value: &Value) -> Ruling {
    let tag = text(value);
    let chars = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    if !tag.is_empty() && tag.len() <= 128 && tag.chars().all(chars) && !tag.starts_with(['.', '-']) {
        return Ok(());
    }
    Err(format!("`{tag}` is not an image tag: letters, digits, `.`, `-` and `_`, at most 128"))
}

/// A qualified resource name such as `nvidia.com/gpu`.
pub fn resource(value: &Value) -> Ruling {
    match text(value).split_once('/') {
        Some((domain, name)) if domain.contains('.') && !name.is_empty() => Ok(()),
        _ => Err("expected a resource name such as `nvidia.com/gpu` or `nvidia.com/mig-1g.10gb`".to_owned()),
    }
}

/// Tolerations as `key=value:Effect`, `key:Effect` or `key`.
pub fn tolerations(value: &Value) -> Ruling {
    const EFFECTS: [&str; 3] = ["NoSchedule", "PreferNoSchedule", "NoExecute"];
    for item in value.as_array().into_iter().flatten().filter_map(Value::as_str) {
        let (key, effect) = item.split_once(':').map_or((item, None), |(key, effect)| (key, Some(effect)));
        let key = key.split('=').next().unwrap_or_default();
        if key.is_empty()
            || item.contains(char::is_whitespace)
            || effect.is_some_and(|effect| !EFFECTS.contains(&effect))
        {
            return Err(format!(
                "`{item}` is not a toleration: expected `key=value:Effect` with Effect one of {}",
                EFFECTS.join(", ")
            ));
        }
    }
    Ok(())
}

/// Labels and annotations: no control characters, names not empty.
pub fn labels(value: &Value) -> Ruling {
    let wrong = value.as_object().into_iter().flatten().find(|(name, text)| {
        name.trim().is_empty()
            || name.contains(char::is_whitespace)
            || text.as_str().is_some_and(|t| t.contains(char::is_control))
    });
    wrong.map_or(Ok(()), |(name, _)| Err(format!("`{name}` is not a name or its text holds control characters")))
}

/// One line without control characters.
pub fn line(value: &Value) -> Ruling {
    if text(value).contains(char::is_control) {
        Err("expected one line without control characters".to_owned())
    } else {
        Ok(())
    }
}

/// Names in a list: not empty, one line each.
pub fn names(value: &Value) -> Ruling {
    let wrong = value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .find(|name| name.trim().is_empty() || name.contains(char::is_control));
    wrong.map_or(Ok(()), |_| Err("names in the list must not be empty".to_owned()))
}

/// Python requirements: no option of pip may be slipped in, not even behind a name (`numpy --pre`).
pub fn packages(value: &Value) -> Ruling {
    let chars = |c: char| c.is_ascii_alphanumeric() || "._-[],<>=!~* ".contains(c);
    let option = |item: &str| item.split(' ').any(|word| word.starts_with('-'));
    let wrong = value.as_array().into_iter().flatten().filter_map(Value::as_str).find(|item| {
        !item.starts_with(|c: char| c.is_ascii_alphanumeric()) || !item.chars().all(chars) || option(item)
    });
    wrong.map_or(Ok(()), |item| Err(format!("`{item}` is not a requirement of pip, such as `ray[client]==2.60.0`")))
}

/// Memory or disk space: bytes that something can run in. `4` is four bytes, not four gibibytes.
pub fn bytes(value: &Value) -> Ruling {
    let small = text(value).parse::<Quantity>().is_ok_and(|quantity| quantity.value() < 1_048_576.0);
    if small {
        Err(format!("`{}` is less than a mebibyte: expected a unit, such as `4Gi`", text(value)))
    } else {
        Ok(())
    }
}

/// CPUs: `4Gi` is four thousand million of them, and with none nothing runs.
pub fn cores(value: &Value) -> Ruling {
    let cores = text(value).parse::<Quantity>().map_or(1.0, |quantity| quantity.value());
    if (0.001..=10_000.0).contains(&cores) {
        Ok(())
    } else {
        Err(format!("`{}` is not a number of CPUs: expected something like `500m` or `4`", text(value)))
    }
}
