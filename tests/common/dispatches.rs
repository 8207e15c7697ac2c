//! Bundles that somebody made by hand, and an editor who opens them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::Editor;
use sourdine::base::clock::Day;
use sourdine::base::kind::DispatchKind;
use sourdine::bundle::manifest::{FileEntry, Manifest};
use sourdine::bundle::write::BundleWriter;
use sourdine::crypto::seal::Recipients;

/// An editor's key; which one does not matter.
pub const TEAM: &str = "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa";

/// A dispatch that somebody made by hand.
pub struct Dispatch {
    pub manifest: Manifest,
    pub files: Vec<Vec<u8>>,
}

impl Dispatch {
    pub fn new(mailbox: &str, message: &str) -> Self {
        let manifest = Manifest {
            version: 1,
            kind: DispatchKind::Submission,
            dispatch: "00112233445566778899aabbccddeeff".into(),
            mailbox: mailbox.into(),
            source_recipients: vec![age::x25519::Identity::generate().to_public().to_string()],
            team: "team".into(),
            recipients: vec![TEAM.into()],
            day: "2026-11-21".into(),
            author: String::new(),
            message: message.into(),
            answers: Vec::new(),
            files: Vec::new(),
            resealed: None,
        };
        Self { manifest, files: Vec::new() }
    }

    pub fn with(mut self, name: &str, content: &[u8]) -> Self {
        let mut hash =
            FileEntry::new(self.files.len(), name.into(), content.len() as u64, String::new());
        hash.sha256 = hex_sha256(content);
        self.manifest.files.push(hash);
        self.files.push(content.to_vec());
        self
    }

    /// A file of the manifest that claims another size.
    pub fn claims(mut self, size: u64) -> Self {
        self.manifest.files.last_mut().unwrap().size = size;
        self
    }

    pub fn place(&self) -> String {
        format!("{}/{}", self.manifest.mailbox, self.manifest.dispatch)
    }
}

pub fn hex_sha256(content: &[u8]) -> String {
    use sha2::Digest;
    sourdine::base::ids::hex(&sha2::Sha256::digest(content))
}

pub fn bundle(path: &Path, editor: &Editor, dispatches: &[Dispatch]) {
    let recipients = Recipients::proven(vec![editor.recipient.parse().unwrap()]).unwrap();
    let mut writer = BundleWriter::new(path).unwrap();
    for Dispatch { manifest, files } in dispatches {
        let sealed = recipients.seal_manifest(&manifest.to_json().unwrap(), Vec::new()).unwrap();
        writer
            .dispatch(manifest.kind, &manifest.mailbox, &manifest.dispatch, Day(20_778), sealed)
            .unwrap();
        for (number, content) in (1..).zip(files) {
            let mut sealed = recipients.seal_file(Vec::new()).unwrap();
            sealed.write(content).unwrap();
            let (sealed, _) = sealed.finish().unwrap();
            writer.file(number, sealed.len() as u64, |out| out.write_all(&sealed)).unwrap();
        }
    }
    writer.finish().unwrap();
}

/// An editor, and bundles for them.
pub struct Desk {
    pub dir: tempfile::TempDir,
    pub editor: Editor,
}

impl Desk {
    pub fn new() -> Self {
        Self::new_in(&std::env::temp_dir())
    }

    /// The same below another directory than the system's temporary one.
    pub fn new_in(parent: &Path) -> Self {
        let dir = tempfile::tempdir_in(parent).unwrap();
        let editor = Editor::new(dir.path(), "key");
        Self { dir, editor }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn command(&self, dispatches: &[Dispatch], to: &str) -> Command {
        let path = self.path(&format!("{to}.tar"));
        bundle(&path, &self.editor, dispatches);
        self.editor.open([path], &self.path(to))
    }

    pub fn open(&self, dispatches: &[Dispatch], to: &str) -> Output {
        self.command(dispatches, to).output().unwrap()
    }

    pub fn files(&self, to: &str, dispatch: &Dispatch) -> Vec<(String, Vec<u8>)> {
        let dir = self.path(to).join(dispatch.place()).join("files");
        let mut files: Vec<_> = fs::read_dir(dir)
            .unwrap()
            .map(|entry| entry.unwrap())
            .map(|e| (e.file_name().into_string().unwrap(), fs::read(e.path()).unwrap()))
            .collect();
        files.sort();
        files
    }

    pub fn summary(&self, to: &str) -> String {
        fs::read_to_string(self.path(to).join("SUMMARY.txt")).unwrap()
    }
}
