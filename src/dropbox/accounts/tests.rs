//! Accounts by a clock that stands still until it is moved.

use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::*;
use crate::base::clock::{Clock, ManualClock};
use crate::config::{Config, DEFAULT};
use crate::dropbox;

/// In the middle of a step, in the middle of a day.
const NOW: u64 = 1_795_219_200 + 40_005;

struct Fixture {
    dir: TempDir,
    hand: ManualClock,
    accounts: Accounts,
}

impl Fixture {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let recipient = age::x25519::Identity::generate().to_public();
        let first = DEFAULT.replace("recipients = []", &format!("recipients = [\"{recipient}\"]"));
        let second =
            format!("\n[[team]]\nid = \"two\"\nname = \"2\"\nrecipients = [\"{recipient}\"]\n");
        let mut config = Config::parse(&(first + &second)).unwrap();
        config.data_dir = dir.path().join("data");
        dropbox::create(&config.data_dir).unwrap();
        let (clock, hand) = Clock::manual(NOW);
        let accounts = Accounts::new(Dropbox::open(&config, clock).unwrap());
        Self { dir, hand, accounts }
    }

    fn add(&self, name: &str) -> NewLogin {
        self.accounts.add(name, vec!["team".into()]).unwrap()
    }

    /// Signs in with a code of so many seconds from now.
    fn sign_in(&self, login: &NewLogin, name: &str, seconds: i64) -> bool {
        let now = self.accounts.dropbox.clock().seconds();
        let code = login.totp.code_at(now.checked_add_signed(seconds).unwrap());
        self.try_code(login, name, &code)
    }

    fn try_code(&self, login: &NewLogin, name: &str, code: &str) -> bool {
        self.accounts.sign_in(name, &login.passphrase, code).unwrap().is_some()
    }

    fn account(&self, name: &str) -> Account {
        self.accounts.dropbox.store().account(name).unwrap().unwrap()
    }

    fn journal(&self, team: &str) -> Vec<(String, Did, String)> {
        let lines = self.accounts.dropbox.store().journal(&[team.into()], 100).unwrap();
        let today = self.accounts.dropbox.today();
        assert!(lines.iter().all(|line| line.day == today && line.team == team));
        lines.into_iter().map(|line| (line.who, line.did, line.what)).collect()
    }
}

#[test]
fn an_editor_signs_in_with_all_three_and_not_with_two() {
    let place = Fixture::new();
    let login = place.add("anne");
    let code = login.totp.code_at(NOW);
    for (name, passphrase, typed) in [
        ("bob", login.passphrase.as_str(), code.as_str()),
        ("", &login.passphrase, &code),
        ("anne", "wrong", &code),
        ("anne", "", &code),
        ("anne", &login.passphrase, ""),
        ("anne", &login.passphrase, "12345"),
    ] {
        let tried = place.accounts.sign_in(name, passphrase, typed).unwrap();
        assert!(tried.is_none(), "{name}");
    }
    // Wrong tries use no code up. What was printed may be typed in capitals.
    let shouted = login.passphrase.to_uppercase();
    let account = place.accounts.sign_in(" Anne ", &shouted, &code).unwrap().unwrap();
    assert_eq!((account.name.as_str(), account.teams), ("anne", vec!["team".to_owned()]));
    let (operator, anne) = ("operator".to_owned(), "anne".to_owned());
    let lines = place.journal("team");
    assert_eq!(lines.len(), 2);
    assert!(lines.contains(&(operator, Did::Added, anne.clone())));
    assert!(lines.contains(&(anne, Did::SignedIn, String::new())));
    assert!(place.journal("two").is_empty());
}

#[test]
fn a_code_is_good_once_and_so_is_every_earlier_one() {
    let place = Fixture::new();
    let login = place.add("anne");
    assert!(!place.sign_in(&login, "anne", 60), "two steps ahead");
    assert!(!place.sign_in(&login, "anne", -60), "two steps behind");
    assert!(place.sign_in(&login, "anne", -30));
    assert!(!place.sign_in(&login, "anne", -30));
    assert!(place.sign_in(&login, "anne", 0));
    assert!(!place.sign_in(&login, "anne", 0));
    assert!(place.sign_in(&login, "anne", 30));
    for used in [-30, 0, 30] {
        assert!(!place.sign_in(&login, "anne", used), "{used}");
    }
    // As time goes on, what was used stays used, also across a restart: the mark is in the store.
    place.hand.set(NOW + 30);
    assert!(!place.sign_in(&login, "anne", 0));
    place.hand.set(NOW + 60);
    assert!(!place.sign_in(&login, "anne", -30));
    // Five wrong ones ask for half a minute.
    place.hand.set(NOW + 90);
    assert!(place.sign_in(&login, "anne", 0));
    // Of another editor's codes nothing is used.
    let bob = place.add("bob");
    assert!(place.sign_in(&bob, "bob", 0));
}

