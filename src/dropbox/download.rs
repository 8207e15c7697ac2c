//! A frozen list of dispatches as a download: a bundle that is made while it is read, from any place on, so that
//! a broken download goes on where it broke.

use std::io::{self, Read, Seek, SeekFrom, Take};
use std::ops::Range;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::Dropbox;
use crate::base::ids::{FileId, hex};
use crate::base::kind::DispatchKind;
use crate::bundle::layout::{Item, Layout, Segment};
use crate::bundle::path::is_designation;
use crate::store::{Dispatch, FileReader, Mailbox, Store, StoredFile};

/// Changes when the same list makes other bytes than before.
const VERSION: &[u8] = b"sourdine/v1/handout";

/// A frozen list as a bundle. Cheap to clone. Volumes count from 1, as in their names.
#[derive(Clone)]
pub struct Download(Arc<Inner>);

struct Inner {
    store: Store,
    layout: Layout,
    /// Of each dispatch, in the layout's order.
    files: Vec<Box<[FileId]>>,
    name: String,
    manifests_only: bool,
    hash: [u8; 32],
}

impl Dropbox {
    /// The bundle `name` of a list: all of it, or README and manifests alone. Left out is what no bundle can name:
    /// whoever took the server over may have written anything into the index.
    pub fn download(
        &self,
        frozen: Vec<(Mailbox, Dispatch)>,
        manifests_only: bool,
        name: &str,
    ) -> Download {
        Download::with_volumes(self.store(), frozen, manifests_only, name, None)
    }

    /// The same with another volume size, in bytes.
    pub fn download_in_volumes(
        &self,
        frozen: Vec<(Mailbox, Dispatch)>,
        manifests_only: bool,
        name: &str,
        limit: u64,
    ) -> Download {
        Download::with_volumes(self.store(), frozen, manifests_only, name, Some(limit))
    }
}

impl Download {
    fn with_volumes(
        store: &Store,
        frozen: Vec<(Mailbox, Dispatch)>,
        manifests_only: bool,
        name: &str,
        limit: Option<u64>,
    ) -> Self {
        let (mut items, mut files) = (Vec::new(), Vec::new());
        let mut hash = Sha256::new_with_prefix(VERSION);
        for (mailbox, dispatch) in frozen {
            let members = match dispatch.members.as_slice() {
                [manifest, ..] if manifests_only => std::slice::from_ref(manifest),
                all => all,
            };
            if members.is_empty() || !is_designation(&mailbox.designation) {
                continue;
            }
            hash.update((mailbox.designation.len() as u64).to_be_bytes());
            hash.update(&mailbox.designation);
            hash.update(dispatch.id.0);
            hash.update([u8::from(dispatch.kind == DispatchKind::Note)]);
            hash.update(dispatch.day.0.to_be_bytes());
            hash.update((members.len() as u64).to_be_bytes());
            for member in members {
                // A file's id stands for its bytes: they are written once.
                hash.update(member.id.0);
                hash.update(member.size.to_be_bytes());
            }
            items.push(Item {
                kind: dispatch.kind,
                designation: mailbox.designation.into(),
                dispatch: dispatch.id,
                day: dispatch.day,
                sizes: members.iter().map(|member| member.size).collect(),
            });
            files.push(members.iter().map(|member| member.id).collect());
        }
        let layout = match limit {
            None => Layout::new(items),
            Some(limit) => Layout::with_volumes(items, limit),
        };
        // Whatever else decides the bytes stands in what is made: the README first of all.
        for volume in 0..layout.volumes() {
            hash.update(layout.length(volume).unwrap_or_default().to_be_bytes());
            if let Some(Segment::Made(readme)) = layout.segment(volume, 0) {
                hash.update(readme);
            }
        }
        let hash = hash.finalize().into();
        let (store, name) = (store.clone(), name.to_owned());
        Self(Arc::new(Inner { store, layout, files, name, manifests_only, hash }))
    }

    /// Dispatches in it.
    pub fn dispatches(&self) -> usize {
        self.0.layout.items().len()
    }

