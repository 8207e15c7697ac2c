//! `sourdine editor` as an operator uses it: who may sign in at the desk.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::common::{
    Box_, Editor, at_a_terminal, curl, fails, files_below, holds, ok, sourdine, wait_for,
};
use sourdine::base::clock::{Clock, Day};
use sourdine::base::ids::{DispatchId, MailboxId};
use sourdine::base::kind::DispatchKind;
use sourdine::config::Config;
use sourdine::dropbox::Dropbox;
use sourdine::dropbox::accounts::Accounts;
use sourdine::store::{Dispatch, Mailbox, Publication};

fn editor(config: &Path, args: &[&str]) -> Command {
    let mut command = sourdine();
    command.arg("editor").args(args).arg("--config").arg(config);
    command
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Fails with code 1 in one line that says this.
fn refuses(command: &mut Command, sentence: &str) {
    let error = fails(command);
    assert!(error.contains(sentence), "{sentence:?} is missing in {error}");
    assert_eq!(error.lines().count(), 1, "{error}");
    assert!(!error.contains('\u{1b}'), "{error}");
}

/// What stands behind a name in the printed login.
fn shown(text: &str, name: &str) -> String {
    let line = text.lines().find(|line| line.trim_start().starts_with(name));
    let line = line.unwrap_or_else(|| panic!("no {name} in {text}"));
    line.trim_start()[name.len()..].trim().to_owned()
}

/// The code of a secret, by Python and RFC 6238: not by our own code.
fn code(secret: &str, seconds_from_now: i64) -> String {
    const OATH: &str = "
import base64, hmac, struct, sys, time
key = base64.b32decode(sys.argv[1])
step = int(time.time() + int(sys.argv[2])) // 30
mac = hmac.digest(key, struct.pack('>Q', step), 'sha1')
at = mac[19] & 15
print('%06d' % ((struct.unpack('>I', mac[at:at + 4])[0] & 0x7fffffff) % 1000000))
";
    let output =
        ok(Command::new("python3").args(["-c", OATH, secret, &seconds_from_now.to_string()]));
    out(&output).trim().to_owned()
}

/// Whether a login opens the desk, and with which teams.
fn sign_in(config: &Path, name: &str, passphrase: &str, code: &str) -> Option<Vec<String>> {
    let config = Config::load(config).unwrap();
    let accounts = Accounts::new(Dropbox::open(&config, Clock::system()).unwrap());
    accounts.sign_in(name, passphrase, code).unwrap().map(|account| account.teams)
}

/// The same with what `editor add` or `reset` has printed.
fn signs_in(config: &Path, name: &str, printed: &str, from_now: i64) -> Option<Vec<String>> {
    let code = code(&shown(printed, "TOTP secret"), from_now);
    sign_in(config, name, &shown(printed, "passphrase"), &code)
}

fn list(config: &Path) -> serde_json::Value {
    serde_json::from_slice(&ok(&mut editor(config, &["list", "--json"])).stdout).unwrap()
}

fn auth(site: &Box_, name: &str) -> PathBuf {
    site.path("box/tor/desk/authorized_clients").join(format!("{name}.auth"))
}

#[test]
fn an_account_is_made_and_its_login_works_once_for_each_code() {
    let site = Box_::served(1, &[("name = \"Sourdine\"", "name = \"La boîte: un, deux\"")]);
    let config = site.config();
    let none = out(&ok(&mut editor(&config, &["list"])));
    assert!(none.contains("make one with: sourdine editor add NAME"), "{none}");

    let output = ok(&mut editor(&config, &["add", "anne"]));
    assert!(output.stderr.is_empty(), "{output:?}");
    let printed = out(&output);
    assert!(!printed.contains(|c: char| c.is_control() && c != '\n'), "safe in a pipe");
    let (passphrase, secret) = (shown(&printed, "passphrase"), shown(&printed, "TOTP secret"));
    assert_eq!((passphrase.split(' ').count(), secret.len()), (7, 32));
    assert_eq!((shown(&printed, "name"), shown(&printed, "team")), ("anne".into(), "team".into()));
    let uri = format!("otpauth://totp/La%20bo%C3%AEte%20%20un%2C%20deux:anne?secret={secret}");
    assert!(shown(&printed, "the same").starts_with(&uri), "{printed}");
    assert!(printed.contains('█') && printed.contains('▀'), "a QR code");
    assert!(printed.contains("`sourdine editor list` has it"), "the desk has no address yet");

    // The server runs; what was printed signs in, each code once.
    assert_eq!(signs_in(&config, "anne", &printed, 0), Some(vec!["team".into()]));
    assert_eq!(signs_in(&config, "anne", &printed, -30), None);
    assert_eq!(sign_in(&config, "anne", &passphrase, "000000"), None);

    // tor is told the public half of the key that was printed.
    let key = shown(&printed, "onion key");
    assert!(key.len() == 52 && key.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit()));
    let public = fs::read_to_string(auth(&site, "anne")).unwrap();
    assert!(public.starts_with("descriptor:x25519:") && !public.contains(&key));
    assert!(printed.contains(public.trim()), "for a tor of the system");
    for file in files_below(site.dir.path()) {
        for text in [&passphrase, &secret, &key] {
            assert!(!holds(&file, text.as_bytes()), "{} in {}", text, file.display());
        }
    }

    refuses(&mut editor(&config, &["add", "anne"]), "there is an editor anne already");
    assert_eq!(fs::read_to_string(auth(&site, "anne")).unwrap(), public, "the key stays");
    let all = list(&config);
    let anne = serde_json::json!({"name": "anne", "teams": ["team"], "onion_key": true});
    assert_eq!(all["editors"], serde_json::json!([anne]));
    assert_eq!(all["desk"], serde_json::Value::Null);
    assert_eq!(site.status()["editors"], 1);
    let status = out(&ok(site.command("status").arg("--now")));
    assert!(status.contains("editors      1 may sign in at the desk"), "{status}");
}

