//! A bundle that is never written anywhere: where each of its bytes would stand, from the sizes of its
//! members alone. Byte for byte what [`super::write`] writes.

use std::ops::Range;

use super::path::{Member, MemberPath};
use super::tar_format::{self, Volumes};
use crate::base::clock::Day;
use crate::base::ids::DispatchId;
use crate::base::kind::DispatchKind;
use crate::base::limits;

/// A dispatch of such a bundle.
#[derive(Clone, Debug)]
pub struct Item {
    /// What it is.
    pub kind: DispatchKind,
    /// Its mailbox's.
    pub designation: Box<str>,
    /// Its id.
    pub dispatch: DispatchId,
    /// When it was sent.
    pub day: Day,
    /// Sealed bytes of each member, the manifest's first.
    pub sizes: Box<[u64]>,
}

/// Where everything stands. Headers are made when they are asked for: it takes some hundred bytes a dispatch.
#[derive(Debug)]
pub struct Layout {
    items: Vec<Item>,
    volumes: Vec<Volume>,
}

#[derive(Debug)]
struct Volume {
    /// Of its README.
    day: Day,
    runs: Vec<Run>,
    length: u64,
}

/// What a volume holds of one dispatch: the manifest, and files that follow each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Position of the dispatch in the list.
    pub item: usize,
    /// Files of the dispatch, by their number (from 1).
    pub files: Range<usize>,
    /// Its bytes in the volume, without the padding behind its last member.
    pub bytes: Range<u64>,
}

/// A piece of a volume.
#[derive(Debug, PartialEq, Eq)]
pub enum Segment {
    /// Bytes made here: headers, the README, padding, the end.
    Made(Vec<u8>),
    /// Bytes of a member.
    Stored {
        /// Position of the dispatch in the list.
        item: usize,
        /// 0: the manifest.
        member: usize,
        /// Bytes of the sealed member.
        bytes: Range<u64>,
    },
}

impl Layout {
    /// The bundle of these dispatches. One without a manifest gets an empty one, as the writer has it.
    pub fn new(items: Vec<Item>) -> Self {
        Self::with_volumes(items, limits::VOLUME)
    }

    /// The same with another volume size, in bytes.
    pub fn with_volumes(items: Vec<Item>, limit: u64) -> Self {
        let mut plan = Volumes::new(limit);
        let mut volumes = Vec::new();
        for (at, item) in items.iter().enumerate() {
            if plan.dispatch(item.size(0)) {
                volumes.push(Volume::new(item.day));
            }
            begin(&mut volumes, at, item, 1);
            for file in 1..item.sizes.len() {
                if plan.file(item.size(file)) {
                    volumes.push(Volume::new(item.day));
                    begin(&mut volumes, at, item, file);
                }
                plan.add(item.size(file));
                if let Some(volume) = volumes.last_mut() {
                    volume.file(item.size(file));
                }
            }
        }
        if volumes.is_empty() {
            volumes.push(Volume::new(Day(0)));
        }
        for volume in &mut volumes {
            volume.length += tar_format::END.len() as u64;
        }
        Self { items, volumes }
    }

    /// How many volumes there are: at least one.
    pub fn volumes(&self) -> usize {
        self.volumes.len()
    }

    /// Bytes of a volume (from 0).
    pub fn length(&self, volume: usize) -> Option<u64> {
        self.volumes.get(volume).map(|volume| volume.length)
    }

    /// The dispatches of the list.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// What a volume holds, in its order.
    pub fn runs(&self, volume: usize) -> &[Run] {
        self.volumes.get(volume).map(|volume| volume.runs.as_slice()).unwrap_or_default()
    }

    /// The piece of a volume that begins at `offset`, to its end; `None` at the volume's end.
    pub fn segment(&self, volume: usize, offset: u64) -> Option<Segment> {
        let volume = self.volumes.get(volume)?;
        if offset >= volume.length {
            return None;
        }
        // The run before the first that begins behind the offset.
        let behind = volume.runs.partition_point(|run| run.bytes.start <= offset);
        let end = || Some(Segment::Made(vec![0; usize::try_from(volume.length - offset).ok()?]));
        let readme = tar_format::README.as_bytes();
        if offset < tar_format::entry(readme.len() as u64) {
            return made(
                offset,
                0,
                tar_format::README_NAME,
                readme.len() as u64,
                volume.day,
                readme,
            );
        }
        let Some(run) = behind.checked_sub(1).and_then(|at| volume.runs.get(at)) else {
            return end();
        };
        let item = self.items.get(run.item)?;
        let mut at = run.bytes.start;
        for member in std::iter::once(0).chain(run.files.clone()) {
            let size = item.size(member);
            let next = at + tar_format::entry(size);
            if offset < next {
                let content = at + tar_format::BLOCK..at + tar_format::BLOCK + size;
                if content.contains(&offset) {
                    let bytes = offset - content.start..size;
                    return Some(Segment::Stored { item: run.item, member, bytes });
                }
                return made(offset, at, &item.path(member), size, item.day, &[]);
            }
            at = next;
        }
        end()
    }