#[test]
fn one_code_used_by_two_at_once_opens_one_session() {
    let place = Fixture::new();
    let login = place.add("anne");
    let code = login.totp.code_at(NOW);
    let opened = std::thread::scope(|scope| {
        let tries: Vec<_> = (0..4)
            .map(|_| {
                // Each with a memory of its own, as two processes would have.
                let accounts = Accounts::new(place.accounts.dropbox.clone());
                let (passphrase, code) = (&login.passphrase, &code);
                scope.spawn(move || accounts.sign_in("anne", passphrase, code).unwrap().is_some())
            })
            .collect();
        tries.into_iter().map(|t| t.join().unwrap()).filter(|in_| *in_).count()
    });
    assert_eq!(opened, 1);
}

#[test]
fn a_name_that_nobody_has_costs_the_same_work() {
    let place = Fixture::new();
    place.add("anne");
    let once = |name: &str| {
        let begin = Instant::now();
        assert!(place.accounts.sign_in(name, "wrong", "123456").unwrap().is_none());
        begin.elapsed()
    };
    // The machine is noisy: the best of each, by turns, until they agree. A derivation left out would be all of it.
    let mut best = [Duration::MAX; 2];
    for _ in 0..60 {
        best = [best[0].min(once("anne")), best[1].min(once("nobody"))];
        if best[0].abs_diff(best[1]) < best[0] / 3 {
            return assert!(best[0] > Duration::from_millis(20), "nothing was derived");
        }
    }
    panic!("a name that somebody has and one that nobody has: {best:?}");
}

#[test]
fn a_stolen_database_gives_neither_passphrase_nor_secret_nor_token() {
    let place = Fixture::new();
    let login = place.add("anne");
    assert!(place.sign_in(&login, "anne", 0));
    let token = place.accounts.make_feed("anne").unwrap();
    let chosen = "Une phrase bien à moi, et longue";
    place.hand.set(NOW + 60);
    let code = login.totp.code_at(NOW + 60);
    let changed = place.accounts.change_passphrase("anne", &login.passphrase, &code, chosen);
    assert!(matches!(changed.unwrap(), Changed::Done(_)));
    let mut needles: Vec<Vec<u8>> = vec![
        login.totp.as_bytes().to_vec(),
        login.totp.base32().as_bytes().to_vec(),
        token.as_bytes().to_vec(),
        URL_SAFE_NO_PAD.decode(token.as_bytes()).unwrap(),
        chosen.as_bytes().to_vec(),
        chosen.to_lowercase().into_bytes(),
        login.totp.code_at(NOW).as_bytes().to_vec(),
        (NOW / 30).to_be_bytes().to_vec(),
        (NOW + 60).to_be_bytes().to_vec(),
    ];
    // A word may be the name of a table.
    let words = login.passphrase.split(' ').filter(|word| word.len() > 5);
    let words =
        words.filter(|word| !include_str!("../../store/migrations/index_0003.sql").contains(word));
    needles.extend(words.map(|word| word.as_bytes().into()));
    let mut read = 0;
    let mut found_name = false;
    for entry in std::fs::read_dir(place.dir.path().join("data")).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        read += bytes.len();
        found_name |= memchr::memmem::find(&bytes, b"anne").is_some();
        for needle in &needles {
            assert!(memchr::memmem::find(&bytes, needle).is_none(), "{}", needle.escape_ascii());
        }
    }
    assert!(read > 10_000 && found_name, "the search looked where accounts are");
}

