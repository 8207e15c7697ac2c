//! Pages of an archive: what stands in it for any browser, and what `read` serves. No script; a file that came from a
//! source is named and never linked, since a browser might show it.

use std::path::Path;
use std::sync::LazyLock;

use askama::Template;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

use super::conversation::{Kept, Mailbox, Standing};
use super::place::Archive;
use super::record::{Fault, FileRecord, LeftSealed, read_bounded};
use crate::base::clock::Day;
use crate::bundle::extract::{FileFault, Output};
use crate::bundle::names;
use crate::pages::lang::{L10nLanguage, Lang};

/// What stands in every page's `style` element.
pub const STYLE: &str = concat!(
    include_str!("../../templates/style.css"),
    include_str!("../../templates/archive/style.css")
);

/// `'sha256-…'` of the style, for policies.
pub static STYLE_HASH: LazyLock<String> =
    LazyLock::new(|| format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(STYLE))));

/// What a page of the archive may load: its own style.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    format!("default-src 'none'; style-src {}; form-action 'none'; base-uri 'none'", *STYLE_HASH)
});

/// Bytes of a page that is compared with the one before.
const COMPARED: u64 = 64 << 20;

/// Where a page stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stands {
    /// At the archive's root.
    Root,
    /// In a mailbox's directory.
    Mailbox,
    /// In the reading room.
    Room,
}

/// The frame around a page.
pub struct Page {
    /// Its language.
    pub lang: Lang,
    /// Its messages.
    pub t: &'static L10nLanguage,
    /// What was done just now.
    pub notice: Option<String>,
    /// What went wrong.
    pub problem: Option<String>,
    stands: Stands,
    /// Before every address of the room.
    base: String,
    /// Its address in the room, its language aside.
    here: String,
}

impl Page {
    /// A page of the reading room, whose addresses begin with `base`.
    pub fn in_room(lang: Lang, base: &str, here: String) -> Self {
        let (base, stands) = (base.to_owned(), Stands::Room);
        Self { base, here, ..Self::new(lang, stands) }
    }

    fn new(lang: Lang, stands: Stands) -> Self {
        let (base, here) = (String::new(), String::new());
        Self { lang, t: lang.messages(), notice: None, problem: None, stands, base, here }
    }

    /// With what was done just now.
    #[must_use]
    pub fn telling(self, notice: String) -> Self {
        Self { notice: Some(notice), ..self }
    }

    /// With what went wrong.
    #[must_use]
    pub fn refusing(self, problem: String) -> Self {
        Self { problem: Some(problem), ..self }
    }

    /// Whether it is served: then it can do more than show.
    pub fn is_room(&self) -> bool {
        self.stands == Stands::Room
    }

