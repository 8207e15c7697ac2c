//! Whose a box is: a user's of its own, else `serve` has the rights of root.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::config::Config;

/// What is wrong where root's commands stay root because the box is root's, with the two commands that mend it.
pub fn of_root(config: &Config, file: &Path) -> Option<String> {
    let of_root = |path: &Path| std::fs::metadata(path).is_ok_and(|meta| meta.uid() == 0);
    (rustix::process::geteuid().is_root() && of_root(&config.data_dir)).then(|| {
        let [user, give] = remedy(config, file);
        format!(
            "this box belongs to root, so that whoever breaks into `serve` is root. Give it to a user of its own, \
             whom every command of root's then becomes: {user}; {give}"
        )
    })
}

/// The two commands that give a box to a user of its own.
pub fn remedy(config: &Config, file: &Path) -> [String; 2] {
    let given: Vec<_> =
        to_give(config, file).iter().map(|path| path.display().to_string()).collect();
    ["useradd --system sourdine".into(), format!("chown -R sourdine:sourdine {}", given.join(" "))]
}

/// The directory that `init` made, or each part where they stand apart or in a directory of others.
fn to_give(config: &Config, file: &Path) -> Vec<PathBuf> {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let (file, data, tor) = (absolute(file), absolute(&config.data_dir), absolute(&config.tor.dir));
    let mut given = match file.parent() {
        // Not `/root`, nor `/srv`.
        Some(dir) if data.parent() == Some(dir) && dir.components().count() > 2 => {
            vec![dir.to_owned()]
        }
        _ => vec![file, data],
    };
    if tor.exists() && !given.iter().any(|given| tor.starts_with(given)) {
        given.push(tor);
    }
    given
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::DEFAULT;

    #[test]
    fn nothing_but_the_box_is_given_away() {
        let config = |data: &str| {
            let text = DEFAULT.replace("recipients = []", "recipients = [\"age1x\"]");
            Config::parse(&text.replace("\"/var/lib/sourdine\"", &format!("\"{data}\""))).unwrap()
        };
        for (file, data, given) in [
            ("/srv/box/sourdine.toml", "/srv/box/data", "/srv/box"),
            ("/root/sourdine.toml", "/root/data", "/root/sourdine.toml /root/data"),
            (
                "/etc/sourdine/sourdine.toml",
                "/var/lib/sourdine",
                "/etc/sourdine/sourdine.toml /var/lib/sourdine",
            ),
        ] {
            let [_, give] = remedy(&config(data), Path::new(file));
            assert_eq!(give, format!("chown -R sourdine:sourdine {given}"));
        }
    }
}