#[test]
fn a_changed_passphrase_is_the_only_one() {
    let place = Fixture::new();
    let login = place.add("anne");
    let accounts = &place.accounts;
    let credential_version =
        || accounts.dropbox.store().account("anne").unwrap().unwrap().credential_version;
    let (before, code) = (credential_version(), login.totp.code_at(NOW));
    let new = "correct horse battery staple";
    let change = |old: &str, code: &str, new: &str| {
        accounts.change_passphrase("anne", old, code, new).unwrap()
    };
    assert_eq!(change(&login.passphrase, &code, "nineteen characters"), Changed::TooShort);
    assert_eq!(change(&login.passphrase, &code, &"x".repeat(201)), Changed::TooLong);
    assert_eq!(change("wrong", &code, new), Changed::Wrong);
    assert_eq!(change(&login.passphrase, "000", new), Changed::Wrong);
    assert_eq!(credential_version(), before);
    let Changed::Done(after) = change(&login.passphrase, &code, new) else { panic!() };
    assert!(after != before && after == credential_version());
    // The code was shown once: neither with the new passphrase nor for another change.
    let renewed = NewLogin { passphrase: Zeroizing::new(new.into()), totp: login.totp.clone() };
    assert!(!place.sign_in(&renewed, "anne", 0));
    assert_eq!(change(new, &code, "another phrase of many words"), Changed::Wrong);
    place.hand.set(NOW + 30);
    assert!(!place.sign_in(&login, "anne", 0), "the old one");
    assert!(place.sign_in(&renewed, "anne", 0));
    assert!(place.journal("team").iter().any(|line| line.1 == Did::ChangedPassphrase));
}

#[test]
fn a_changed_device_is_the_only_one() {
    let place = Fixture::new();
    let login = place.add("anne");
    let new = TotpSecret::generate().unwrap();
    let (old_code, new_code) = (login.totp.code_at(NOW), new.code_at(NOW));
    let change = |passphrase: &str, old_code: &str, new_code: &str| {
        place.accounts.change_device("anne", passphrase, old_code, &new, new_code).unwrap()
    };
    assert_eq!(change(&login.passphrase, &old_code, &old_code), Changed::WrongNewCode);
    assert_eq!(change(&login.passphrase, &new_code, &new_code), Changed::Wrong);
    assert_eq!(change("wrong", &old_code, &new_code), Changed::Wrong);
    let done = change(&login.passphrase, &old_code, &new_code);
    assert!(matches!(done, Changed::Done(_)), "wrong tries used no code up");
    let renewed = NewLogin { passphrase: login.passphrase.clone(), totp: new };
    assert!(!place.sign_in(&renewed, "anne", 0), "the code of the change");
    place.hand.set(NOW + 60);
    assert!(!place.sign_in(&login, "anne", 0), "the old device");
    assert!(place.sign_in(&renewed, "anne", 0));
    assert!(place.journal("team").iter().any(|line| line.1 == Did::ChangedDevice));
}

#[test]
fn what_the_operator_does_ends_sessions_and_old_logins() {
    let place = Fixture::new();
    let login =
        place.accounts.add("anne", vec!["two".into(), "team".into(), "two".into()]).unwrap();
    let account = || place.accounts.dropbox.store().account("anne").unwrap();
    let first = account().unwrap();
    assert_eq!(first.teams, ["team", "two"]);
    let renewed = place.accounts.reset("anne").unwrap();
    assert_ne!(account().unwrap().credential_version, first.credential_version);
    assert!(!place.sign_in(&login, "anne", 0));
    assert!(place.sign_in(&renewed, "anne", 0));
    let before = account().unwrap().credential_version;
    let credential_version = place.accounts.sign_out_everywhere("anne").unwrap();
    assert!(
        credential_version != before && account().unwrap().credential_version == credential_version
    );
    place.accounts.remove("anne").unwrap();
    place.hand.set(NOW + 60);
    assert!(account().is_none() && !place.sign_in(&renewed, "anne", 0));
    for team in ["team", "two"] {
        let mut did: Vec<_> = place.journal(team).into_iter().map(|line| line.1).collect();
        did.sort();
        let all = [Did::SignedIn, Did::Added, Did::Reset, Did::Removed, Did::SignedOutEverywhere];
        assert_eq!(did, all);
    }
    assert!(matches!(place.accounts.reset("anne"), Err(AccountError::Unknown(_))));
    assert!(matches!(place.accounts.remove("anne"), Err(AccountError::Unknown(_))));
}

