//! Reads what a lock of requirements says: how many packages, and which versions. Must not know where packages are.

/// Requirements of a lock without their hashes: `name==version`, with their markers.
pub fn requirements(lock: &str) -> Vec<String> {
    let joined = lock.replace("\\\n", " ");
    let lines = joined.lines().map(|line| line.split(" #").next().unwrap_or_default().trim());
    let wanted = lines.filter(|line| !line.is_empty() && !line.starts_with(['#', '-']));
    wanted.map(|line| line.split("--hash").next().unwrap_or_default().trim().to_owned()).collect()
}

/// A file that lets nothing change these versions.
pub fn constraints(lock: &str) -> String {
    // Constraints know no extras.
    requirements(lock).iter().map(|line| without_extras(line) + "\n").collect()
}

fn without_extras(requirement: &str) -> String {
    let (name, marker) = requirement.split_once(';').map_or((requirement, None), |(name, marker)| (name, Some(marker)));
    let plain = match (name.find('['), name.find(']')) {
        (Some(open), Some(close)) if open < close => {
            format!("{}{}", name.split_at(open).0, name.split_at(close + 1).1)
        }
        _ => name.to_owned(),
    };
    marker.map_or_else(|| plain.trim().to_owned(), |marker| format!("{} ;{marker}", plain.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = "# made by a tool\nray[client,default]==2.60.0 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n    # via -r x\nasync-timeout==5.0.1 ; python_full_version < '3.11' \\\n    --hash=sha256:cc\n--index-url https://x\n\nsix==1.17.0 --hash=sha256:dd\n";

    #[test]
    fn requirements_lose_hashes_and_comments_and_keep_markers() {
        assert_eq!(
            requirements(LOCK),
            ["ray[client,default]==2.60.0", "async-timeout==5.0.1 ; python_full_version < '3.11'", "six==1.17.0"]
        );
    }

    #[test]
    fn constraints_have_no_extras() {
        assert_eq!(
            constraints(LOCK),
            "ray==2.60.0\nasync-timeout==5.0.1 ; python_full_version < '3.11'\nsix==1.17.0\n"
        );
    }
}
