//! Every page of the editors' desk in every state it can be in.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use sourdine::base::clock::Clock;

use super::robot::{From, Page};
use super::tour::State;
use crate::common::crowd;
use crate::common::desk::{Login, open_desk};
use crate::common::*;

/// The mailboxes that fill more than a page of the inbox.
const CROWD: u32 = 55;
/// What the robot signs in with, and what stands on every page of somebody signed in.
const SIGN_IN: &str = "main form[action^='/sign-in'] button";

/// A desk with labels, two teams and more mailboxes than a page shows, and one that is empty.
pub struct DeskSite {
    full: Box_,
    base: String,
    empty: Box_,
    empty_base: String,
}

impl DeskSite {
    pub fn open() -> Self {
        let mut full = Box_::new(1, &[]);
        full.edit(&[
            ("file = \"3.5 GiB\"", "file = \"2 MiB\""),
            ("name = \"Sourdine\"", "name = \"La Gazette de l’Ain & Cie\""),
            ("labels = []", "labels = [\"à vérifier\", \"urgent\", \"publié <en une>\", \"عاجل\"]"),
        ]);
        let editor = Editor::new(full.dir.path(), "other");
        full.add_team("local", "L’équipe <locale>", &editor);
        let today = i64::try_from(Clock::system().seconds() / 86_400).unwrap();
        crowd::fill(&full.data(), "team", "nobody", CROWD, today);
        let base = open_desk(&mut full);
        let mut empty = Box_::new(1, &[]);
        let empty_base = open_desk(&mut empty);
        Self { full, base, empty, empty_base }
    }
}

/// Every state in one language.
pub fn take(site: &DeskSite, lang: &str) -> Vec<State> {
    let name = format!("anne-{lang}");
    let login = Login::new(&site.full, &name, &["team", "local"]);
    let jar = site.full.path(&format!("jar-{lang}"));
    let from = From { base: site.base.clone(), jar: Some(jar), ..From::default() };
    let mut guide = Guide { site, lang: lang.into(), from, states: Vec::new() };
    guide.nobody(&login);
    guide.sign_in(&login);
    guide.warnings();
    let names = guide.inbox();
    guide.mailbox(&names[0]);
    guide.downloads(&names);
    guide.bundles(&names[0]);
    guide.account(&login);
    guide.journal();
    guide.empty_desk();
    guide.states
}

/// Walks through the desk in one language.
struct Guide<'a> {
    site: &'a DeskSite,
    lang: String,
    /// Who is signed in.
    from: From,
    states: Vec<State>,
}

/// Where a mailbox of the first team is.
fn place(designation: &str) -> String {
    format!("/mailbox/team/{designation}")
}