    /// The pieces of a range of a volume, in order; cut where the volume ends.
    pub fn segments(&self, volume: usize, range: Range<u64>) -> impl Iterator<Item = Segment> {
        let mut at = range.start;
        std::iter::from_fn(move || {
            let left = range.end.checked_sub(at).filter(|left| *left > 0)?;
            let segment = self.segment(volume, at)?.cut(left);
            at += segment.length();
            Some(segment)
        })
    }
}

/// What is left, from `offset` on, of a header at `at`, or of the bytes after it that are made here.
fn made(offset: u64, at: u64, path: &str, size: u64, day: Day, content: &[u8]) -> Option<Segment> {
    let header = tar_format::header(path, size, day).ok()?;
    let mut bytes = Vec::new();
    let past = offset - at;
    if past < tar_format::BLOCK {
        bytes.extend_from_slice(header.get(usize::try_from(past).ok()?..)?);
    }
    let past = past.saturating_sub(tar_format::BLOCK);
    // Content that is stored elsewhere comes between header and padding.
    if content.is_empty() && size > 0 && !bytes.is_empty() {
        return Some(Segment::Made(bytes));
    }
    bytes.extend_from_slice(content.get(usize::try_from(past).ok()?..).unwrap_or_default());
    let padding = tar_format::padding(size) - past.saturating_sub(size);
    bytes.resize(bytes.len() + usize::try_from(padding).ok()?, 0);
    Some(Segment::Made(bytes))
}

fn begin(volumes: &mut [Volume], at: usize, item: &Item, file: usize) {
    if let Some(volume) = volumes.last_mut() {
        let start = volume.length;
        let end = start + tar_format::BLOCK + item.size(0);
        volume.runs.push(Run { item: at, files: file..file, bytes: start..end });
        volume.length += tar_format::entry(item.size(0));
    }
}

impl Volume {
    fn new(day: Day) -> Self {
        Self { day, runs: Vec::new(), length: tar_format::entry(tar_format::README.len() as u64) }
    }

    fn file(&mut self, size: u64) {
        if let Some(run) = self.runs.last_mut() {
            run.files.end += 1;
            run.bytes.end = self.length + tar_format::BLOCK + size;
        }
        self.length += tar_format::entry(size);
    }
}

impl Item {
    fn size(&self, member: usize) -> u64 {
        self.sizes.get(member).copied().unwrap_or_default()
    }

    fn path(&self, member: usize) -> String {
        let number = u32::try_from(member).unwrap_or(u32::MAX);
        MemberPath {
            designation: self.designation.to_string(),
            dispatch: self.dispatch.to_string(),
            member: match number {
                0 => Member::manifest_of(self.kind),
                number => Member::File(number),
            },
        }
        .to_string()
    }
}

impl Segment {
    /// Bytes of it.
    pub fn length(&self) -> u64 {
        match self {
            Self::Made(bytes) => bytes.len() as u64,
            Self::Stored { bytes, .. } => bytes.end - bytes.start,
        }
    }

