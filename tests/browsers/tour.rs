//! Every page of the source's site in every state it can be in, in each language. The desk's pages are those of
//! `desk_tour`.

use std::fs;
use std::path::{Path, PathBuf};

use super::desk_tour::{self, DeskSite};
use super::robot::{From, Page};
use crate::common::*;

/// The address that sources know; a visit over loopback is warned.
const ONION: &str = "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion";

/// The button that opens the mailbox of a code, and those of the form for documents.
const OPEN: &str = "main form[action^='/mailbox'] button";
const SEND: &str = "#send-now";
const KEEP: &str = "#keep";

/// A page as the server sent it.
pub struct State {
    pub lang: String,
    pub name: &'static str,
    pub from: From,
    pub answer: Answer,
}

impl State {
    /// Language and name.
    pub fn full_name(&self) -> String {
        format!("{}-{}", self.lang, self.name)
    }

    pub fn page(&self) -> Page {
        Page::new(&self.from, self.answer.clone())
    }
}

/// Both sites, and every state of them in every language.
pub struct Tour {
    pub site: Box_,
    _desk: DeskSite,
    pub states: Vec<State>,
}

impl Tour {
    pub fn take() -> Self {
        let (site, desk) = (site(), DeskSite::open());
        let states = std::thread::scope(|scope| {
            let of_desk = scope.spawn(|| {
                languages().iter().flat_map(|lang| desk_tour::take(&desk, lang)).collect::<Vec<_>>()
            });
            let mut states = take(&site);
            states.extend(of_desk.join().unwrap());
            states
        });
        Self { site, _desk: desk, states }
    }
}

/// A site whose limits can be reached, with everything that an operator can say, and two teams.
fn site() -> Box_ {
    let mut site = Box_::new(2, &[]);
    site.edit(&[
        ("file = \"3.5 GiB\"", "file = \"2 MiB\""),
        ("onion = []", &format!("onion = [\"{ONION}\"]")),
        ("name = \"Sourdine\"", "name = \"La Gazette de l’Ain & Cie\""),
        ("contact = \"\"", "contact = \"12 rue du Port, 01000 Bourg\\n+33 4 00 00 00 00\""),
        ("fr = \"\"", "fr = \"Nous enquêtons sur la vidéosurveillance <des villes>.\""),
        ("en = \"\"", "en = \"We look into surveillance in <our towns>.\""),
        ("ar = \"\"", "ar = \"نحقق في المراقبة بالفيديو <في مدننا>.\""),
    ]);
    let operator = Editor::new(site.dir.path(), "operator");
    let backups = format!("recipients = [\"{}\"]\n# How long you", operator.recipient);
    site.edit(&[("recipients = []\n# How long you", &backups)]);
    let editor = Editor::new(site.dir.path(), "other");
    site.add_team("local", "The local team", &editor);
    site.editors.push(editor);
    site.serve();
    site
}

/// The languages there are: each is a folder of messages.
fn languages() -> Vec<String> {
    let locales = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/locales");
    let names = fs::read_dir(locales).unwrap().flatten();
    names.map(|entry| entry.file_name().into_string().unwrap()).collect()
}

/// Every state, in every language.
fn take(site: &Box_) -> Vec<State> {
    let mut states = Vec::new();
    for lang in languages() {
        let mut guide = Guide { site, lang, states: &mut states };
        guide.first_pages();
        guide.warnings();
        guide.refusals();
        guide.display();
        guide.drafts();
        guide.mailbox();
        guide.elsewhere();
    }
    states
}

/// Walks through a site in one language.
struct Guide<'a> {
    site: &'a Box_,
    lang: String,
    states: &'a mut Vec<State>,
}

