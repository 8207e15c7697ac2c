//! What a mailbox page shows of drafts, what its buttons do, and what the database holds meanwhile.

use std::collections::BTreeSet;
use std::path::PathBuf;

use scraper::{ElementRef, Html};

use super::wire::*;
use super::*;

/// Does something in the mailbox of a code, with a fresh ticket and without being asked again.
pub fn act(site: &Box_, code: &str, act: &str, item: &str) -> Answer {
    act_by(site, code, &ticket(site), act, item, true)
}

/// A ticket that opens mailboxes.
pub fn ticket(site: &Box_) -> String {
    site.curl("/mailbox?lang=en", &[]).hidden("ticket")
}

/// The same with this ticket, and perhaps not sure yet.
pub fn act_by(site: &Box_, code: &str, ticket: &str, act: &str, item: &str, sure: bool) -> Answer {
    let fields = [("code", code), ("ticket", ticket), ("act", act), ("item", item)];
    let sure = sure.then_some(("sure", "yes"));
    post(site, "/mailbox/act?lang=en", &fields.into_iter().chain(sure).collect::<Vec<_>>())
}

/// Keeps a message and files for a team without sending.
pub fn keep(site: &Box_, form: &Form, team: &str, message: &str, files: &[Document]) -> Answer {
    let mut args = form.fields();
    for (name, value) in [("team", team), ("message", message)] {
        args.extend(["--form-string".into(), format!("{name}={value}")]);
    }
    args.extend(paths(files).iter().flat_map(|path| ["-F".into(), format!("files=@{path}")]));
    site.curl("/drop?lang=en&keep=1", &args.iter().map(String::as_str).collect::<Vec<_>>())
}

/// A small form.
pub fn post(site: &Box_, path: &str, fields: &[(&str, &str)]) -> Answer {
    let fields: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let args: Vec<_> = fields.iter().flat_map(|field| ["--data-urlencode", field]).collect();
    site.curl(path, &args)
}

/// Discards the one draft of a code, and is sure.
pub fn discard(site: &Box_, code: &str) -> Answer {
    press_sure(site, &site.mailbox(code), "discard")
}

/// What goes on from a mailbox: presses "add to this draft", and sends that form with everything that it holds,
/// `files` chosen anew.
pub fn add(site: &Box_, page: &Answer, message: Option<&str>, files: &[&str]) -> Answer {
    go_on(site, page, "form.add input", message, files)
}

/// The same with "write or attach more": a form of its own.
pub fn more(site: &Box_, page: &Answer, message: &str, files: &[&str]) -> Answer {
    go_on(site, page, "form#more input", Some(message), files)
}

