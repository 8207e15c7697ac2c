//! Writing bundles, in volumes that fit FAT32. A volume is complete by itself: a dispatch that spans
//! two has its manifest in both.

use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::is_standard;
use super::path::{Member, MemberPath};
use super::tar_format::{self, Volumes};
use super::unfinished::NewFile;
use crate::base::clock::Day;
use crate::base::kind::DispatchKind;
use crate::base::limits;

/// Why a bundle cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// There is one already.
    #[error("{0} exists already and is never overwritten; choose another name with -o")]
    Exists(PathBuf),
    /// The file system says no.
    #[error("{0} cannot be written: {1}")]
    Io(PathBuf, io::Error),
    /// What should go in could not be read or sealed.
    #[error(transparent)]
    Content(io::Error),
}

/// Writes one bundle, in as many volumes as it needs: `name.tar`, `name.2.tar` and on. Each is written
/// as `….part` and gets its name in [`finish`](Self::finish); one dropped before leaves nothing. At `-` it is one
/// volume, which standard output gets once it is whole.
pub struct BundleWriter {
    output: PathBuf,
    volumes: Volumes,
    volume: Option<Volume>,
    done: Vec<NewFile>,
    dispatch: Option<DispatchHead>,
}

struct Volume {
    tar: BufWriter<NewFile>,
    path: PathBuf,
}

struct DispatchHead {
    kind: DispatchKind,
    designation: String,
    dispatch: String,
    day: Day,
    manifest: Vec<u8>,
}

impl BundleWriter {
    /// A bundle at `output`. Nothing is written yet.
    pub fn new(output: &Path) -> Result<Self, WriteError> {
        // Standard output has no second volume.
        let limit = if is_standard(output) { u64::MAX } else { limits::VOLUME };
        Self::with_volumes(output, limit)
    }

    /// The same with another volume size, in bytes.
    pub fn with_volumes(output: &Path, volume_limit: u64) -> Result<Self, WriteError> {
        let new = Self {
            output: output.to_owned(),
            volumes: Volumes::new(volume_limit),
            volume: None,
            done: Vec::new(),
            dispatch: None,
        };
        if !is_standard(output) && new.volume_name(1).exists() {
            return Err(WriteError::Exists(output.to_owned()));
        }
        Ok(new)
    }

    /// Begins a dispatch with its sealed manifest.
    pub fn dispatch(
        &mut self,
        kind: DispatchKind,
        designation: &str,
        dispatch: &str,
        day: Day,
        manifest: Vec<u8>,
    ) -> Result<(), WriteError> {
        self.dispatch = Some(DispatchHead {
            kind,
            designation: designation.into(),
            dispatch: dispatch.into(),
            day,
            manifest,
        });
        let size = self.dispatch.as_ref().map_or(0, |d| d.manifest.len() as u64);
        if self.volumes.dispatch(size) {
            self.end_volume()?;
            self.next_volume()?;
        }
        self.repeat_manifest()
    }

    /// Adds file `number` of the current dispatch; `fill` writes its sealed bytes, about `size` of them.
    pub fn file(
        &mut self,
        number: u32,
        size: u64,
        fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), WriteError> {
        if self.volumes.file(size) {
            self.end_volume()?;
            self.next_volume()?;
            self.repeat_manifest()?;
        }
        let size = self.append(Member::File(number), fill)?;
        self.volumes.add(size);
        Ok(())
    }

    /// Writes everything to the disk (fsync) and gives the volumes their names, which it returns.
    pub fn finish(mut self) -> Result<Vec<PathBuf>, WriteError> {
        let mut names = Vec::new();
        if self.volume.is_none() {
            self.next_volume()?;
        }
        self.end_volume()?;
        if is_standard(&self.output) {
            return self.print();
        }
        for (number, mut volume) in (1..).zip(std::mem::take(&mut self.done)) {
            let name = self.volume_name(number);
            volume.name(&name).map_err(|e| match e.kind() {
                io::ErrorKind::AlreadyExists => WriteError::Exists(name.clone()),
                _ => WriteError::Io(name.clone(), e),
            })?;
            names.push(name);
        }
        // The names are durable too before anybody notes that this was fetched.
        let parent = self.output.parent().filter(|parent| !parent.as_os_str().is_empty());
        let parent = parent.unwrap_or(Path::new("."));
        File::open(parent)
            .and_then(|dir| dir.sync_all())
            .map_err(|e| WriteError::Io(parent.to_owned(), e))?;
        Ok(names)
    }