#[test]
fn wrong_names_and_teams_are_refused_before_anything_is_made() {
    let site = Box_::new(1, &[]);
    let config = site.config();
    for name in ["", "Anne", "a b", "../x", "é", "a\u{1b}[2J", &"a".repeat(41)] {
        refuses(
            &mut editor(&config, &["add", name]),
            "1 to 40 lower-case letters, digits and dashes",
        );
    }
    for name in ["operator", "export"] {
        refuses(&mut editor(&config, &["add", name]), "means something else here; choose another");
    }
    let unknown = "there is no team two; the teams are: team";
    refuses(&mut editor(&config, &["add", "anne", "--team", "two"]), unknown);
    let second = Editor::new(site.dir.path(), "second");
    site.add_team("two", "Two", &second);
    let several = "there are several teams; say which with --team (team, two)";
    refuses(&mut editor(&config, &["add", "anne"]), several);
    for act in ["reset", "remove"] {
        refuses(&mut editor(&config, &[act, "anne", "--yes"]), "there is no editor anne");
        let escape = editor(&config, &[act, "a\u{1b}[2J", "--yes"]).output().unwrap();
        assert_eq!(escape.status.code(), Some(1));
        assert!(!escape.stderr.contains(&0x1b), "{escape:?}");
    }
    assert_eq!(editor(&config, &["add"]).output().unwrap().status.code(), Some(2));
    assert!(!site.path("box/tor").exists(), "nothing was begun");
    assert_eq!(list(&config)["editors"], serde_json::json!([]));

    let both = ["add", "anne", "--team", "two", "--team", "team", "--team", "two"];
    let printed = out(&ok(&mut editor(&config, &both)));
    let teams = vec!["team".to_owned(), "two".to_owned()];
    assert_eq!(shown(&printed, "team"), "team, two");
    assert_eq!(signs_in(&config, "anne", &printed, 0), Some(teams));
    let said = out(&ok(&mut editor(&config, &["list"])));
    assert!(said.starts_with("anne  team, two\n"), "{said}");
}

