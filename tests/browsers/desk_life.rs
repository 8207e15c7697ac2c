//! A day at the desk, as an editor lives it: sign in, judge, fetch, open, answer, put in order, delete, leave.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use sourdine::base::clock::Clock;

use super::browser::Browser;
use super::engine::{Engine, SAFEST};
use super::life::documents;
use super::robot::{From, Way};
use crate::common::desk::{Login, open_desk};
use crate::common::*;
use crate::each_engine;

each_engine!(a_day_at_the_desk: Firefox; long: Chromium);
each_engine!(a_browser_that_keeps_no_cookie_is_told: Webkit);
each_engine!(signing_out_everywhere_ends_the_other_browser: Firefox; long: Chromium);

const ROWS: &str = "ul.files li";
const NOTICE: &str = "main [role=status]";
const SIGN_IN: &str = "main form button";

/// A desk of one team with labels.
fn desk() -> (Box_, String, Login) {
    let mut site = Box_::new(1, &[("labels = []", "labels = [\"urgent\", \"to check\"]")]);
    let login = Login::new(&site, "anne", &["team"]);
    let base = open_desk(&mut site);
    (site, base, login)
}

/// Fills in the form that stands there.
fn sign_in(browser: &Browser, login: &Login) {
    browser.retype("#name", &login.name);
    browser.type_in("#passphrase", &login.passphrase);
    browser.type_in("#code", &login.code());
    browser.follow(SIGN_IN);
    browser.must_say("h1", msg("desk-inbox"));
}

/// One editor's work, and what is on their disk.
struct Day {
    site: Box_,
    base: String,
    browser: Browser,
    code: String,
    files: Vec<PathBuf>,
    designation: String,
}

impl Day {
    fn mailbox(&self) {
        self.browser.go(&format!("{}/mailbox/team/{}?lang=en", self.base, self.designation));
        self.browser.must_say("h1", &self.designation);
    }

    fn inbox(&self) -> Vec<String> {
        self.browser.follow("nav.rooms a");
        self.browser.must_say("h1", msg("desk-inbox"));
        self.browser.all(ROWS)
    }

    /// What was fetched, once it is whole.
    fn downloaded(&self, part: &str) -> PathBuf {
        let name = format!("sourdine-{}-####{part}.tar", Clock::system().day());
        let file = self.browser.downloaded(&name);
        wait_for("the whole download", || {
            let output = std::process::Command::new("tar").arg("tf").arg(&file).output().unwrap();
            output.status.success().then_some(())
        });
        file
    }

    fn source_reads(&self) -> (String, BTreeSet<Vec<u8>>) {
        let from = From { base: self.site.base.clone(), ..From::default() };
        let asked = from.get("/mailbox?lang=en");
        let page = asked.press("main form[action^='/mailbox'] button", &[("code", &self.code)]);
        let files = page
            .ways()
            .into_iter()
            .filter(|way| matches!(way, Way::Button(_, to) if to.starts_with("/mailbox/file")));
        (page.text("#replies"), files.map(|way| page.go(&way).answer.bytes).collect())
    }
}

fn a_day_at_the_desk(engine: Engine) {
    let (site, base, login) = desk();
    let files = documents(&site, &[("contrat vidéo.pdf", 2_400_000), ("annexe.pdf", 600_000)]);
    let form = site.form("en");
    let paths: Vec<_> = files.iter().map(|path| path.to_str().unwrap()).collect();
    site.send(&form, "Two documents about the cameras.", &paths).must_say(msg("receipt-title"));
    let browser = Browser::open(engine, SAFEST);

    browser.go(&format!("{base}/?lang=en"));
    browser.must_say("h1", msg("desk-sign-in-title"));
    browser.type_in("#name", "anne");
    browser.type_in("#passphrase", "not this one");
    browser.type_in("#code", "000000");
    browser.follow(SIGN_IN);
    browser.must_say("#problem", msg("desk-wrong"));
    assert_eq!(browser.typed("#name"), "anne");
    assert_eq!(browser.typed("#passphrase"), "");
    sign_in(&browser, &login);

    browser.must_say("li.new", "1 new");
    let designation = browser.see("li.new a");
    browser.follow("li.new a");
    browser.must_say("h1", &designation);
    let day = Day { site, base, browser, code: form.code, files, designation };
    judges_and_fetches(&day);
    answers(&day);
    let second = puts_in_order(&day);
    deletes(&day, &second);
    leaves(&day, &second);
}