#[test]
fn names_and_teams_are_checked() {
    let place = Fixture::new();
    let add = |name: &str, teams: &[&str]| {
        let teams = teams.iter().map(ToString::to_string).collect();
        place.accounts.add(name, teams).map(|_| ()).unwrap_err().to_string()
    };
    for wrong in ["", "Anne", "a b", "../a", "é", "a\u{1b}", &"a".repeat(41)] {
        assert!(add(wrong, &["team"]).starts_with("an editor's name is"), "{wrong}");
    }
    for reserved in ["operator", "export"] {
        assert!(add(reserved, &["team"]).contains("choose another"));
    }
    assert!(add("anne", &["three"]).contains("there is no team three; the teams are: team, two"));
    assert!(add("anne", &["team", ""]).contains("there is no team "));
    assert!(add("anne", &[]).contains("--team"));
    place.add("anne");
    assert!(add("anne", &["two"]).contains("there is an editor anne already"));
    place.add(&"a".repeat(40));
}

#[test]
fn a_feed_opens_by_its_token_until_that_is_revoked() {
    let place = Fixture::new();
    place.add("anne");
    place.add("bob");
    let accounts = &place.accounts;
    let of = |token: &str| accounts.of_feed(token).unwrap().map(|account| account.name);
    let first = accounts.make_feed("anne").unwrap();
    assert_eq!(first.len(), 43);
    assert_eq!(of(&first), Some("anne".into()));
    let second = accounts.make_feed("anne").unwrap();
    assert_eq!((of(&first), of(&second)), (None, Some("anne".into())));
    for wrong in ["", "anne", &second[1..], &format!("{}=", *second), &"A".repeat(43)] {
        assert_eq!(of(wrong), None, "{wrong}");
    }
    accounts.make_feed("bob").unwrap();
    accounts.revoke_feed("anne").unwrap();
    assert_eq!(of(&second), None);
    let did: Vec<_> = place.journal("team").into_iter().map(|line| (line.0, line.1)).collect();
    assert!(did.contains(&("anne".into(), Did::MadeFeed)));
    assert!(did.contains(&("anne".into(), Did::RevokedFeed)));
}

#[test]
fn a_feed_ends_with_the_login_and_the_sessions_of_its_time() {
    let place = Fixture::new();
    let accounts = &place.accounts;
    let login = place.add("anne");
    let feed = || accounts.make_feed("anne").unwrap();
    let is_void = |token: &str| accounts.of_feed(token).unwrap().is_none();

    let token = feed();
    let new = "correct horse battery staple";
    let code = login.totp.code_at(NOW);
    let done = accounts.change_passphrase("anne", &login.passphrase, &code, new).unwrap();
    assert!(matches!(done, Changed::Done(_)) && is_void(&token));

    let token = feed();
    place.hand.set(NOW + 30);
    let device = TotpSecret::generate().unwrap();
    let (old_code, new_code) = (login.totp.code_at(NOW + 30), device.code_at(NOW + 30));
    let wrong = accounts.change_device("anne", "wrong", &old_code, &device, &new_code).unwrap();
    assert!(wrong == Changed::Wrong && !is_void(&token), "what fails changes nothing");
    let done = accounts.change_device("anne", new, &old_code, &device, &new_code).unwrap();
    assert!(matches!(done, Changed::Done(_)) && is_void(&token));

    let token = feed();
    accounts.sign_out_everywhere("anne").unwrap();
    assert!(is_void(&token));
    let token = feed();
    accounts.reset("anne").unwrap();
    assert!(is_void(&token) && place.account("anne").feed.is_none());
}

#[test]
fn a_reset_comes_before_a_change_that_was_under_way() {
    let place = Fixture::new();
    let accounts = &place.accounts;
    let login = place.add("anne");
    let proven = accounts.prove("anne", &login.passphrase, &login.totp.code_at(NOW));
    let (account, totp) = proven.unwrap().unwrap();
    let renewed = accounts.reset("anne").unwrap();
    let change =
        accounts.change(&account, "a phrase of the old", &totp, None, Did::ChangedPassphrase);
    assert_eq!(change.unwrap(), Changed::Wrong);
    assert!(place.sign_in(&renewed, "anne", 0));
    assert!(!place.journal("team").iter().any(|line| line.1 == Did::ChangedPassphrase));
}

#[test]
fn a_change_of_passphrase_takes_no_code_back_that_was_used_meanwhile() {
    let place = Fixture::new();
    let accounts = &place.accounts;
    let login = place.add("anne");
    let proven = accounts.prove("anne", &login.passphrase, &login.totp.code_at(NOW));
    let (account, totp) = proven.unwrap().unwrap();
    assert!(place.sign_in(&login, "anne", 30), "elsewhere, a later one");
    let new = "correct horse battery staple";
    let change = accounts.change(&account, new, &totp, None, Did::ChangedPassphrase);
    assert!(matches!(change.unwrap(), Changed::Done(_)));
    let renewed = NewLogin { passphrase: Zeroizing::new(new.into()), totp };
    assert!(!place.sign_in(&renewed, "anne", 30) && !place.sign_in(&renewed, "anne", 0));
    place.hand.set(NOW + 60);
    assert!(place.sign_in(&renewed, "anne", 0));
}

