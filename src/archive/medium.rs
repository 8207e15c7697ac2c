//! Whether the disk below an archive is encrypted, as far as Linux tells.

use std::fs;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, StatxAttributes, StatxFlags};

/// Devices below one another: partition, RAID, LVM, encryption.
const DEEPEST: u32 = 16;

/// What to say of the archive in `dir`, where whoever takes the disk can read it.
pub fn warning(dir: &Path) -> Option<String> {
    let is_plain = is_encrypted(dir) == Some(false);
    is_plain.then(|| {
        format!(
            "the disk of {} does not look encrypted: whoever takes it can read the archive; keep it on an encrypted \
             stick or disk",
            dir.display()
        )
    })
}

/// `None` where it cannot be told: a network, an image in a file, another system than Linux.
fn is_encrypted(dir: &Path) -> Option<bool> {
    // By the file system itself (fscrypt).
    let stat = rustix::fs::statx(CWD, dir, AtFlags::empty(), StatxFlags::empty());
    if stat.is_ok_and(|stat| stat.stx_attributes.contains(StatxAttributes::ENCRYPTED)) {
        return Some(true);
    }
    let mounts = fs::read_to_string("/proc/self/mountinfo").ok()?;
    on(&dir.canonicalize().ok()?, &mounts, Path::new("/sys"))
}

/// The same by a list of mounts (`proc_pid_mountinfo(5)`) and a tree of devices (sysfs(5)).
fn on(dir: &Path, mounts: &str, sys: &Path) -> Option<bool> {
    let mounts = mounts.lines().filter_map(Mount::parse);
    // Of two at one place, the later one is seen.
    let mount = mounts
        .filter(|mount| dir.starts_with(&mount.place))
        .max_by_key(|mount| mount.place.as_os_str().len())?;
    if matches!(mount.kind, "tmpfs" | "ramfs") {
        return Some(true);
    }
    if mount.device.starts_with("0:") {
        let source = Path::new(mount.source);
        let device = source.canonicalize().unwrap_or_else(|_| source.to_owned());
        let name = device.strip_prefix("/dev").ok()?.file_name()?;
        return device_is_encrypted(&sys.join("class/block").join(name), DEEPEST);
    }
    device_is_encrypted(&sys.join("dev/block").join(mount.device), DEEPEST)
}

/// A line of the list.
struct Mount<'a> {
    /// `254:0`; begins with `0:` where no device is below it, or several are.
    device: &'a str,
    place: PathBuf,
    kind: &'a str,
    source: &'a str,
}

impl<'a> Mount<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let (before, after) = line.split_once(" - ")?;
        let (mut before, mut after) = (before.split(' '), after.split(' '));
        let device = before.nth(2)?;
        let place = unescaped(before.nth(1)?).into();
        Some(Self { device, place, kind: after.next()?, source: after.next()? })
    }
}

