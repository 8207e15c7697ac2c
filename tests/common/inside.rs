//! A drop box that the test itself holds open, with a clock that stands still until it is moved.

use std::cell::Cell;
use std::path::PathBuf;
use std::time::Instant;

use sourdine::base::clock::{Clock, Day, ManualClock};
use sourdine::base::ids::{DispatchId, DispatchSeed};
use sourdine::base::kind::DispatchKind;
use sourdine::base::random;
use sourdine::config::{Config, DEFAULT};
use sourdine::crypto::code::RetrievalCode;
use sourdine::crypto::kdf::{MailboxKeys, Scratch};
use sourdine::dropbox::draft::HeldDraft;
use sourdine::dropbox::mailbox::SourceView;
use sourdine::dropbox::{self, DropText, Dropbox, Intake, Outcome, Receipt, Team, Written};
use sourdine::store::{Dispatch, Publication};
use tempfile::TempDir;

use super::Editor;

/// The day it is when a box is made.
pub const FIRST: i64 = 20_000;

/// Another form than all others.
pub fn new_form() -> DispatchSeed {
    DispatchSeed(random::bytes().unwrap())
}

/// A file that arrives whole.
pub fn bring(intake: &mut Intake, name: &str, content: &[u8]) {
    let mut file = intake.file(name.into()).unwrap();
    file.write(content).unwrap();
    file.finish().unwrap();
}

pub struct Inside {
    pub dir: TempDir,
    pub editor: Editor,
    pub config: Config,
    pub dropbox: Dropbox,
    hand: ManualClock,
    day: Cell<i64>,
}

impl Inside {
    pub fn new() -> Self {
        Self::with(|_| ())
    }