/// The manifest alone first, which is no fetch; then all of it, which is.
fn judges_and_fetches(day: &Day) {
    let (browser, editor) = (&day.browser, &day.site.editors[0]);
    browser.must_say("#dispatches li.new", "2 ");
    browser.must_say("#dispatches li.new", msg("dispatch-kept"));
    browser.click("#dispatches a[download]");
    let manifest = day.downloaded("-manifests");
    let mut list = sourdine();
    list.arg("open").arg("--list").arg(&manifest).arg("-i").arg(&editor.key);
    let list = String::from_utf8(ok(&mut list).stdout).unwrap();
    for said in [&*day.designation, "about the cameras", "contrat vidéo.pdf", "annexe.pdf", "alone"]
    {
        assert!(list.contains(said), "{said:?} is not in {list}");
    }
    day.mailbox();
    browser.must_say("#dispatches li.new", msg("dispatch-new"));

    browser.follow("#all-unread button");
    browser.must_say("h1", msg("download-title"));
    browser.must_say("main .lead", msg("download-holds[one]"));
    // It begins by itself.
    let bundle = day.downloaded("");
    let (opened, tree) = (day.site.path("opened"), day.site.path("tree"));
    ok(&mut editor.open([&bundle], &opened));
    let contents = |dir| -> BTreeSet<Vec<u8>> {
        files_below(dir).iter().map(|file| fs::read(file).unwrap()).collect()
    };
    let found = contents(&opened);
    assert!(day.files.iter().all(|file| found.contains(&fs::read(file).unwrap())));
    // Stock tools alone; what is sealed is padded.
    stock_untar(&bundle, &tree);
    let sealed =
        files_below(&tree).into_iter().filter(|file| file.extension() == Some("age".as_ref()));
    let plain: Vec<_> = sealed.map(|file| editor.stock_open(&file)).collect();
    for file in &day.files {
        let bytes = fs::read(file).unwrap();
        assert!(plain.iter().any(|plain| plain.starts_with(&bytes)), "{}", file.display());
    }

    wait_for("the fetch to be noted", || {
        day.mailbox();
        browser.see("#dispatches").contains(&filled("dispatch-fetched", &["anne"])).then_some(())
    });
    assert_eq!(browser.all("#dispatches li.new").len(), 0);
    day.site.mailbox(&day.code).must_say(msg("mailbox-fetched"));
}

/// By typing, with a file; by a bundle that was sealed offline. The source reads both.
fn answers(day: &Day) {
    let browser = &day.browser;
    browser.type_in("#message", "Thank you. Is there an annex 3?");
    browser.choose("#files", &day.files[1..]);
    browser.follow("#answer button");
    browser.must_say(NOTICE, msg("reply-sent"));
    browser.must_say("#dispatches", msg("dispatch-reply"));
    assert_eq!(browser.typed("#message"), "");
    let (said, files) = day.source_reads();
    assert!(said.contains("Is there an annex 3?"), "{said}");
    assert!(files == BTreeSet::from([fs::read(&day.files[1]).unwrap()]));

    let (text, reply) = (day.site.path("text"), day.site.path("reply.tar"));
    fs::write(&text, "This was sealed offline.").unwrap();
    let mut command = sourdine();
    command.arg("reply").arg(day.site.path("opened")).arg("-i").arg(&day.site.editors[0].key);
    command.arg("-o").arg(&reply).arg("--message").arg(&text).arg("--attach").arg(&day.files[0]);
    ok(&mut command);
    browser.follow("#reply a[href^='/deliver']");
    // A file of another kind is refused, and the form is still there.
    browser.choose("#bundle", &day.files[1..]);
    browser.follow(SIGN_IN);
    browser.must_say("#problem", msg("deliver-damaged"));
    browser.choose("#bundle", &[reply]);
    browser.follow(SIGN_IN);
    browser.must_say(NOTICE, msg("deliver-done"));
    browser.follow(&format!("{NOTICE} a"));
    browser.must_say("h1", &day.designation);
    let (said, files) = day.source_reads();
    assert!(said.contains("annex 3?") && said.contains("This was sealed offline."), "{said}");
    assert!(files == day.files.iter().map(|file| fs::read(file).unwrap()).collect());
}

/// Star, label, views, search, mute; the name of a second mailbox, which is muted in the end.
fn puts_in_order(day: &Day) -> (String, Form) {
    let browser = &day.browser;
    let form = day.site.form("en");
    day.site.send(&form, "Something else", &[]).must_say(msg("receipt-title"));
    browser.follow("button[value=star]");
    browser.must_say(NOTICE, msg("mark-star-done"));
    browser.follow("#labels button[value=urgent]");
    assert_eq!(browser.attribute("#labels button[value=urgent]", "aria-pressed"), "true");

    let rows = day.inbox();
    assert_eq!(rows.len(), 2, "{rows:?}");
    let own = rows.iter().find(|row| row.contains(&day.designation)).unwrap();
    assert!(own.contains('★') && own.contains("urgent"), "{own}");
    let second = browser.see("li.new a");
    let only = |view: &str| {
        browser.follow(view);
        let rows = browser.all(&format!("{ROWS} a"));
        assert_eq!(rows.len(), 1, "{rows:?}");
        rows[0].clone()
    };
    assert_eq!(only(".views a[href*='=starred']"), day.designation);
    assert_eq!(only(".views a[href*='=unread']"), second);
    browser.follow(".views a");
    browser.type_in("#q", &day.designation[..day.designation.len() - 1]);
    assert_eq!(only("form[role=search] button"), day.designation);
    browser.retype("#q", "no-such-name");
    browser.follow("form[role=search] button");
    browser.must_say("main .lead", msg("inbox-nothing-found"));
    assert_eq!(browser.typed("#q"), "no-such-name");
    assert_eq!(day.inbox().len(), 2);
    browser.type_in("#label", "urgent");
    assert_eq!(only("form[role=search] button"), day.designation);

    assert_eq!(day.inbox().len(), 2);
    browser.follow("li.new a");
    browser.follow("button[value=mute]");
    browser.must_say(NOTICE, msg("mark-mute-done"));
    let rows = day.inbox();
    assert!(rows.len() == 1 && rows[0].contains(&day.designation), "{rows:?}");
    assert_eq!(only(".views a[href*='=muted']"), second);
    (second, form)
}