fn go_on(
    site: &Box_,
    page: &Answer,
    inputs: &str,
    message: Option<&str>,
    files: &[&str],
) -> Answer {
    let html = Html::parse_document(&page.text());
    let carried = selector(inputs);
    let carried: Vec<_> = html
        .select(&carried)
        .map(|field| (field.value().attr("name").unwrap(), field.value().attr("value").unwrap()))
        .collect();
    let more = post(site, "/drop/form?lang=en", &carried);
    let html = Html::parse_document(&more.text());
    let form = html.select(&selector("form#send")).next().unwrap();
    let hidden = selector("input[type=hidden]");
    let hidden = form.select(&hidden).map(|field| {
        let value = |name| field.value().attr(name).unwrap();
        (value("name").to_owned(), value("value").to_owned())
    });
    let area = form.select(&selector("textarea[name=message]")).next().unwrap();
    let kept: String = area.text().collect();
    let message = message.unwrap_or_else(|| kept.trim_start_matches('\n')).to_owned();
    let mut args = Vec::new();
    for (name, value) in hidden.chain([("message".to_owned(), message)]) {
        args.extend(["--form-string".to_owned(), format!("{name}={value}")]);
    }
    args.extend(files.iter().flat_map(|file| ["-F".into(), format!("files=@{file}")]));
    site.curl("/drop?lang=en", &args.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Opens the mailbox of a code and sends the draft that it shows.
pub fn send_draft(site: &Box_, code: &str) -> Answer {
    press(site, &site.mailbox(code), "send")
}

/// Presses the button of a mailbox page that stands for this act, with all that its form carries.
pub fn press(site: &Box_, page: &Answer, act: &str) -> Answer {
    press_nth(site, page, act, 0)
}

/// The same where there are several.
pub fn press_nth(site: &Box_, page: &Answer, act: &str, nth: usize) -> Answer {
    let fields = fields_of(page, act, nth);
    let fields = fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    post(site, "/mailbox/act?lang=en", &fields.chain([("act", act)]).collect::<Vec<_>>())
}

/// What the form of such a button carries.
pub fn fields_of(page: &Answer, act: &str, nth: usize) -> Vec<(String, String)> {
    let html = Html::parse_document(&page.text());
    let (form, field) = (selector("form"), selector("input"));
    let button = selector(&format!("button[value={act}]"));
    let is_it = |form: &ElementRef<'_>| form.select(&button).next().is_some();
    let form = html.select(&form).filter(is_it).nth(nth).unwrap();
    let fields = form.select(&field).map(|field| {
        let value = |name| field.value().attr(name).unwrap().to_owned();
        (value("name"), value("value"))
    });
    fields.collect()
}

/// The same, and yes, it is meant.
pub fn press_sure(site: &Box_, page: &Answer, act: &str) -> Answer {
    let question = press(site, page, act);
    let html = Html::parse_document(&question.text());
    let fields = selector("form#sure input");
    let fields = html.select(&fields).map(|field| {
        let value = |name| field.value().attr(name).unwrap();
        (value("name"), value("value"))
    });
    post(site, "/mailbox/act?lang=en", &fields.collect::<Vec<_>>())
}

/// One file of a draft, as the mailbox page lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    pub name: String,
    pub sha256: String,
    pub size: String,
    /// By which it is removed.
    pub item: String,
}

impl Shown {
    fn read(line: ElementRef<'_>) -> Self {
        let text = |what: &str| -> String {
            line.select(&selector(what)).next().unwrap().text().collect()
        };
        let (name, sha256) = (text("b"), text("bdi.hash"));
        let whole: String = line.select(&selector("div")).next().unwrap().text().collect();
        let size = whole
            .trim_start_matches(&name)
            .split(msg("receipt-hash"))
            .next()
            .unwrap()
            .trim()
            .into();
        let item = line.select(&selector("input[name=item]")).next().unwrap();
        Self { name, sha256, size, item: item.value().attr("value").unwrap().into() }
    }
}

/// Every draft that a mailbox page shows: its team (empty where it cannot be added to) and its files.
pub fn drafts(page: &Answer) -> Vec<(String, Vec<Shown>)> {
    let html = Html::parse_document(&page.text());
    let is_draft = |section: &ElementRef<'_>| {
        section.select(&selector("button[value=discard]")).next().is_some()
    };
    let read = |section: ElementRef<'_>| {
        let team = section.select(&selector("input[name=team]")).last();
        let team = team.and_then(|team| team.value().attr("value")).unwrap_or_default();
        let files = section.select(&selector("ul.files > li")).map(Shown::read).collect();
        (team.to_owned(), files)
    };
    html.select(&selector("section.card")).filter(is_draft).map(read).collect()
}

/// Names and hashes of the one draft that a page shows; none where it shows no draft.
pub fn held(page: &Answer) -> Vec<(String, String)> {
    let mut all = drafts(page);
    assert!(all.len() < 2, "{} drafts", all.len());
    let files = all.pop().map(|(_, files)| files).unwrap_or_default();
    files.into_iter().map(|file| (file.name, file.sha256)).collect()
}

/// Names and hashes that a receipt lists as sent, or as kept.
pub fn received(receipt: &Answer) -> Vec<(String, String)> {
    lines_of(receipt, "files", "ul.files:not(.left) > li")
}

/// Names and hashes that a receipt lists as left in the draft.
pub fn left(receipt: &Answer) -> Vec<(String, String)> {
    lines_of(receipt, "left", "ul.left > li")
}