    /// With other limits.
    pub fn with(change: impl FnOnce(&mut Config)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let editor = Editor::new(dir.path(), "editor");
        let recipients = format!("recipients = [\"{}\"]", editor.recipient);
        let mut config = Config::parse(&DEFAULT.replace("recipients = []", &recipients)).unwrap();
        config.data_dir = dir.path().join("data");
        config.limits.min_free = 0;
        change(&mut config);
        dropbox::create(&config.data_dir).unwrap();
        let (clock, hand) = Clock::manual(Day(FIRST).midnight() + 40_000);
        let dropbox = Dropbox::open(&config, clock).unwrap();
        dropbox.keep_day().unwrap();
        Self { dir, editor, config, dropbox, hand, day: Cell::new(FIRST) }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Lets the days pass until this one, counted from the first, some time in it. The days of a server are
    /// recorded as they pass.
    pub fn day(&self, day: i64) {
        while self.today() + 3 < day {
            self.jump(self.today() + 3);
            assert_eq!(self.dropbox.keep_day().unwrap(), None);
        }
        self.jump(day);
        assert_eq!(self.dropbox.keep_day().unwrap(), None);
    }

    /// Moves the clock to a day, whatever was recorded.
    pub fn jump(&self, day: i64) {
        self.day.set(FIRST + day);
        self.hand.set(Day(FIRST + day).midnight() + 86_399);
    }

    /// How many days have passed.
    pub fn today(&self) -> i64 {
        self.day.get() - FIRST
    }

    /// Moves the clock and lets go what is past its day; says how many things went.
    pub fn expire_on(&self, day: i64) -> usize {
        self.day(day);
        self.dropbox.expire().unwrap()
    }

    /// A source with a code of its own.
    pub fn source(&self) -> MailboxKeys {
        let code = RetrievalCode::generate().unwrap();
        self.dropbox.derivation().unwrap().derive(&code, &mut Scratch::default()).unwrap()
    }

    pub fn team(&self) -> Team {
        self.dropbox.teams().find("").unwrap().clone()
    }

    /// A form under way, to be sent.
    pub fn begin(&self, keys: &MailboxKeys, seed: DispatchSeed, message: &str) -> Intake {
        let text = DropText {
            written: Written::message(message),
            keep: false,
            draft: None,
            arrived: Instant::now(),
        };
        self.dropbox.intake(keys.clone(), self.team(), seed, 8_000_000, text).unwrap()
    }

    /// A form under way that adds to the source's draft, or begins one.
    pub fn begin_to_keep(&self, keys: &MailboxKeys) -> Intake {
        let view = self.view(keys);
        let draft = view.and_then(|view| view.drafts.first().map(HeldDraft::id));
        let text =
            DropText { written: Written::default(), keep: true, draft, arrived: Instant::now() };
        self.dropbox.intake(keys.clone(), self.team(), new_form(), 8_000_000, text).unwrap()
    }

    /// Keeps one file more.
    pub fn keep(&self, keys: &MailboxKeys, name: &str) -> Receipt {
        self.keep_file(keys, name, name.as_bytes())
    }

    /// The same with this content.
    pub fn keep_file(&self, keys: &MailboxKeys, name: &str, content: &[u8]) -> Receipt {
        let mut intake = self.begin_to_keep(keys);
        bring(&mut intake, name, content);
        intake.finish().unwrap()
    }

    /// Sends one file by a form of its own; says which dispatch that is.
    pub fn send(&self, keys: &MailboxKeys, name: &str) -> DispatchId {
        self.send_file(keys, name, name.as_bytes())
    }

    /// The same with this content.
    pub fn send_file(&self, keys: &MailboxKeys, name: &str, content: &[u8]) -> DispatchId {
        let before = self.ids(keys);
        let mut intake = self.begin(keys, new_form(), "");
        bring(&mut intake, name, content);
        assert_eq!(intake.finish().unwrap().outcome, Outcome::Sent);
        self.ids(keys).into_iter().find(|id| !before.contains(id)).unwrap()
    }

    fn ids(&self, keys: &MailboxKeys) -> Vec<DispatchId> {
        let all = self.dropbox.store().dispatches(keys.id).unwrap();
        all.into_iter().map(|dispatch| dispatch.id).collect()
    }

    /// An editor fetches it.
    pub fn fetch(&self, id: DispatchId, reader: &str) {
        let today = Day(self.day.get());
        self.dropbox.store().mark_fetched(vec![id], reader, today).unwrap();
    }

    /// An answer that was sealed to nobody: for its day alone.
    pub fn reply(&self, keys: &MailboxKeys) -> DispatchId {
        let store = self.dropbox.store();
        let mailbox = store.mailbox(keys.id).unwrap().unwrap();
        let mut upload = store.upload();
        let members = vec![upload.file().unwrap().finish().unwrap()];
        let id = DispatchId(random::bytes().unwrap());
        let (kind, team, day) = (DispatchKind::Reply, "team".to_owned(), Day(self.day.get()));
        let dispatch = Dispatch { id, kind, team, day, fetched: None, members };
        upload
            .publish(Publication { mailbox, dispatch, sealed_to: None, draft: None, sent_by: None })
            .unwrap();
        id
    }

    pub fn view(&self, keys: &MailboxKeys) -> Option<SourceView> {
        self.dropbox.source_view(keys).unwrap()
    }

    /// What a source sees, and until which day (from the first) it was told to be kept: drafts by their
    /// team, dispatches by their id.
    pub fn promises(&self, keys: &MailboxKeys) -> Vec<(String, i64)> {
        let Some(view) = self.view(keys) else { return Vec::new() };
        let drafts = view.drafts.iter().map(|draft| {
            (draft.team().to_owned(), self.dropbox.draft_expiry(draft.day()).0 - FIRST)
        });
        let sent = view.submissions.iter().map(|one| (one.id.to_string(), one.expires.0 - FIRST));
        let replies = view.replies.iter().map(|one| (one.id.to_string(), one.expires.0 - FIRST));
        drafts.chain(sent).chain(replies).collect()
    }
}