/// `\040` is a space; so are tab, line end and backslash written.
fn unescaped(text: &str) -> String {
    let escapes = [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")];
    escapes.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

fn device_is_encrypted(device: &Path, left: u32) -> Option<bool> {
    let left = left.checked_sub(1)?;
    let device = device.canonicalize().ok()?;
    let name = device.file_name()?.to_str()?;
    // Memory.
    if name.starts_with("zram") || name.starts_with("ram") {
        return Some(true);
    }
    let mapped = fs::read_to_string(device.join("dm/uuid"));
    if let Ok(id) = &mapped {
        let checked = ["CRYPT-VERITY", "CRYPT-INTEGRITY"].iter().any(|kind| id.starts_with(kind));
        if id.starts_with("CRYPT-") && !checked {
            return Some(true);
        }
        let passes = ["LVM-", "mpath-", "part"].iter().any(|kind| id.starts_with(kind));
        if !checked && !passes {
            return None;
        }
    } else if ["loop", "nbd"].iter().any(|kind| name.starts_with(kind)) {
        // What is behind it is not here.
        return None;
    }
    let below = fs::read_dir(device.join("slaves")).into_iter().flatten().flatten();
    let below: Vec<_> = below.map(|entry| device_is_encrypted(&entry.path(), left)).collect();
    if !below.is_empty() {
        return all(&below);
    }
    if device.join("partition").exists() {
        return device_is_encrypted(device.parent()?, left);
    }
    Some(false)
}

/// A file lies on any of several devices.
fn all(below: &[Option<bool>]) -> Option<bool> {
    if below.contains(&Some(false)) {
        return Some(false);
    }
    below.iter().all(|one| *one == Some(true)).then_some(true)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// A tree of devices: name, number, what is below it, and the mapper's id.
    fn sys(devices: &[(&str, &str, &[&str], &str)]) -> tempfile::TempDir {
        let sys = tempfile::tempdir().unwrap();
        let at = |path: &str| sys.path().join(path);
        for dir in ["class/block", "dev/block", "devices"] {
            fs::create_dir_all(at(dir)).unwrap();
        }
        for (path, number, below, id) in devices {
            let device = at("devices").join(path);
            fs::create_dir_all(device.join("slaves")).unwrap();
            let name = Path::new(path).file_name().unwrap().to_str().unwrap();
            symlink(&device, at("class/block").join(name)).unwrap();
            symlink(&device, at("dev/block").join(number)).unwrap();
            if path.contains('/') {
                fs::write(device.join("partition"), "1\n").unwrap();
            }
            for other in *below {
                symlink(at("class/block").join(other), device.join("slaves").join(other)).unwrap();
            }
            if !id.is_empty() {
                fs::create_dir(device.join("dm")).unwrap();
                fs::write(device.join("dm/uuid"), format!("{id}\n")).unwrap();
            }
        }
        sys
    }

    #[test]
    fn what_stands_on_encryption_alone_is_encrypted() {
        let sys = sys(&[
            ("sda", "8:0", &[], ""),
            ("sda/sda1", "8:1", &[], ""),
            ("sdb", "8:16", &[], ""),
            ("dm-0", "253:0", &["sda1"], "CRYPT-LUKS2-00-luks"),
            ("dm-1", "253:1", &["dm-0"], "LVM-abc"),
            ("dm-2", "253:2", &["dm-0", "sdb"], "LVM-abd"),
            ("dm-3", "253:3", &["sda1"], "LVM-abe"),
            ("dm-4", "253:4", &["sda1"], "CRYPT-VERITY-00-v"),
            ("dm-5", "253:5", &["dm-0"], "CRYPT-INTEGRITY-i"),
            ("dm-6", "253:6", &["sda1"], ""),
            ("md0", "9:0", &["dm-0", "dm-1"], ""),
            ("md0/md0p1", "259:0", &[], ""),
            ("loop0", "7:0", &[], ""),
            ("zram0", "252:0", &[], ""),
        ]);
        fs::create_dir_all(sys.path().join("devices/dm-6/dm")).unwrap();
        fs::write(sys.path().join("devices/dm-6/dm/uuid"), "").unwrap();
        for (number, encrypted) in [
            ("8:1", Some(false)),
            ("8:16", Some(false)),
            ("253:0", Some(true)),
            ("253:1", Some(true)),
            ("253:2", Some(false)),
            ("253:3", Some(false)),
            ("253:4", Some(false)),
            ("253:5", Some(true)),
            ("253:6", None),
            ("9:0", Some(true)),
            ("259:0", Some(true)),
            ("7:0", None),
            ("252:0", Some(true)),
            ("8:99", None),
        ] {
            let mounts = format!("27 1 {number} / / rw,relatime - ext4 /dev/x rw\n");
            assert_eq!(on(Path::new("/home"), &mounts, sys.path()), encrypted, "{number}");
        }
    }

    #[test]
    fn the_innermost_mount_decides() {
        let sys = sys(&[
            ("sda", "8:0", &[], ""),
            ("sdb", "8:16", &[], ""),
            ("dm-0", "253:0", &["sda"], "CRYPT-LUKS2-00-luks"),
        ]);
        let mounts = "27 1 253:0 / / rw - ext4 /dev/mapper/root rw
28 27 0:30 / /tmp rw shared:5 - tmpfs tmpfs rw
29 27 8:16 / /media/my\\040stick rw - vfat /dev/sdb rw
30 27 0:31 / /srv rw - btrfs /dev/sdb rw
31 27 0:32 / /net rw - nfs4 server:/x rw
32 27 0:33 / /over rw - overlay overlay rw
33 27 0:34 / /media/my\\040stick/in rw - ext4 gone rw
34 33 253:0 / /media/my\\040stick/in rw - ext4 /dev/mapper/root rw
";
        for (dir, encrypted) in [
            ("/home/a", Some(true)),
            ("/tmpx", Some(true)),
            ("/tmp/a", Some(true)),
            ("/media/my stick/a", Some(false)),
            ("/media/my stick/in/a", Some(true)),
            ("/srv", Some(false)),
            ("/net/a", None),
            ("/over/a", None),
        ] {
            assert_eq!(on(Path::new(dir), mounts, sys.path()), encrypted, "{dir}");
        }
        assert_eq!(on(Path::new("/x"), "", sys.path()), None);
    }
}