#[test]
fn a_lost_login_is_replaced_and_the_onion_key_only_where_asked() {
    let site = Box_::new(1, &[]);
    let config = site.config();
    let first = out(&ok(&mut editor(&config, &["add", "anne"])));
    let key = fs::read(auth(&site, "anne")).unwrap();
    // Nobody can be asked.
    let output = editor(&config, &["reset", "anne"]).stdin(Stdio::null()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("add --yes"), "{output:?}");
    assert!(signs_in(&config, "anne", &first, 0).is_some());

    let second = out(&ok(&mut editor(&config, &["reset", "anne", "--yes"])));
    assert!(second.contains("onion address is the same as before"), "{second}");
    assert_eq!(fs::read(auth(&site, "anne")).unwrap(), key);
    assert_eq!(signs_in(&config, "anne", &first, 0), None, "the old one is void");
    assert!(signs_in(&config, "anne", &second, 0).is_some());

    let third = out(&ok(&mut editor(&config, &["reset", "anne", "--yes", "--onion-key"])));
    assert_ne!(fs::read(auth(&site, "anne")).unwrap(), key);
    assert_ne!(shown(&third, "onion key"), shown(&first, "onion key"));
    assert!(signs_in(&config, "anne", &third, 0).is_some());

    // At a terminal it asks, and colours the picture.
    let typed = "reset anne --config".split(' ').map(str::to_owned).collect::<Vec<_>>();
    let mut command = Command::new("sh");
    let line = "\"$0\" editor \"$@\" || echo \"ended with $?\"";
    command.args(["-c", line, env!("CARGO_BIN_EXE_sourdine")]).args(&typed).arg(&config);
    let said = out(&at_a_terminal(&mut command, &[("[y/N]", "n")]));
    assert!(said.contains("nothing was changed") && said.contains("ended with 1"), "{said}");
    assert!(signs_in(&config, "anne", &third, 30).is_some());
    let said = out(&at_a_terminal(&mut command, &[("[y/N]", "y")])).replace('\r', "");
    assert!(
        said.contains("Make a new login for anne?") && said.contains("\u{1b}[97;40m"),
        "{said}"
    );
    assert!(signs_in(&config, "anne", &said, 0).is_some());
}