    /// What it may load, where it has to say so itself.
    pub fn policy(&self) -> Option<&'static str> {
        (!self.is_room()).then(|| POLICY.as_str())
    }

    /// The frame's name.
    pub fn name(&self) -> String {
        self.t.room_title()
    }

    /// What stands in its `style` element.
    pub fn style(&self) -> &'static str {
        STYLE
    }

    /// It stands in no frame.
    pub fn is_framed(&self) -> bool {
        false
    }

    /// Nothing stands above every page.
    pub fn warning(&self) -> Option<String> {
        None
    }

    /// Every other language.
    pub fn others(&self) -> impl Iterator<Item = Lang> {
        let this = self.lang;
        Lang::all().filter(move |lang| *lang != this)
    }

    /// An address of the room, in this language; `/` is the list of mailboxes, wherever the page stands.
    pub fn to(&self, path: &str) -> String {
        match self.stands {
            Stands::Root => file_name(self.lang),
            Stands::Mailbox => format!("../{}", file_name(self.lang)),
            Stands::Room => format!("{}{path}?lang={}", self.base, self.lang.code()),
        }
    }

    /// This page in another language.
    pub fn here_in(&self, lang: Lang) -> String {
        match self.stands {
            Stands::Room => format!("{}{}?lang={}", self.base, self.here, lang.code()),
            _ => file_name(lang),
        }
    }

    /// The page of a mailbox.
    pub fn mailbox(&self, name: &str) -> String {
        match self.stands {
            Stands::Room => self.to(&format!("/mailbox/{name}")),
            _ => format!("{name}/{}", file_name(self.lang)),
        }
    }

    /// A day of a manifest, in words.
    pub fn day(&self, iso: &str) -> String {
        let parsed =
            time::Date::parse(iso, time::macros::format_description!("[year]-[month]-[day]"));
        match parsed {
            Ok(date) => {
                let days = date - time::Date::from_ordinal_date(1970, 1).unwrap_or(time::Date::MIN);
                self.lang.date(Day(days.whole_days()))
            }
            Err(_) => names::printable(iso),
        }
    }

    /// A text as it can be shown; what it obeys is replaced.
    pub fn text(&self, text: &str) -> String {
        names::text(text)
    }

    /// Whether showing a dispatch's texts replaces something.
    pub fn is_changed(&self, kept: &Kept) -> bool {
        let answers = kept.manifest.answers.iter();
        let all = answers.flat_map(|answer| [&answer.label, &answer.value]);
        all.chain([&kept.manifest.message]).any(|text| names::text(text) != **text)
    }

    /// What became of a file that is not there.
    pub fn fault(&self, fault: &Fault) -> String {
        match fault {
            Fault::Missing => self.t.room_fault_missing(),
            Fault::Added => self.t.room_fault_added(),
            Fault::Altered => self.t.room_fault_altered(),
            Fault::Unwritten => self.t.room_fault_unwritten(),
        }
    }

    /// Why a file stays as its source sealed it.
    pub fn left(&self, left: &LeftSealed) -> String {
        match left {
            LeftSealed::OtherKey => self.t.room_left_other_key(),
            LeftSealed::Known => self.t.room_left_known(),
            LeftSealed::Closed => self.t.room_left_closed(),
        }
    }

    /// What a mailbox waits for.
    pub fn standing(&self, standing: Standing) -> String {
        match standing {
            Standing::Waiting => self.t.room_waiting(),
            Standing::Outbox => self.t.room_outbox(),
            Standing::Answered => self.t.room_answered(),
        }
    }
}

/// Of a page, in each language: English is what a browser finds first.
fn file_name(lang: Lang) -> String {
    match lang.code() {
        "en" => "index.html".into(),
        code => format!("index.{code}.html"),
    }
}

/// A mailbox as the list shows it.
pub struct Row {
    /// The name of its directory.
    pub name: String,
    /// The team that it wrote to.
    pub team: String,
    /// Dispatches that the last run brought.
    pub new: usize,
    /// What it waits for.
    pub standing: Standing,
    /// Of anything in it.
    pub last_day: String,
    /// From the source.
    pub sent: usize,
    /// From the team.
    pub answers: usize,
}

impl Row {
    /// Of a mailbox.
    pub fn of(mailbox: &Mailbox) -> Self {
        let answers = mailbox.dispatches.iter().filter(|kept| kept.is_reply()).count();
        Self {
            name: mailbox.name.clone(),
            team: mailbox
                .dispatches
                .first()
                .map(|kept| kept.manifest.team.clone())
                .unwrap_or_default(),
            new: mailbox.count_new(),
            standing: mailbox.standing(),
            last_day: mailbox.last_day().to_owned(),
            sent: mailbox.dispatches.iter().filter(|kept| kept.is_submission()).count(),
            answers,
        }
    }
}

/// In the order in which they want to be read: what is new, what waits, what is answered; then the latest.
pub fn sort(rows: &mut [Row]) {
    rows.sort_by(|a, b| {
        let key = |row: &Row| (row.new == 0, row.standing);
        key(a)
            .cmp(&key(b))
            .then_with(|| b.last_day.cmp(&a.last_day))
            .then_with(|| a.name.cmp(&b.name))
    });
}