#[test]
fn guessed_codes_are_told_and_the_wait_between_tries_doubles() {
    let place = Fixture::new();
    let login = place.add("anne");
    let told = || {
        let lines = place.accounts.dropbox.store().journal(&["team".into()], 100).unwrap();
        lines.iter().filter(|line| line.did == Did::WrongCodes).count()
    };
    let guess = || assert!(!place.try_code(&login, "anne", "000 000 0"));
    (0..4).for_each(|_| guess());
    assert_eq!(told(), 0, "an editor mistypes");
    assert!(place.sign_in(&login, "anne", -30), "and then types it right");
    for number in 1..=5 {
        guess();
        assert_eq!(told(), usize::from(number == 5));
    }

    // Too soon: the right code reads like a wrong one, and is not used up; nor is the wait longer for it.
    assert!(!place.sign_in(&login, "anne", 0));
    place.hand.set(NOW + 29);
    assert!(!place.sign_in(&login, "anne", 0));
    place.hand.set(NOW + 30);
    guess();
    place.hand.set(NOW + 89);
    assert!(!place.sign_in(&login, "anne", 0));
    // A change asks for the same.
    let new = "correct horse battery staple";
    let change = |seconds| {
        let code = login.totp.code_at(NOW + seconds);
        place.accounts.change_passphrase("anne", &login.passphrase, &code, new).unwrap()
    };
    assert_eq!(change(89), Changed::Wrong);
    place.hand.set(NOW + 90);
    assert!(place.sign_in(&login, "anne", 0));

    // Whoever was in begins anew. The team hears of it once a day.
    (0..5).for_each(|_| guess());
    assert_eq!(told(), 1);
    let next = 86_400;
    place.hand.set(NOW + next);
    guess();
    assert_eq!(told(), 2);
    assert!(matches!(change(next), Changed::Wrong));
    place.hand.set(NOW + next + 60);
    assert!(matches!(change(next + 60), Changed::Done(_)));

    // So does another login. Of another editor nothing was guessed.
    let own = NewLogin { passphrase: Zeroizing::new(new.into()), totp: login.totp.clone() };
    (0..5).for_each(|_| assert!(!place.try_code(&own, "anne", "0")));
    let renewed = place.accounts.reset("anne").unwrap();
    assert!(place.sign_in(&renewed, "anne", 0));
    let bob = place.add("bob");
    assert!(place.sign_in(&bob, "bob", 0));
}

#[test]
fn nothing_that_a_stranger_tries_keeps_an_editor_out() {
    let place = Fixture::new();
    let login = place.add("anne");
    let code = login.totp.code_at(NOW);
    for _ in 0..12 {
        // The right code, as somebody has who saw the device, without the passphrase.
        assert!(place.accounts.sign_in("anne", "wrong", &code).unwrap().is_none());
    }
    assert!(place.sign_in(&login, "anne", 0));
    assert!(!place.journal("team").iter().any(|line| line.1 == Did::WrongCodes));
}

#[test]
fn other_teams_are_given_and_told_to_all_that_they_concern() {
    let place = Fixture::new();
    let login = place.add("anne");
    let before = place.account("anne");
    let set = |teams: &[&str]| {
        place.accounts.set_teams("anne", teams.iter().map(ToString::to_string).collect())
    };
    assert_eq!(set(&["two", "two"]).unwrap(), ["two"]);
    let after = place.account("anne");
    assert!(
        after.teams == ["two"] && after.credential_version == before.credential_version,
        "sessions go on"
    );
    for team in ["team", "two"] {
        let line = ("operator".to_owned(), Did::ChangedTeams, "anne".to_owned());
        assert!(place.journal(team).contains(&line), "{team}");
    }
    assert!(matches!(set(&[]), Err(AccountError::NoTeam)));
    assert!(set(&["three"]).unwrap_err().to_string().contains("the teams are: team, two"));
    assert!(matches!(
        place.accounts.set_teams("bob", vec!["two".into()]),
        Err(AccountError::Unknown(_))
    ));
    assert!(place.sign_in(&login, "anne", 0));
}