impl Guide<'_> {
    /// Keeps a page as a state, and hands it back to go on from.
    fn keep(&mut self, name: &'static str, page: Page) -> Page {
        let (lang, from, answer) = (self.lang.clone(), page.from.clone(), page.answer.clone());
        self.states.push(State { lang, name, from, answer });
        page
    }

    /// A path in this language, with these headers.
    fn get_with(&self, path: &str, headers: &[&str]) -> Page {
        let headers = headers.iter().map(ToString::to_string).collect();
        let from = From { base: self.site.base.clone(), headers, ..From::default() };
        let joint = if path.contains('?') { '&' } else { '?' };
        from.get(&format!("{path}{joint}lang={}", self.lang))
    }

    /// The form for the first team.
    fn drop(&self) -> Page {
        self.get("/drop?team=team")
    }

    fn get(&self, path: &str) -> Page {
        self.get_with(path, &[&format!("Host: {ONION}")])
    }

    /// A file to choose, as the robot takes it.
    fn file(&self, name: &str, bytes: usize) -> String {
        let path = self.site.path(name);
        fs::write(&path, vec![b'x'; bytes]).unwrap();
        format!("@\"{}\"", path.display())
    }

    /// Opens the mailbox of a code on a new visit.
    fn open(&self, code: &str) -> Page {
        self.get("/mailbox").press(OPEN, &[("code", code)])
    }

    fn first_pages(&mut self) {
        for (name, path) in [
            ("landing", "/"),
            ("choose-team", "/drop"),
            ("code", "/mailbox"),
            ("not-found", "/nowhere"),
        ] {
            self.keep(name, self.get(path));
        }
        self.keep("drop", self.drop());
        let wrong = "abandon ability ablle about above absent absorb abstract";
        self.keep("code-wrong", self.open(wrong));
        let unused = self.drop().code();
        self.keep("nothing-yet", self.open(&unused));
    }

    fn warnings(&mut self) {
        let onion = format!("Host: {ONION}");
        self.keep("loopback", self.get_with("/", &[]));
        self.keep("relayed", self.get_with("/drop", &[&onion, "X-Tor2web: 1"]));
        self.keep("other-name", self.get_with("/", &["Host: a.example"]));
        let mut drop = self.drop();
        drop.from.headers.push("Origin: http://evil.example".into());
        self.keep("foreign", drop.press(SEND, &[]));
    }

    /// What the frame of the form says instead of a receipt.
    fn refusals(&mut self) {
        let drop = self.drop();
        let code = drop.code();
        let to_local = ("team", "local");
        self.keep("refused-no-team", drop.press(SEND, &[("team", "nobody"), ("message", "Kept")]));
        self.keep("refused-empty", drop.press(SEND, &[to_local]));
        self.keep("refused-has-code", drop.press(SEND, &[to_local, ("message", &code)]));
        let (small, large) =
            (self.file("small.pdf", 70_000), self.file("large.bin", (2 << 20) + 1));
        let fields = [to_local, ("message", "Kept <b>"), ("files", &*small), ("files", &*large)];
        let refused = self.keep("refused-too-large", drop.press(SEND, &fields));
        self.keep("drop-again", refused.press("form[action^='/drop/form'] button", &[]));
    }

    /// The display beside the form, from its first word to its last.
    fn display(&mut self) {
        let drop = self.drop();
        let source = drop.all("#progress")[0].attr("src").unwrap().to_owned();
        self.keep("progress", drop.from.watch(&source, "0.5"));
        let file = self.file("contrat vidéo.pdf", 1 << 20);
        let fields = [("team", "team"), ("files", &*file)];
        // A busy machine may look at the display when all has arrived: then once more.
        let (done, moving) = wait_for("a display that moves", || {
            let drop = self.drop();
            let source = drop.all("#progress")[0].attr("src").unwrap().to_owned();
            let from = drop.from.clone();
            let to_its_end = std::thread::spawn(move || (from.watch(&source, "90").answer, from));
            Page::new(&drop.from.slow("250K"), drop.answer.clone()).press(SEND, &fields);
            let (mut answer, from) = to_its_end.join().unwrap();
            let done = Page::new(&from, answer.clone());
            // The same page a little earlier.
            let end = memchr::memmem::rfind(&answer.bytes, b"<p class=\"done\"")?;
            answer.bytes.truncate(end);
            let moving = Page::new(&from, answer);
            (moving.all("p.step progress").len() >= 2).then_some((done, moving))
        });
        self.keep("progress-done", done);
        self.keep("progress-moving", moving);

        let source = drop.all("#progress")[0].attr("src").unwrap().to_owned();
        let refused = wait_for("a refusal in the display", || {
            let (from, to) = (drop.from.clone(), source.clone());
            let display = std::thread::spawn(move || (from.watch(&to, "1").answer, from));
            drop.press(SEND, &[("team", "team"), ("message", &drop.code())]);
            let (answer, from) = display.join().unwrap();
            let page = Page::new(&from, answer);
            (!page.all("p.problem").is_empty()).then_some(page)
        });
        self.keep("progress-refused", refused);
    }

    /// Held, seen again, questioned, sent.
    fn drafts(&mut self) {
        let files = ["un.pdf", "deux.pdf"].map(|name| self.file(name, 70_000));
        let drop = self.drop();
        let fields = [
            ("team", "team"),
            ("message", "Pas <encore>"),
            ("files", &*files[0]),
            ("files", &*files[1]),
        ];
        let kept = self.keep("kept-framed", drop.press(KEEP, &fields));
        let code = kept.code();
        self.keep("kept", kept.press("#whole button", &[]));
        // The same form once more, without one of its files.
        let again = self.drop();
        again.press(KEEP, &fields);
        self.keep("receipt-left", again.press(SEND, &fields[..3]));
        let held = self.keep("mailbox-draft", self.open(&code));
        self.keep("drop-add", held.press("#draft .add button", &[]));
        self.keep("drop-more", held.press("#add button", &[]));
        self.keep("question-discard", held.press("#draft button[value=discard]", &[]));
        let sure = held.press("#draft button[value=remove]", &[]);
        let sure = self.keep("question-remove", sure);
        self.keep("mailbox-notice", sure.press("#sure button", &[]));
        self.keep("draft-sent", self.open(&code).press("#draft button[value=send]", &[]));
    }

    /// From the receipt to leaving and erasing, with an answer in between.
    fn mailbox(&mut self) {
        let files = ["contrat vidéo.pdf", "annexe <1> & 2.pdf"].map(|name| self.file(name, 70_000));
        let fields = [
            ("team", "team"),
            ("message", "Bonjour"),
            ("files", &*files[0]),
            ("files", &*files[1]),
        ];
        let drop = self.drop();
        let framed = self.keep("receipt-framed", drop.press(SEND, &fields));
        self.keep("receipt-again", drop.press(SEND, &fields));
        let receipt = self.keep("receipt", framed.press("#whole button", &[]));
        let waiting = self.keep("mailbox-waiting", receipt.press(OPEN, &[]));
        let code = receipt.code();
        self.keep("question-withdraw", waiting.press("button[value=withdraw]", &[]));
        answer(self.site, &self.lang, "Merci.\nEst-ce que <vous> & nous\u{a0}?");
        let answered = self.keep("mailbox-answered", self.open(&code));
        self.keep("question-delete", answered.press("button[value=delete]", &[]));
        self.keep("question-erase", answered.press("button[value=erase]", &[]));
        let gone = answered.press("form[action^='/mailbox/file'] button", &[("number", "9")]);
        self.keep("no-file", gone);
        self.keep("left", self.open(&code).press("form[action^='/leave'] button", &[]));

        // Another mailbox, which goes.
        let code = self.drop().press(SEND, &[("team", "team"), ("message", "x")]).code();
        let sure = self.open(&code).press("button[value=erase]", &[]);
        self.keep("erased", sure.press("#sure button", &[]));
    }

    /// What only another site says: one that is full.
    fn elsewhere(&mut self) {
        let full = Box_::served(
            1,
            &[
                ("quota = \"100 GiB\"", "quota = \"1 MiB\""),
                ("dispatch = \"8 GiB\"", "dispatch = \"4 MiB\""),
                ("file = \"3.5 GiB\"", "file = \"4 MiB\""),
                ("drafts = \"20 GiB\"", "drafts = \"4 MiB\""),
            ],
        );
        let from = From { base: full.base.clone(), ..From::default() };
        let drop = from.get(&format!("/drop?lang={}", self.lang));
        let large = self.file("more.bin", 3 << 20);
        self.keep("refused-full", drop.press(SEND, &[("message", "Kept"), ("files", &large)]));
        let reasons = ["en=We are <away>.", "fr=Nous sommes <absents>.", "ar=نحن <غائبون>."];
        ok(full.command("close").args(reasons));
        let lang = self.lang.clone();
        let closed = wait_for("the reason", || {
            let page = from.get(&format!("/drop?lang={lang}"));
            page.all("textarea").is_empty().then_some(page)
        });
        self.keep("closed", closed);
        self.keep("landing-closed", from.get(&format!("/?lang={lang}")));
        self.keep("refused-closed", drop.press(SEND, &[("message", "Kept")]));
    }
}

/// The editors of the first team open what waits and answer it, with a file of 300,000 bytes.
pub fn answer(site: &Box_, name: &str, message: &str) -> PathBuf {
    let paths =
        ["tar", "opened", "txt", "reply.tar"].map(|end| site.path(&format!("{name}.{end}")));
    let [bundle, opened, text, reply] = paths;
    let attachment = site.path("réponse n°1.pdf");
    fs::write(&attachment, (0..=250_u8).cycle().take(300_000).collect::<Vec<_>>()).unwrap();
    fs::write(&text, message).unwrap();
    ok(site.command("export").args(["--team", "team", "-o"]).arg(&bundle));
    let editor = &site.editors[0];
    ok(&mut editor.open([&bundle], &opened));
    let asks = |file: &PathBuf| {
        file.ends_with("manifest.json") && fs::read_to_string(file).unwrap().contains("Bonjour")
    };
    let manifest = files_below(&opened).into_iter().find(asks).unwrap();
    let mut command = sourdine();
    command.arg("reply").arg(manifest).arg("-i").arg(&editor.key).arg("-o").arg(&reply);
    ok(command.arg("--message").arg(&text).arg("--attach").arg(&attachment));
    ok(site.command("deliver").arg(&reply));
    attachment
}