#[test]
fn an_editor_who_leaves_has_neither_account_nor_key() {
    let site = Box_::new(1, &[]);
    let config = site.config();
    let printed = out(&ok(&mut editor(&config, &["add", "anne"])));
    let output = editor(&config, &["remove", "anne"]).stdin(Stdio::null()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let mut command = Command::new("sh");
    let line = "\"$0\" editor \"$@\" || echo \"ended with $?\"";
    command.args(["-c", line, env!("CARGO_BIN_EXE_sourdine"), "remove", "anne", "--config"]);
    let said = out(&at_a_terminal(command.arg(&config), &[("[y/N]", "")]));
    assert!(said.contains("nothing was changed"), "{said}");
    assert!(auth(&site, "anne").exists() && signs_in(&config, "anne", &printed, 0).is_some());
    let said = out(&at_a_terminal(&mut command, &[("Remove anne?", "yes")]));
    assert!(said.contains("anne: removed the account and the onion key"), "{said}");
    assert!(!auth(&site, "anne").exists());
    assert_eq!(signs_in(&config, "anne", &printed, 0), None);

    // Half of it is removed too, and is told by the list before.
    ok(&mut editor(&config, &["add", "anne"]));
    ok(&mut editor(&config, &["add", "bob"]));
    fs::remove_file(auth(&site, "anne")).unwrap();
    fs::write(auth(&site, "carol"), format!("descriptor:x25519:{}\n", "A".repeat(52))).unwrap();
    let said = out(&ok(&mut editor(&config, &["list"])));
    assert!(said.contains("no onion key: sourdine editor reset anne --onion-key"), "{said}");
    assert!(said.contains("an onion key: sourdine editor remove carol"), "{said}");
    assert_eq!(list(&config)["keys_without_account"], serde_json::json!(["carol"]));
    let remove = |name: &str| out(&ok(&mut editor(&config, &["remove", name, "--yes"])));
    assert_eq!(remove("anne"), "anne: removed the account\n");
    let said = remove("carol");
    assert!(said.starts_with("carol: removed the onion key\n") && said.contains("for some hours"));
    refuses(&mut editor(&config, &["remove", "carol", "--yes"]), "there is no editor carol");
    // A key that was left behind opens nothing for a new editor of that name.
    fs::write(auth(&site, "dora"), "descriptor:x25519:AAAA\n").unwrap();
    ok(&mut editor(&config, &["add", "dora"]));
    assert!(!fs::read_to_string(auth(&site, "dora")).unwrap().contains("AAAA\n"));
    assert_eq!(list(&config)["editors"].as_array().unwrap().len(), 2);
}

#[test]
fn an_editor_is_given_other_teams() {
    let site = Box_::new(1, &[]);
    let (config, second) = (site.config(), Editor::new(site.dir.path(), "second"));
    site.add_team("two", "Two", &second);
    let printed = out(&ok(&mut editor(&config, &["add", "anne", "--team", "two"])));
    let key = fs::read(auth(&site, "anne")).unwrap();
    let both = ["teams", "anne", "--team", "two", "--team", "team", "--team", "two"];
    assert_eq!(out(&ok(&mut editor(&config, &both))), "anne: team, two\n");
    let teams = vec!["team".to_owned(), "two".to_owned()];
    assert_eq!(signs_in(&config, "anne", &printed, 0), Some(teams), "the login is the same");
    assert_eq!(fs::read(auth(&site, "anne")).unwrap(), key);
    assert_eq!(
        out(&ok(&mut editor(&config, &["teams", "anne", "--team", "team"]))),
        "anne: team\n"
    );
    let three = "there is no team three; the teams are: team, two";
    refuses(&mut editor(&config, &["teams", "anne", "--team", "three"]), three);
    refuses(&mut editor(&config, &["teams", "bob", "--team", "two"]), "there is no editor bob");
    assert_eq!(editor(&config, &["teams", "anne"]).output().unwrap().status.code(), Some(2));
    assert_eq!(list(&config)["editors"][0]["teams"], serde_json::json!(["team"]));
}

#[test]
fn nobody_inherits_what_another_of_the_same_name_has_fetched() {
    let site = Box_::new(1, &[]);
    let config = site.config();
    let loaded = Config::load(&config).unwrap();
    let unread = || {
        let dropbox = Dropbox::open(&loaded, Clock::system()).unwrap();
        dropbox.store().unread("anne", &["team".to_owned()], None, 9).unwrap()
    };
    {
        let store = Dropbox::open(&loaded, Clock::system()).unwrap().store().clone();
        let mailbox = Mailbox {
            id: MailboxId([1; 16]),
            designation: "quiet-otter".into(),
            source_recipients: "age1source".into(),
        };
        let mut upload = store.upload();
        let members = vec![upload.file().unwrap().finish().unwrap()];
        let (id, kind, team) = (DispatchId([1; 16]), DispatchKind::Submission, "team".to_owned());
        let dispatch = Dispatch { id, kind, team, day: Day(20_000), fetched: None, members };
        upload
            .publish(Publication { mailbox, dispatch, sealed_to: None, draft: None, sent_by: None })
            .unwrap();
    }
    ok(&mut editor(&config, &["add", "anne"]));
    {
        let ids = unread();
        assert_eq!(ids.len(), 1);
        let dropbox = Dropbox::open(&loaded, Clock::system()).unwrap();
        dropbox.store().fetched("team", ids, "anne", Day(20_001)).unwrap();
    }
    refuses(&mut editor(&config, &["add", "anne"]), "there is an editor anne already");
    ok(&mut editor(&config, &["remove", "anne", "--yes"]));
    let refusal = "the name anne was used before";
    refuses(&mut editor(&config, &["add", "anne"]), refusal);
    refuses(&mut editor(&config, &["add", "anne"]), "use --same-person if it is them");
    assert!(list_names(&site).is_empty() && !auth(&site, "anne").exists());
    ok(&mut editor(&config, &["add", "anne2"]));
    ok(&mut editor(&config, &["add", "anne", "--same-person"]));
    assert!(unread().is_empty(), "taken over knowingly");
    assert_eq!(list_names(&site), ["anne", "anne2"]);
}

#[test]
fn a_login_that_nobody_could_read_makes_no_account() {
    let site = Box_::new(1, &[]);
    let config = site.config();
    let full = || Stdio::from(fs::OpenOptions::new().write(true).open("/dev/full").unwrap());
    let closed = || {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        Stdio::from(writer)
    };
    for output in [full(), closed()] {
        let said = editor(&config, &["add", "anne"]).stdout(output).output().unwrap();
        assert_eq!(said.status.code(), Some(1), "{said:?}");
        let error = String::from_utf8_lossy(&said.stderr).into_owned();
        assert!(error.contains("no account was made: nobody takes what is printed"), "{error}");
        assert_eq!(list(&config)["editors"], serde_json::json!([]));
        assert!(!auth(&site, "anne").exists());
    }
    ok(&mut editor(&config, &["add", "anne"]));
    let said = editor(&config, &["reset", "anne", "--yes"]).stdout(full()).output().unwrap();
    let error = String::from_utf8_lossy(&said.stderr).into_owned();
    assert!(error.contains("run again: sourdine editor reset anne"), "{error}");

    // Neither does one without a place for its key.
    fs::remove_dir_all(site.path("box/tor")).unwrap();
    fs::write(site.path("box/tor"), "").unwrap();
    let error = fails(&mut editor(&config, &["add", "bob"]));
    assert!(error.contains("no account was made") && error.contains("tor.dir"), "{error}");
    assert_eq!(list_names(&site), ["anne"]);
    // An account goes all the same.
    let error = fails(&mut editor(&config, &["remove", "anne", "--yes"]));
    assert!(error.contains("the account is removed, but its onion key is still there"), "{error}");
    assert!(list_names(&site).is_empty());
}

fn list_names(site: &Box_) -> Vec<String> {
    let config = Config::load(&site.config()).unwrap();
    let dropbox = Dropbox::open(&config, Clock::system()).unwrap();
    dropbox.store().accounts().unwrap().into_iter().map(|account| account.name).collect()
}

#[test]
fn root_makes_what_the_owner_of_the_box_can_use() {
    assert!(rustix::process::geteuid().is_root(), "this test changes users: run it as root");
    let site = Box_::new(1, &[]);
    let config = site.config();
    fs::set_permissions(site.dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let data = files_below(&site.data());
    for path in data.iter().chain([&site.data()]) {
        chown(path, Some(65534), Some(65534)).unwrap();
    }
    // Beside the configuration the owner of the data may not write: that is said, and undone.
    fs::set_permissions(config.parent().unwrap(), fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(&config, fs::Permissions::from_mode(0o644)).unwrap();
    let error = fails(&mut editor(&config, &["add", "anne"]));
    assert!(error.contains("no account was made") && error.contains("box/tor"), "{error}");
    chown(config.parent().unwrap(), Some(65534), Some(65534)).unwrap();
    ok(&mut editor(&config, &["add", "anne"]));
    let key = auth(&site, "anne");
    for path in [key.as_path(), key.parent().unwrap(), &site.path("box/tor")] {
        let meta = fs::metadata(path).unwrap();
        assert_eq!((meta.uid(), meta.mode() & 0o077), (65534, 0), "{}", path.display());
    }
    for path in files_below(&site.data()) {
        assert_eq!(fs::metadata(&path).unwrap().uid(), 65534, "{}", path.display());
    }
}

#[test]
fn with_a_tor_of_the_system_the_public_half_is_printed_for_root() {
    let mut site = Box_::new(1, &[("haproxy = false", "haproxy = true")]);
    let (source, desk) = (site.path("source.sock"), site.path("desk.sock"));
    site.edit(&[
        ("source = \"127.0.0.1:8080\"", &format!("source = \"unix:{}\"", source.display())),
        ("desk = \"\"", &format!("desk = \"unix:{}\"", desk.display())),
    ]);
    let config = site.config();
    let printed = out(&ok(&mut editor(&config, &["add", "anne"])));
    let file = "/var/lib/tor/sourdine-desk/authorized_clients/anne.auth";
    assert!(printed.contains("echo 'descriptor:x25519:") && printed.contains(file), "{printed}");
    assert!(printed.contains("/var/lib/tor/sourdine-desk/hostname"), "{printed}");
    let lock = "base32 | tr -d =)\" > /var/lib/tor/sourdine-desk/authorized_clients/_nobody.auth\n";
    assert!(printed.find(lock).unwrap() < printed.find("echo 'descriptor").unwrap(), "{printed}");
    assert!(!site.path("box/tor").exists(), "nothing of ours is begun");
    assert_eq!(list(&config)["editors"][0]["onion_key"], serde_json::Value::Null);

    // Without a word that tor asks for that key, there is no desk; nor where only the command line has one.
    refuses(&mut site.command("serve"), "below [desk]: client_auth = true");
    let from = format!("desk = \"unix:{}\"", desk.display());
    site.edit(&[(&from, "desk = \"\"")]);
    let at = format!("unix:{}", desk.display());
    refuses(site.command("serve").args(["--desk-listen", &at]), "desk.client_auth: ");
    site.edit(&[("desk = \"\"", &from), ("client_auth = false", "client_auth = true")]);

    // The file's desk is served, and demands tor's line as the source's socket does.
    let log = fs::File::create(site.path("log")).unwrap();
    site.adopt(site.command("serve").stdout(Stdio::null()).stderr(log).spawn().unwrap());
    wait_for("the desk", || site.log().contains("editors are served at unix:").then_some(()));
    let ask = |line: &str| {
        let mut stream = UnixStream::connect(&desk).unwrap();
        let request = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        stream.write_all(format!("{line}{request}").as_bytes()).unwrap();
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        answer
    };
    let line = "PROXY TCP6 fc00:dead:beef:4dad::0:1d ::1 29 80\r\n";
    assert!(ask("").contains("HiddenServiceExportCircuitID haproxy"), "{}", ask(""));
    let answer = ask(line);
    assert!(answer.contains("<html") && answer.starts_with("HTTP/1.1 "), "{answer}");

    // Neither listener may become a port then.
    for option in ["--listen", "--desk-listen"] {
        refuses(site.command("serve").args([option, "127.0.0.1:0"]), "listen.haproxy is true");
    }
    ok(&mut editor(&config, &["add", "bob"]));
    let said = out(&ok(&mut editor(&config, &["remove", "anne", "--yes"])));
    assert!(said.contains(&format!("rm {file}")) && !said.contains("_nobody"), "{said}");
    // Without the last one, tor would open the desk to everybody.
    let said = out(&ok(&mut editor(&config, &["remove", "bob", "--yes"])));
    assert!(said.contains("They were the last editor"), "{said}");
    assert!(said.find(lock).unwrap() < said.find("rm /var").unwrap(), "{said}");
}

#[test]
fn check_says_when_nobody_can_sign_in_or_would_see_nothing() {
    let site = Box_::new(1, &[("desk = \"\"", "desk = \"127.0.0.1:0\"")]);
    let (config, second) = (site.config(), Editor::new(site.dir.path(), "second"));
    let before = fs::read_to_string(&config).unwrap();
    site.add_team("two", "Two", &second);
    let check = || out(&site.command("check").output().unwrap());
    let said = check();
    assert!(said.contains("desk         no editor has an account"), "{said}");
    ok(&mut editor(&config, &["add", "anne", "--team", "two"]));
    assert!(check().contains("desk         1 editor(s) may sign in"), "{}", check());
    fs::write(&config, before).unwrap();
    let said = check();
    assert!(said.contains("editor anne belongs to team two, which is not configured"), "{said}");
    let advice = "sourdine editor teams anne --team";
    assert!(said.contains(advice), "{said}");
    ok(&mut editor(&config, &["teams", "anne", "--team", "team"]));
    assert!(check().contains("desk         1 editor(s) may sign in"), "{}", check());
}

#[test]
fn check_of_root_looks_for_the_key_that_closes_the_desk() {
    let site = Box_::new(1, &[]);
    let (desk, torrc, tor) = (site.path("desk.sock"), site.path("torrc"), site.path("tor-desk"));
    let line = format!("desk = \"unix:{}\"", desk.display());
    let check = || {
        let mut command = site.command("check");
        let said = out(&command.arg("--json").arg("--torrc").arg(&torrc).output().unwrap());
        let mut findings =
            said.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        findings.find(|found| found["what"] == "client keys").map(|found| {
            (
                found["verdict"].as_str().unwrap().to_owned(),
                found["text"].as_str().unwrap().to_owned(),
            )
        })
    };
    assert_eq!(check(), None, "no desk");
    site.edit(&[("desk = \"\"", &line)]);
    let (verdict, text) = check().unwrap();
    assert!(verdict == "FAULT" && text.contains("client_auth = true"), "{text}");
    site.edit(&[("client_auth = false", "client_auth = true")]);
    let service = format!(
        "HiddenServiceDir {}\nHiddenServicePort 80 unix:{}\n",
        tor.display(),
        desk.display()
    );
    fs::write(&torrc, service).unwrap();
    // tor's directory is closed to the owner of the box, whose rights root takes on for all the rest.
    fs::create_dir_all(tor.join("authorized_clients")).unwrap();
    fs::set_permissions(&tor, fs::Permissions::from_mode(0o700)).unwrap();
    for path in [site.dir.path(), site.config().parent().unwrap()] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    fs::set_permissions(site.config(), fs::Permissions::from_mode(0o644)).unwrap();
    chown(site.data(), Some(65534), Some(65534)).unwrap();
    for path in files_below(&site.data()) {
        chown(path, Some(65534), Some(65534)).unwrap();
    }
    assert_eq!(check().unwrap().0, "FAULT", "no key");
    let key = sourdine::tor::clients::generate().unwrap().auth();
    let keys = tor.join("authorized_clients");
    for path in [&tor, &keys] {
        chown(path, Some(65533), Some(65533)).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o700)).unwrap();
    }
    // Of root, as a shell of root makes it: tor leaves it out.
    let (nobody, anne) = (keys.join("_nobody.auth"), keys.join("anne.auth"));
    fs::write(&anne, &key).unwrap();
    fs::set_permissions(&anne, fs::Permissions::from_mode(0o600)).unwrap();
    let (verdict, text) = check().unwrap();
    assert_eq!(verdict, "FAULT", "{text}");
    let mend = format!("chown -R --reference={} {}", tor.display(), keys.display());
    assert!(text.starts_with(&*anne.to_string_lossy()) && text.contains(&mend), "{text}");
    ok(Command::new("sh").args(["-c", &mend]));
    let (verdict, text) = check().unwrap();
    assert!(verdict == "warning" && text.contains("_nobody.auth is not there"), "{text}");
    fs::write(&nobody, &key).unwrap();
    fs::set_permissions(&nobody, fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(check().unwrap().0, "warning", "one is left out");
    ok(Command::new("sh").args(["-c", &mend]));
    assert_eq!(check().unwrap().0, "ok");
    // A directory that tor cannot enter is none.
    chown(&keys, Some(0), Some(0)).unwrap();
    assert_eq!(check().unwrap().0, "FAULT");
    ok(Command::new("sh").args(["-c", &mend]));
    // What the owner of the box cannot read.
    let said = || out(&site.command("check").output().unwrap());
    fs::set_permissions(site.config(), fs::Permissions::from_mode(0o600)).unwrap();
    let file = site.config().display().to_string();
    let mend = format!("cannot read {file}: chown root:nogroup {file}; chmod 640 {file}");
    assert!(said().contains(&mend), "{}", said());
    fs::set_permissions(site.config(), fs::Permissions::from_mode(0o644)).unwrap();
    let above = site.config().parent().unwrap().to_owned();
    fs::set_permissions(&above, fs::Permissions::from_mode(0o700)).unwrap();
    let mend = format!("{0} cannot be entered by user 65534: chmod 755 {0}", above.display());
    assert!(said().contains(&mend), "{}", said());
    fs::set_permissions(&above, fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(&torrc, "").unwrap();
    assert_eq!(check().unwrap().0, "warning", "no service leads there");
    // Who is not root cannot look.
    let binary = site.path("sourdine");
    fs::copy(env!("CARGO_BIN_EXE_sourdine"), &binary).unwrap();
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(&binary);
    command.args(["check", "--config"]).arg(site.config());
    let said = out(&command.output().unwrap());
    assert!(said.contains("client keys  only root can look"), "{said}");
}

#[test]
fn the_file_says_where_the_desk_is_served_and_the_command_line_overrides_it() {
    let mut site = Box_::new(
        1,
        &[("desk = \"\"", "desk = \"127.0.0.1:0\""), ("client_auth = false", "client_auth = true")],
    );
    let desk = |site: &Box_| {
        let log = site.log();
        let at = log.rfind("editors are served at ")? + "editors are served at ".len();
        Some(log[at..].lines().next()?.to_owned())
    };
    site.serve();
    let address = wait_for("the desk", || desk(&site));
    assert!(curl(&address, &[]).status > 0, "{address}");
    site.stop();
    let socket = site.path("other.sock");
    site.serve_with(|serve| {
        serve.arg("--desk-listen").arg(format!("unix:{}", socket.display()));
    });
    wait_for("the other desk", || desk(&site).filter(|place| place.ends_with("other.sock")));
}

#[test]
fn the_demo_prints_a_login_that_is_good_as_it_stands() {
    let mut site = Box_::new(1, &[]);
    let (dir, log) = (site.path("demo"), site.path("log"));
    let mut demo = sourdine();
    demo.args(["demo", "--listen", "127.0.0.1:0", "--desk-listen", "127.0.0.1:0", "--dir"])
        .arg(&dir);
    let output = fs::File::create(&log).unwrap();
    site.adopt(demo.stdout(output.try_clone().unwrap()).stderr(output).spawn().unwrap());
    wait_for("the explanation", || site.log().contains("when this stops").then_some(()));
    let said = site.log();
    let printed = shown(&said, "code");
    assert!(printed[6..].contains("good for "), "{said}");
    let (name, config) = (shown(&said, "name"), dir.join("sourdine.toml"));
    let passphrase = shown(&said, "passphrase");
    assert_eq!(sign_in(&config, &name, &passphrase, &printed[..6]), Some(vec!["team".into()]));
    let secret = said.split_once("oathtool --totp -b ").unwrap().1;
    let next = code(secret.split_whitespace().next().unwrap(), 30);
    assert!(sign_in(&config, &name, &passphrase, &next).is_some());
    // Where there is no tor, nobody misses an onion key.
    assert_eq!(out(&ok(&mut editor(&config, &["list"]))), "editor  team\n");
    site.stop();
}

#[test]
fn the_demo_takes_free_ports_where_the_usual_ones_are_taken() {
    // Somebody else may have them already.
    let _taken = [8080, 8081].map(|port| std::net::TcpListener::bind(("127.0.0.1", port)));
    let mut site = Box_::new(1, &[]);
    let mut demo = sourdine();
    demo.args(["demo", "--dir"]).arg(site.path("demo"));
    let output = fs::File::create(site.path("log")).unwrap();
    site.adopt(demo.stdout(output.try_clone().unwrap()).stderr(output).spawn().unwrap());
    wait_for("the explanation", || site.log().contains("when this stops").then_some(()));
    let said = site.log();
    let address = |line: &str| {
        let line = said.lines().find(|found| found.contains(line)).unwrap();
        line.split_once("http://").unwrap().1.trim().to_owned()
    };
    let (source, desk) = (address("As a source"), address("As an editor"));
    assert!(source != desk && !source.ends_with(":8080") && !desk.ends_with(":8081"), "{said}");
    for address in [source, desk] {
        std::net::TcpStream::connect(address).unwrap();
    }
    site.stop();
}