    /// Volumes: at least one.
    pub fn volumes(&self) -> usize {
        self.0.layout.volumes()
    }

    /// Exact bytes of a volume; `None` where there is no such volume.
    pub fn len(&self, volume: usize) -> Option<u64> {
        self.0.layout.length(volume.checked_sub(1)?)
    }

    /// A strong entity tag (RFC 9110, section 8.8.3), with its quotes: SHA-256 over everything that decides
    /// the bytes of this volume, its first half.
    pub fn etag(&self, volume: usize) -> String {
        let hash = Sha256::new_with_prefix(self.0.hash).chain_update(volume.to_be_bytes());
        format!("\"{}\"", hex(hash.finalize().get(..16).unwrap_or_default()))
    }

    /// A file name: `NAME.tar`, `NAME.2.tar`.
    pub fn name(&self, volume: usize) -> String {
        let (name, part) = (&self.0.name, if self.0.manifests_only { "-manifests" } else { "" });
        match volume {
            0 | 1 => format!("{name}{part}.tar"),
            _ => format!("{name}{part}.{volume}.tar"),
        }
    }

    /// The mailboxes in it, each once, in their order.
    pub fn mailboxes(&self) -> Vec<&str> {
        let mut all: Vec<_> = self.0.layout.items().iter().map(|item| &*item.designation).collect();
        all.dedup();
        all
    }

    /// The bytes of a range of a volume, cut at its end. A member that is gone or damaged is an error where
    /// it would stand.
    pub fn reader(&self, volume: usize, range: Range<u64>) -> DownloadReader {
        let end = range.end.min(self.len(volume).unwrap_or_default());
        let bytes = range.start.min(end)..end;
        DownloadReader { bundle: self.clone(), volume, bytes, current: None }
    }

    pub(super) fn layout(&self) -> &Layout {
        &self.0.layout
    }

    pub(super) fn is_manifests_only(&self) -> bool {
        self.0.manifests_only
    }

    pub(super) fn hash(&self) -> [u8; 32] {
        self.0.hash
    }

    fn stored(&self, item: usize, member: usize) -> Option<StoredFile> {
        let id = *self.0.files.get(item)?.get(member)?;
        let size = *self.0.layout.items().get(item)?.sizes.get(member)?;
        Some(StoredFile { id, size })
    }
}

/// Reads a range of a volume; holds one chunk of one member at most.
pub struct DownloadReader {
    bundle: Download,
    volume: usize,
    /// Not yet given.
    bytes: Range<u64>,
    current: Option<Piece>,
}

enum Piece {
    Made(io::Cursor<Vec<u8>>),
    Stored(Take<FileReader>),
}

impl DownloadReader {
    fn next_piece(&self) -> io::Result<Piece> {
        let number = self.volume.saturating_sub(1);
        let segment = self.bundle.layout().segment(number, self.bytes.start);
        match segment.ok_or(io::ErrorKind::UnexpectedEof)? {
            Segment::Made(bytes) => Ok(Piece::Made(io::Cursor::new(bytes))),
            Segment::Stored { item, member, bytes } => {
                let file = self.bundle.stored(item, member).ok_or(io::ErrorKind::NotFound)?;
                let mut reader = self.bundle.0.store.read(file);
                reader.seek(SeekFrom::Start(bytes.start))?;
                Ok(Piece::Stored(reader.take(bytes.end - bytes.start)))
            }
        }
    }
}

impl Read for DownloadReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let left = self.bytes.end - self.bytes.start;
            let most = usize::try_from(left).map_or(buffer.len(), |left| left.min(buffer.len()));
            if most == 0 {
                return Ok(0);
            }
            let mut piece = match self.current.take() {
                Some(piece) => piece,
                None => self.next_piece()?,
            };
            let buffer = buffer.get_mut(..most).unwrap_or_default();
            let n = match &mut piece {
                Piece::Made(bytes) => bytes.read(buffer)?,
                Piece::Stored(file) => file.read(buffer)?,
            };
            if n > 0 {
                self.bytes.start += n as u64;
                self.current = Some(piece);
                return Ok(n);
            }
        }
    }
}