/// The list of mailboxes.
#[derive(Template)]
#[template(path = "archive/index.html")]
pub struct IndexPage<'a> {
    /// Its frame.
    pub page: &'a Page,
    /// In their order.
    pub rows: &'a [Row],
    /// Whether the disk below shows no encryption.
    pub is_plain: bool,
}

impl IndexPage<'_> {
    /// Whether there is more than one team.
    fn several(&self) -> bool {
        self.rows.windows(2).any(|two| matches!(two, [a, b] if a.team != b.team))
    }
}

/// One mailbox.
#[derive(Template)]
#[template(path = "archive/mailbox.html")]
pub struct MailboxPage<'a> {
    /// Its frame.
    pub page: &'a Page,
    /// What is in it.
    pub mailbox: &'a Mailbox,
    /// Private notes; shown in the room alone.
    pub notes: &'a str,
    /// What was typed and not sealed.
    pub typed: &'a Typed,
}

/// What was typed and not sealed. A note never stands in the form for an answer.
#[derive(Default)]
pub struct Typed {
    /// For the source.
    pub answer: String,
    /// For the team.
    pub note: String,
    /// Who wrote the note.
    pub author: String,
}

impl MailboxPage<'_> {
    /// A file's place in the archive.
    fn place(&self, kept: &Kept, name: &str) -> String {
        format!("{}/{}/files/{name}", self.mailbox.name, kept.name)
    }

    /// The name that a file was sent under.
    #[expect(clippy::unused_self, reason = "the template asks")]
    fn sent_name(&self, kept: &Kept, file: &FileRecord) -> String {
        let sent = kept.sent_name(file.number).map(|sent| names::printable(&sent.name));
        sent.filter(|name| !name.trim().is_empty()).unwrap_or_else(|| file.name.clone())
    }

    /// Where the room hands a file out.
    fn download(&self, kept: &Kept, number: u32) -> String {
        self.page.to(&format!("/file/{}/{}/{number}/0", self.mailbox.name, kept.name))
    }

    /// The same of what was in it, `layer` from 1.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "what a template counts comes so")]
    fn download_layer(&self, kept: &Kept, number: u32, layer: &usize) -> String {
        self.page.to(&format!("/file/{}/{}/{number}/{layer}", self.mailbox.name, kept.name))
    }

    /// Where the room takes an act on this mailbox.
    fn act(&self, act: &str) -> String {
        self.page.to(&format!("/mailbox/{}/{act}", self.mailbox.name))
    }
}

/// Writes the pages of an archive, those that differ from what stands there.
pub fn write(archive: &Archive, output: &Output) -> Result<(), FileFault> {
    let mut rows = Vec::new();
    for mailbox in archive.conversations()? {
        let mailbox = mailbox?;
        for lang in Lang::all() {
            let page = Page::new(lang, Stands::Mailbox);
            let shown =
                MailboxPage { page: &page, mailbox: &mailbox, notes: "", typed: &Typed::default() };
            put(output, &archive.dir().join(&mailbox.name).join(file_name(lang)), &shown)?;
        }
        rows.push(Row::of(&mailbox));
    }
    sort(&mut rows);
    for lang in Lang::all() {
        let page = Page::new(lang, Stands::Root);
        put(
            output,
            &archive.dir().join(file_name(lang)),
            &IndexPage { page: &page, rows: &rows, is_plain: false },
        )?;
    }
    Ok(())
}

fn put(output: &Output, path: &Path, template: &impl Template) -> Result<(), FileFault> {
    let html = template.render().map_err(std::io::Error::other)?;
    if read_bounded(path, COMPARED).is_ok_and(|before| before == html.as_bytes()) {
        return Ok(());
    }
    output.replace(path, html.as_bytes())
}
