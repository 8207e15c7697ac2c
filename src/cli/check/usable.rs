//! What a box lacks before people can use it: names, another way to its team, keys enough, an owner of its own.

use std::path::Path;

use super::super::owner;
use super::finding::{Finding, good, warning};
use crate::config::{Config, DEFAULT};
use crate::dropbox::{Team, Teams};

pub(super) fn examine(config: &Config, file: &Path, found: &mut Vec<Finding>) {
    let untouched = |name: &str| DEFAULT.lines().any(|line| line == format!("name = \"{name}\""));
    let site = untouched(&config.name).then_some("site.name");
    let team =
        config.teams.iter().any(|team| team.name.texts().any(untouched)).then_some("team.name");
    let keys: Vec<_> = site.into_iter().chain(team).collect();
    if !keys.is_empty() {
        found.push(warning(
            "names",
            format!(
                "sources cannot tell whose box this is: write your own {} into {}",
                keys.join(" and "),
                file.display()
            ),
        ));
    }
    if config.contact.trim().is_empty() {
        found.push(warning(
            "contact",
            format!(
                "site.contact is empty, so that sources read no other way to reach you: write one into {}",
                file.display()
            ),
        ));
    }
    for team in config.teams.iter().filter(|team| team.recipients.len() == 1) {
        found.push(warning(
            "recipients",
            format!(
                "team {} has one recipient: if that key is lost, nothing can be opened ever again; add a second \
                 editor's, or a spare key that is kept elsewhere",
                team.id
            ),
        ));
    }
    if let Ok(teams) = Teams::prove(&config.teams) {
        found.extend(teams.iter().map(kind));
    }
    if let Some(remedy) = owner::of_root(config, file) {
        found.push(warning("owner", remedy));
    }
}

/// Of which kind a team's keys are, and the way from classic ones to post-quantum ones: at each step somebody can open
/// everything.
fn kind(team: &Team) -> Finding {
    let id = &team.id;
    let text = if team.recipients.is_post_quantum() {
        format!("team {id} has post-quantum keys")
    } else {
        format!(
            "team {id} has classic keys: whoever keeps what is sealed today may open it with a quantum computer one day. \
             The way to post-quantum ones: each editor runs `sourdine keygen --pq -o pq-key.txt` and keeps the old key; \
             with the line age1pq1… of all of them, `sourdine team set-recipients --team {id} age1pq1… age1pq1…`; from \
             then on each opens with both, `sourdine open BUNDLE.tar -i key.txt -i pq-key.txt --accept-changed-keys {id}`"
        )
    };
    good("key kind", text)
}