fn lines_of(receipt: &Answer, list: &str, lines: &str) -> Vec<(String, String)> {
    let html = Html::parse_document(&receipt.text());
    let text = |line: ElementRef<'_>, what: &str| -> String {
        line.select(&selector(what)).next().unwrap().text().collect()
    };
    // In the frame it is carried along, signed, and shown on the page that the frame leads to.
    if let Some(carried) = html.select(&selector("#whole input[name=receipt]")).next() {
        let slip: serde_json::Value =
            serde_json::from_str(&carried.value().attr("value").unwrap()[64..]).unwrap();
        let field = |file: &serde_json::Value, name: &str| file[name].as_str().unwrap().to_owned();
        let files = slip[list].as_array().unwrap().iter();
        return files.map(|file| (field(file, "name"), field(file, "sha256"))).collect();
    }
    let lines = selector(lines);
    html.select(&lines).map(|line| (text(line, "b"), text(line, "bdi.hash"))).collect()
}

/// A look into one of the two files, as whoever holds the disk would.
pub fn database(site: &Box_, file: &str) -> rusqlite::Connection {
    let db = rusqlite::Connection::open(site.data().join(file)).unwrap();
    db.busy_timeout(std::time::Duration::from_secs(30)).unwrap();
    db
}

/// Rows in `draft` and in `held`.
pub fn rows(site: &Box_) -> (u64, u64) {
    let db = database(site, "index.db");
    let count = |sql: &str| db.query_row(sql, [], |row| row.get(0)).unwrap();
    (count("SELECT count(*) FROM draft"), count("SELECT count(*) FROM held"))
}

/// Waits until so many files are held.
pub fn wait_until_held(site: &Box_, files: u64) {
    wait_for(&format!("{files} files to be held"), || (rows(site).1 == files).then_some(()));
}

fn ids(db: &rusqlite::Connection, sql: &str) -> BTreeSet<Vec<u8>> {
    let mut select = db.prepare(sql).unwrap();
    select.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

/// Waits until the vault holds exactly the files that the index names: nothing of a cut file is left.
pub fn wait_until_clean(site: &Box_) {
    wait_for("the vault to hold what the index names and nothing else", || {
        let stored = ids(&database(site, "vault.db"), "SELECT DISTINCT file FROM chunk");
        let sql = "SELECT file FROM member UNION SELECT file FROM held";
        (ids(&database(site, "index.db"), sql) == stored).then_some(())
    });
}

/// Names and contents.
pub type Files = Vec<(String, Vec<u8>)>;

/// What an editor gets of the only dispatch, by stock tools: its message, and its files in order.
pub fn opened(site: &Box_, bundle: &str) -> (String, Files) {
    let mut all = all_opened(site, bundle);
    assert_eq!(all.len(), 1, "dispatches");
    all.remove(0)
}

/// The same of every dispatch, with `tar` and `age` alone.
pub fn all_opened(site: &Box_, bundle: &str) -> Vec<(String, Files)> {
    let (path, tree) = (site.export(bundle), site.path(&format!("{bundle}.tree")));
    stock_untar(&path, &tree);
    let editor = site.editors.first().unwrap();
    let manifests = files_below(&tree).into_iter().filter(|f| f.ends_with("manifest.json.age"));
    let open = |sealed: PathBuf| {
        let manifest: serde_json::Value =
            serde_json::from_slice(&editor.stock_open(&sealed)).unwrap();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let files = manifest["files"].as_array().unwrap().iter().map(|file| {
            let mut plain = editor.stock_open(&sealed.with_file_name(text(&file["member"])));
            plain.truncate(usize::try_from(file["size"].as_u64().unwrap()).unwrap());
            (text(&file["name"]), plain)
        });
        (text(&manifest["message"]), files.collect())
    };
    manifests.map(open).collect()
}

/// Name and content, as [`opened`] gives them.
pub fn contents(documents: &[Document]) -> Files {
    documents.iter().map(|d| (d.name.clone(), d.bytes.clone())).collect()
}

/// Fails unless editors see nothing at all.
pub fn editors_see_nothing(site: &Box_) {
    assert_eq!(site.submissions(), 0);
    assert_eq!(site.status()["mailboxes"], 0);
    let none = site.path("none.tar");
    ok(site.command("export").args(["--all", "-o"]).arg(&none));
    assert!(!none.exists());
}