    /// Standard output gets the volume.
    fn print(&mut self) -> Result<Vec<PathBuf>, WriteError> {
        let broken = |e| WriteError::Io("standard output".into(), e);
        let mut output = io::stdout().lock();
        for mut volume in self.done.drain(..) {
            volume.rewind().map_err(broken)?;
            io::copy(&mut volume, &mut output).map_err(broken)?;
        }
        output.flush().map_err(broken)?;
        Ok(vec![self.output.clone()])
    }

    fn volume_name(&self, number: usize) -> PathBuf {
        if number <= 1 {
            self.output.clone()
        } else {
            self.output.with_extension(format!("{number}.tar"))
        }
    }

    fn next_volume(&mut self) -> Result<(), WriteError> {
        let number = self.done.len() + 1;
        let name = self.volume_name(number);
        let file = if is_standard(&name) {
            NewFile::temporary()
        } else if name.exists() {
            return Err(WriteError::Exists(name));
        } else {
            NewFile::beside(&name)
        };
        let file = file.map_err(|e| WriteError::Io(name, e))?;
        let path = file.path().to_owned();
        self.volume = Some(Volume { tar: BufWriter::with_capacity(1 << 20, file), path });
        let day = self.dispatch.as_ref().map_or(Day(0), |d| d.day);
        let readme = tar_format::README.as_bytes();
        self.entry(tar_format::README_NAME, day, |out| out.write_all(readme)).map(|_| ())
    }

    fn end_volume(&mut self) -> Result<(), WriteError> {
        let Some(volume) = self.volume.take() else { return Ok(()) };
        let Volume { mut tar, path } = volume;
        let broken = |e| WriteError::Io(path, e);
        let ended = tar.write_all(&tar_format::END);
        let ended = ended.and_then(|()| tar.into_inner().map_err(io::Error::from));
        let file = ended.and_then(|file| file.sync().map(|()| file)).map_err(broken)?;
        self.done.push(file);
        Ok(())
    }

    fn repeat_manifest(&mut self) -> Result<(), WriteError> {
        let Some(head) = &self.dispatch else { return Ok(()) };
        let (member, manifest) = (Member::manifest_of(head.kind), head.manifest.clone());
        self.append(member, |out| out.write_all(&manifest)).map(|_| ())
    }

    fn append(
        &mut self,
        member: Member,
        fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<u64, WriteError> {
        let Some(head) = &self.dispatch else { return Ok(0) };
        let path = MemberPath {
            designation: head.designation.clone(),
            dispatch: head.dispatch.clone(),
            member,
        };
        let day = head.day;
        self.entry(&path.to_string(), day, fill)
    }

    /// Writes one member, and its header once its size is known, which it says.
    fn entry(
        &mut self,
        path: &str,
        day: Day,
        fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<u64, WriteError> {
        let Some(volume) = &mut self.volume else { return Ok(0) };
        let tar = &mut volume.tar;
        let broken = |e| WriteError::Io(volume.path.clone(), e);
        let at = tar.stream_position().map_err(broken)?;
        tar.write_all(&tar_format::ZEROS).map_err(broken)?;
        fill(tar).map_err(|e| match e.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::FileTooLarge => broken(e),
            _ => WriteError::Content(e),
        })?;
        let size = tar.stream_position().map_err(broken)? - at - tar_format::BLOCK;
        end_entry(tar, at, size, path, day).map_err(broken)?;
        Ok(size)
    }
}

fn end_entry(
    tar: &mut BufWriter<NewFile>,
    at: u64,
    size: u64,
    path: &str,
    day: Day,
) -> io::Result<()> {
    let padding = usize::try_from(tar_format::padding(size)).unwrap_or_default();
    tar.write_all(tar_format::ZEROS.get(..padding).unwrap_or_default())?;
    tar.seek(SeekFrom::Start(at))?;
    tar.write_all(&tar_format::header(path, size, day)?)?;
    tar.seek(SeekFrom::End(0)).map(|_| ())
}
