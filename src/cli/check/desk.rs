//! The editors' desk: whether anybody can sign in, and sees something then.

use super::{Finding, good, warning};
use crate::config::Config;
use crate::store::Account;
use crate::tor::place::Place;

pub(super) fn examine(config: &Config, accounts: &[Account], found: &mut Vec<Finding>) {
    // `serve --tor` serves it whatever the file says.
    let ours = Place::of(config).is_ok_and(|place| place.was_used());
    if accounts.is_empty() {
        if config.desk.is_some() || ours {
            found.push(warning(
                "desk",
                "no editor has an account, so that nobody can sign in: sourdine editor add NAME",
            ));
        }
        return;
    }
    let before = found.len();
    let known = |team: &String| config.teams.iter().any(|known| known.id == *team);
    for account in accounts {
        let name = &account.name;
        for team in account.teams.iter().filter(|team| !known(team)) {
            let team = team.escape_debug();
            found.push(warning(
                "desk",
                format!(
                    "editor {name} belongs to team {team}, which is not configured any more: put the team \
                     back, or say which teams they have: sourdine editor teams {name} --team ID"
                ),
            ));
        }
    }
    if found.len() == before {
        found.push(good("desk", format!("{} editor(s) may sign in", accounts.len())));
    }
}