/// One dispatch, then a mailbox; each is asked first.
fn deletes(day: &Day, (second, form): &(String, Form)) {
    let browser = &day.browser;
    browser.follow(&format!("{ROWS} a"));
    browser.must_say("h1", second);
    browser.follow("#dispatches button[name=dispatch]");
    browser.must_say("h1", &filled("desk-delete-title", &[]));
    browser.must_say("main .lead", msg("desk-delete-unfetched"));
    browser.follow("a.button");
    browser.must_say("#dispatches li", msg("dispatch-new"));
    browser.follow("#dispatches button[name=dispatch]");
    browser.follow("#sure button");
    browser.must_say(NOTICE, msg("desk-delete-done"));
    browser.must_say("#dispatches", msg("dispatches-none"));
    day.site.mailbox(&form.code).must_not_say("Something else");

    browser.follow("nav.rooms a:nth-of-type(2)");
    for line in [
        filled("did-sign-in", &["anne"]),
        filled("did-fetch", &["anne", &day.designation]),
        filled("did-reply", &["anne", &day.designation]),
    ] {
        browser.must_say("main", &line);
    }
    day.mailbox();
    browser.follow("#end button");
    browser.must_say("h1", &filled("erase-mailbox-question", &[&day.designation]));
    browser.must_say("main .lead", "3 ");
    browser.follow("#sure button");
    browser.must_say(NOTICE, msg("erase-mailbox-done"));
    browser.must_say("h1", msg("desk-inbox"));
    day.site.mailbox(&day.code).must_say(msg("mailbox-nothing-title"));
    browser.follow("nav.rooms a:nth-of-type(2)");
    browser.must_say("main", &filled("did-delete-mailbox", &["anne", &day.designation]));
    let main = browser.see("main");
    assert!(!main.contains(msg("did-fetch")), "of what is deleted, only that: {main}");
}

/// Neither "Back" nor "Reload" shows anything of the desk.
fn leaves(day: &Day, (second, _): &(String, Form)) {
    let browser = &day.browser;
    browser.go(&format!("{}/?lang=en&show=muted", day.base));
    browser.must_say(ROWS, second);
    browser.follow("nav.rooms button");
    browser.must_say("h1", msg("desk-sign-in-title"));
    for again in [Browser::back, Browser::reload] {
        again(browser);
        browser.must_say("h1", msg("desk-sign-in-title"));
        assert!(!browser.page().contains(second), "{}", browser.page());
    }
}

/// And what was being written there is given back.
fn signing_out_everywhere_ends_the_other_browser(engine: Engine) {
    let (site, base, login) = desk();
    site.send(&site.form("en"), "Hello", &[]).must_say(msg("receipt-title"));
    let [here, there] = [(); 2].map(|()| Browser::open(engine, SAFEST));
    for browser in [&here, &there] {
        browser.go(&format!("{base}/?lang=en"));
        sign_in(browser, &login);
    }
    there.follow("li.new a");
    there.type_in("#message", "A long answer,\nnearly done");
    here.follow("nav.rooms a:nth-of-type(3)");
    here.follow("#everywhere button");
    here.must_say("h1", msg("desk-sign-in-title"));
    there.follow("#answer button");
    there.must_say("h1", msg("desk-signed-out-title"));
    assert_eq!(there.typed("#kept"), "A long answer,\nnearly done");
    there.go(&format!("{base}/account?lang=en"));
    there.must_say("h1", msg("desk-sign-in-title"));
}

/// WebKit keeps no secure cookie of a page without TLS, be it of this very machine.
fn a_browser_that_keeps_no_cookie_is_told(engine: Engine) {
    let (_site, base, login) = desk();
    let browser = Browser::open(engine, SAFEST);
    browser.go(&format!("{base}/?lang=en"));
    browser.type_in("#name", &login.name);
    browser.type_in("#passphrase", &login.passphrase);
    browser.type_in("#code", &login.code());
    browser.follow(SIGN_IN);
    browser.must_say("#problem", msg("desk-no-cookie"));
}