impl Guide<'_> {
    /// Keeps a page as a state, and hands it back to go on from.
    fn keep(&mut self, name: &'static str, page: Page) -> Page {
        let (lang, from, answer) = (self.lang.clone(), page.from.clone(), page.answer.clone());
        self.states.push(State { lang, name, from, answer });
        page
    }

    fn of(&self, from: &From, path: &str) -> Page {
        let joint = if path.contains('?') { '&' } else { '?' };
        from.get(&format!("{path}{joint}lang={}", self.lang))
    }

    fn get(&self, path: &str) -> Page {
        self.of(&self.from, path)
    }

    /// The same as somebody without cookies.
    fn stranger(&self) -> From {
        From { jar: None, ..self.from.clone() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.site.full.path(&format!("{}-{name}", self.lang))
    }

    /// A file to choose, as the robot takes it.
    fn file(&self, name: &str, bytes: usize) -> String {
        let path = self.path(name);
        fs::write(&path, vec![b'x'; bytes]).unwrap();
        chosen(&path)
    }

    fn nobody(&mut self, login: &Login) {
        let page = self.keep("desk-sign-in", self.get("/"));
        let wrong = [("name", &*login.name), ("passphrase", "wrong"), ("code", "000000")];
        self.keep("desk-sign-in-wrong", page.press(SIGN_IN, &wrong));
        let code = login.code();
        let right = [("name", &*login.name), ("passphrase", &*login.passphrase), ("code", &*code)];
        let without = self.of(&self.stranger(), "/").press(SIGN_IN, &right);
        self.keep("desk-sign-in-no-cookie", without);
    }

    fn sign_in(&mut self, login: &Login) {
        let code = login.code();
        let right = [("name", &*login.name), ("passphrase", &*login.passphrase), ("code", &*code)];
        let inbox = self.get("/").press(SIGN_IN, &right);
        assert!(!inbox.all("nav.rooms").is_empty(), "{}", inbox.readable());
    }

    fn warnings(&mut self) {
        self.keep("desk-not-found", self.get("/nowhere"));
        let relayed = From { headers: vec!["X-Tor2web: 1".into()], ..self.from.clone() };
        self.keep("desk-relayed", self.of(&relayed, "/"));
        let elsewhere = From { headers: vec!["Host: a.example".into()], ..self.from.clone() };
        self.keep("desk-other-name", self.of(&elsewhere, "/"));
        let mut account = self.get("/account");
        account.from.headers.push("Origin: http://evil.example".into());
        self.keep("desk-foreign", account.press("#feed button", &[]));
        let account = self.get("/account");
        let another = account.press("#feed button", &[("proof", "of another session")]);
        self.keep("desk-other-session", another);
        let mut account = self.get("/account");
        account.from = self.stranger();
        self.keep("desk-signed-out", account.press("#feed button", &[]));
    }

    /// A mailbox that wrote these messages to a team; its designation.
    fn source(&self, team: &str, messages: &[&str]) -> String {
        let before = designations(&self.site.full);
        let site = &self.site.full;
        let form = site.form("en");
        let files = [("contrat vidéo.pdf", 70_000), ("annexe <1> & 2.pdf", 300_000)];
        let files = files.map(|(name, size)| {
            fs::write(self.path("sent"), vec![b'x'; size]).unwrap();
            (self.path("sent"), name.to_owned())
        });
        for message in messages {
            let fresh = Form { code: form.code.clone(), ticket: site.form("en").ticket };
            site.send_named(&fresh, team, message, &files).must_say(msg("receipt-title"));
        }
        let after = designations(&self.site.full);
        let new: Vec<_> = after.difference(&before).collect();
        assert_eq!(new.len(), 1);
        new[0].clone()
    }

    /// Of four mailboxes, some with marks.
    fn inbox(&mut self) -> Vec<String> {
        let names = [
            self.source("team", &["Bonjour", "Encore"]),
            self.source("local", &["Bonjour"]),
            self.source("team", &["x", "y"]),
            self.source("team", &["z"]),
        ];
        let starred = self.get(&place(&names[0])).press("button[value=star]", &[]);
        let labelled = starred.press("#labels button:nth-of-type(1)", &[]);
        labelled.press("#labels button:nth-of-type(3)", &[]);
        let muted = self.get(&place(&names[3])).press("button[value=mute]", &[]);
        muted.press("#labels button:nth-of-type(4)", &[]);
        let inbox = self.keep("desk-inbox", self.get("/"));
        let older = inbox.all("a[rel=next]")[0].attr("href").unwrap().to_owned();
        self.keep("desk-inbox-2", self.from.get(&older));
        self.keep("desk-inbox-nothing", self.get("/?q=nowhere&show=starred"));
        let label = [("q", &names[0][..5]), ("label", "à vérifier")];
        let found = self.get("/?show=starred").press("form[role=search] button", &label);
        assert_eq!(found.all("ul.files li").len(), 1, "{}", found.readable());
        self.keep("desk-inbox-found", found);
        let muted = self.keep("desk-inbox-muted", self.get("/?show=muted"));
        assert_eq!(muted.all("ul.files li").len(), 1, "{}", muted.readable());
        names.into()
    }

    fn mailbox(&mut self, name: &str) {
        let new = self.keep("desk-mailbox", self.get(&place(name)));
        self.keep("desk-question-unfetched", new.press("button[name=dispatch]", &[]));
        self.keep("desk-question-mailbox", new.press("#end button", &[]));
        let nothing = new.press("#pick button", &[]);
        self.keep("desk-nothing-picked", nothing);
        let (small, large) =
            (self.file("small.pdf", 70_000), self.file("large.bin", (2 << 20) + 1));
        let fields = [("message", "Gardé <b>\nbien sûr"), ("files", &*small), ("files", &*large)];
        let refused = self.keep("desk-reply-refused", new.press("#answer button", &fields));
        assert_eq!(refused.text("#message"), fields[0].1);
        let mut out = self.get(&place(name));
        out.from = self.stranger();
        let kept = self.keep("desk-signed-out-kept", out.press("#answer button", &fields));
        assert_eq!(kept.text("#kept"), fields[0].1);
        let fields = [("message", "Merci."), ("files", &*small)];
        let sent = self.keep("desk-mailbox-answered", new.press("#answer button", &fields));
        let ours = "li:not(.new) button[name=dispatch]";
        self.keep("desk-question-reply", sent.press(ours, &[]));
        let note = self.keep("desk-note", self.get(&format!("{}/note", place(name))));
        let fields = [("message", "Vu <b>\navec Bob"), ("files", &*large)];
        let refused = self.keep("desk-note-refused", note.press("#answer button", &fields));
        assert_eq!(refused.text("#message"), fields[0].1);
        let noted = refused.press("#answer button", &[("message", "Vu avec Bob.")]);
        let noted = self.keep("desk-mailbox-noted", noted);
        self.keep("desk-question-note", noted.press(ours, &[]));
    }

    fn downloads(&mut self, names: &[String]) {
        let bundle = self.get(&place(&names[0])).press("#all-unread button", &[]);
        let bundle = self.keep("desk-download", bundle);
        let done = bundle.press("#counted button", &[]);
        self.keep("desk-download-counted", done);
        let done = self.keep("desk-mailbox-fetched", self.get(&place(&names[0])));
        self.keep("desk-question-fetched", done.press("button[name=dispatch]", &[]));

        let bundle = self.get(&place(&names[2])).press("#all-unread button", &[]);
        let at = bundle.all("header nav a")[0].attr("href").unwrap();
        let at = at.split('?').next().unwrap().to_owned();
        let sure = self.get(&place(&names[2])).press("button[name=dispatch]", &[]);
        self.keep("desk-deleted", sure.press("#sure button", &[]));
        self.keep("desk-changed", self.get(&at));

        // As if two dispatches of the crowd were very large.
        let large = "crowd-aaaab";
        let db = Connection::open(self.site.full.data().join("index.db")).unwrap();
        db.execute(
            "UPDATE member SET size = 2500000000 WHERE position = 1 AND dispatch IN (SELECT d.id \
             FROM dispatch d JOIN mailbox m ON m.id = d.mailbox WHERE m.designation = ?)",
            [large],
        )
        .unwrap();
        let many = self.get(&place(large)).press("#all-unread button", &[]);
        let many = self.keep("desk-download-volumes", many);
        assert!(many.all("ul.files li").len() > 2, "{}", many.readable());
    }

    /// A bundle that was sealed offline, and one that is none.
    fn bundles(&mut self, name: &str) {
        let form = self.keep("desk-deliver", self.get("/deliver"));
        let to_team = ("team", "team");
        let garbage = self.file("garbage.tar", 5_000);
        let refused = form.press("main form button", &[to_team, ("bundle", &*garbage)]);
        self.keep("desk-deliver-refused", refused);

        let page = self.get(&place(name));
        let ids: Vec<_> = page.all("input[type=checkbox]");
        let ids: Vec<_> = ids.iter().map(|one| (one.attr("name").unwrap(), "1")).collect();
        let bundle = page.press("#pick button", &ids);
        let volume = bundle.all("ul.files a")[0].attr("href").unwrap();
        let [tar, opened, text, reply, note] =
            ["b.tar", "opened", "text", "reply.tar", "note.tar"].map(|end| self.path(end));
        fs::write(&tar, &self.from.get(volume).answer.bytes).unwrap();
        let editor = &self.site.full.editors[0];
        ok(&mut editor.open([&tar], &opened));
        fs::write(&text, "Merci encore").unwrap();
        let asks = |file: &PathBuf| {
            file.ends_with("manifest.json") && fs::read_to_string(file).unwrap().contains("Bonjour")
        };
        let manifest = files_below(&opened).into_iter().find(asks).unwrap();
        let seal = |to: &PathBuf, args: &[&str]| {
            let mut command = sourdine();
            command.arg("reply").arg(&manifest).arg("-i").arg(&editor.key).arg("-o").arg(to);
            ok(command.args(args).arg("--message").arg(&text));
        };
        seal(&reply, &[]);
        let sent = form.press("main form button", &[to_team, ("bundle", &*chosen(&reply))]);
        let sent = self.keep("desk-deliver-done", sent);
        assert_eq!(sent.answer.status, 200, "{}", sent.readable());
        seal(&note, &["--note"]);
        let sent = form.press("main form button", &[to_team, ("bundle", &*chosen(&note))]);
        let sent = self.keep("desk-deliver-note", sent);
        assert_eq!(sent.answer.status, 200, "{}", sent.readable());
    }

    fn account(&mut self, login: &Login) {
        let page = self.keep("desk-account", self.get("/account"));
        let feed = page.press("#feed button[value=make]", &[]);
        self.keep("desk-feed", feed);
        let device = self.keep("desk-device", self.get("/account/device"));
        let wrong = [("new_code", "000000"), ("code", "000000"), ("passphrase", "wrong")];
        self.keep("desk-device-refused", device.press("main form button", &wrong));
        let change = "#passphrase-section button";
        let fields = [("new", "too short"), ("old", "wrong"), ("code", "000000")];
        self.keep("desk-passphrase-refused", page.press(change, &fields));
        let code = login.code();
        let new = page.text("#new");
        let fields = [("new", &*new), ("old", &*login.passphrase), ("code", &*code)];
        let changed = page.press(change, &fields);
        assert_eq!(changed.answer.status, 200, "{}", changed.readable());
        self.keep("desk-passphrase-changed", changed);
    }

    fn journal(&mut self) {
        let page = self.keep("desk-journal", self.get("/journal"));
        assert!(page.all("main li").len() > 5, "{}", page.readable());
    }

    /// A desk of one team, without labels, where nothing has arrived; then one thing has.
    fn empty_desk(&mut self) {
        let (site, base) = (&self.site.empty, &self.site.empty_base);
        let login = Login::new(site, &format!("bob-{}", self.lang), &["team"]);
        let jar = Some(site.path(&format!("jar-{}", self.lang)));
        let from = From { base: base.clone(), jar, ..From::default() };
        let code = login.code();
        let fields = [("name", &*login.name), ("passphrase", &*login.passphrase), ("code", &*code)];
        let inbox = self.of(&from, "/").press(SIGN_IN, &fields);
        self.keep("desk-inbox-empty", inbox);
        site.send(&site.form("en"), "Hello", &[]).must_say(msg("receipt-title"));
        let name = designations(site).into_iter().next().unwrap();
        let plain = self.keep("desk-mailbox-plain", self.of(&from, &place(&name)));
        let sure = plain.press("#end button", &[]);
        let gone = self.keep("desk-mailbox-gone", sure.press("#sure button", &[]));
        assert!(designations(site).is_empty(), "{}", gone.readable());
    }
}

fn chosen(path: &Path) -> String {
    format!("@\"{}\"", path.display())
}

/// What the mailboxes of a box are called, the crowd aside.
pub fn designations(site: &Box_) -> BTreeSet<String> {
    let db = Connection::open(site.data().join("index.db")).unwrap();
    let mut rows =
        db.prepare("SELECT designation FROM mailbox WHERE designation NOT LIKE 'crowd-%'").unwrap();
    rows.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}