    /// At most so many bytes of it.
    #[must_use]
    pub fn cut(self, most: u64) -> Self {
        match self {
            Self::Made(mut bytes) => {
                bytes.truncate(usize::try_from(most).unwrap_or(usize::MAX));
                Self::Made(bytes)
            }
            Self::Stored { item, member, bytes } => {
                let end = bytes.end.min(bytes.start.saturating_add(most));
                Self::Stored { item, member, bytes: bytes.start..end }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::write::BundleWriter;
    use super::*;

    fn content(item: usize, member: usize, size: u64) -> Vec<u8> {
        let seed = (31 * item + 7 * member) as u64;
        (0..size).map(|at| u8::try_from((at * 13 + seed) % 251).unwrap()).collect()
    }

    fn items(sizes: &[Vec<u64>]) -> Vec<Item> {
        let item = |(at, sizes): (usize, &Vec<u64>)| Item {
            kind: [DispatchKind::Submission, DispatchKind::Note][at / 2 % 2],
            // Long enough, now and then, for a header's second field of names.
            designation: ["brave-heron", &"abcdefgh-".repeat(7)[..62]][at % 2].into(),
            dispatch: DispatchId([u8::try_from(at).unwrap(); 16]),
            day: Day(20_000 + i64::try_from(at).unwrap()),
            sizes: sizes.as_slice().into(),
        };
        sizes.iter().enumerate().map(item).collect()
    }

    /// The same bundle as files.
    fn written(items: &[Item], limit: u64) -> Vec<Vec<u8>> {
        let dir = tempfile::tempdir().unwrap();
        let mut bundle = BundleWriter::with_volumes(&dir.path().join("bundle.tar"), limit).unwrap();
        for (at, item) in items.iter().enumerate() {
            let manifest = content(at, 0, item.size(0));
            let id = item.dispatch.to_string();
            bundle.dispatch(item.kind, &item.designation, &id, item.day, manifest).unwrap();
            for (number, size) in (1_u32..).zip(item.sizes.iter().skip(1)) {
                let bytes = content(at, number as usize, *size);
                bundle.file(number, *size, |out| out.write_all(&bytes)).unwrap();
            }
        }
        bundle.finish().unwrap().iter().map(|path| std::fs::read(path).unwrap()).collect()
    }

    fn read(layout: &Layout, volume: usize, range: Range<u64>) -> Vec<u8> {
        let bytes = |segment| match segment {
            Segment::Made(bytes) => bytes,
            Segment::Stored { item, member, bytes } => {
                let whole = content(item, member, layout.items()[item].size(member));
                let [from, to] = [bytes.start, bytes.end].map(|at| usize::try_from(at).unwrap());
                whole[from..to].to_vec()
            }
        };
        layout.segments(volume, range).flat_map(bytes).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn what_is_laid_out_is_what_is_written(
            sizes in prop::collection::vec(
                prop::collection::vec(prop_oneof![0..3_u64, 500..530_u64, 0..9_000_u64], 1..6), 0..7),
            limit in prop_oneof![1..40_000_u64, Just(u64::MAX)],
            cuts in prop::collection::vec(any::<(prop::sample::Index, prop::sample::Index)>(), 8),
        ) {
            let items = items(&sizes);
            let files = written(&items, limit);
            let layout = Layout::with_volumes(items, limit);
            prop_assert_eq!(layout.volumes(), files.len());
            for (volume, file) in files.iter().enumerate() {
                let length = layout.length(volume).unwrap();
                prop_assert_eq!(length, file.len() as u64);
                prop_assert!(read(&layout, volume, 0..u64::MAX) == *file);
                for (from, to) in &cuts {
                    let (from, to) = (from.index(file.len()), to.index(file.len() + 1));
                    let wanted = file.get(from..to).unwrap_or_default();
                    prop_assert!(read(&layout, volume, from as u64..to as u64) == wanted);
                }
                prop_assert_eq!(layout.segment(volume, length), None);
                for run in layout.runs(volume) {
                    let end = usize::try_from(run.bytes.end).unwrap();
                    prop_assert!(file.len() >= end + 1024);
                }
            }
            prop_assert_eq!(layout.length(files.len()), None);
        }
    }

    #[test]
    fn no_volume_is_larger_than_it_may_be_unless_a_member_is() {
        let layout =
            Layout::with_volumes(items(&vec![vec![2_000, 3_000, 3_000, 9_000]; 40]), 16_384);
        for volume in 0..layout.volumes() {
            let large = layout.runs(volume).iter().any(|run| run.files.contains(&3));
            assert!(layout.length(volume).unwrap() <= if large { 24_576 } else { 16_384 });
        }
    }

    #[test]
    fn ten_thousand_dispatches_of_gigabytes_are_laid_out_at_once() {
        let items = items(&[vec![16_600, 3 << 30, 9 << 30]]);
        let layout = Layout::new(vec![items[0].clone(); 10_000]);
        assert_eq!(layout.volumes(), 20_000);
        let last = layout.volumes() - 1;
        let at = layout.length(last).unwrap() - 2_000;
        assert!(matches!(
            layout.segment(last, at),
            Some(Segment::Stored { item: 9_999, member: 2, .. })
        ));
    }
}
