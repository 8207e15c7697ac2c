//! Archives on the file systems that sticks have: exFAT, and FAT32 where this system mounts it (`tests/run` leaves that
//! one out elsewhere, and counts it as skipped).

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::dispatches::*;
use crate::common::room::Reading;
use crate::common::*;

/// Where the half of a test in a namespace of its own finds its stick.
const STICK: &str = "SOURDINE_TEST_STICK";

const MIB: usize = 1 << 20;

/// Names that FAT forbids, or takes for one another.
const NAMES: [&str; 18] = [
    "a:b?\"<>|*.txt",
    "con.txt",
    "COM¹.txt",
    "ΟΔΟΣ.txt",
    "οδος.txt",
    "οδοσ.txt",
    "Leak.pdf",
    "leak.PDF",
    "leak.pdf",
    "STRASSE.txt",
    "straße.txt",
    "délibération.txt",
    "de\u{301}libe\u{301}ration.txt",
    "ends with dots...",
    "ends with dots",
    "وثيقة.pdf",
    "😀.txt",
    "\u{1b}[2J.txt",
];

#[test]
fn an_archive_on_exfat_is_written_and_read() {
    let make = "mkfs.exfat \"$1\" >/dev/null";
    let mount = "mount -t exfat -o \"$3,loop\" \"$1\" \"$2\" 2>/dev/null || mount -t exfat-fuse -o \"$3,loop\" \"$1\" \"$2\"";
    on_a_stick("sticks::an_archive_on_exfat_is_written_and_read", make, mount, |_| ());
}

#[test]
fn an_archive_on_fat32_is_written_and_read() {
    let make = "mkfs.vfat -F 32 -s 1 \"$1\" >/dev/null";
    let mount = "mount -t vfat -o \"$3,loop,utf8\" \"$1\" \"$2\"";
    let name = "sticks::an_archive_on_fat32_is_written_and_read";
    on_a_stick(name, make, mount, |disk| {
        // Said before four gigabytes were written, or found missing.
        let desk = Desk::new();
        let large = Dispatch::new("brave-heron", "large").with("large.iso", b"x").claims(4 << 30);
        bundle(&desk.path("large.tar"), &desk.editor, &[large]);
        let said = fails(&mut desk.editor.open([desk.path("large.tar")], &disk.join("large")));
        assert!(said.contains("too large for this file system"), "{said}");
    });
}

/// Runs the scenario on a stick of its own, in a mount namespace of its own. `make` gets the image, `mount` the image, a
/// place and `rw` or `ro`.
fn on_a_stick(name: &str, make: &str, mount: &str, further: impl FnOnce(&Path)) {
    if let Some(place) = std::env::var_os(STICK) {
        return scenario(&PathBuf::from(place), mount, further);
    }
    let place = tempfile::tempdir().unwrap();
    fs::create_dir(place.path().join("stick")).unwrap();
    let image = place.path().join("image");
    fs::File::create(&image).unwrap().set_len(40 * MIB as u64).unwrap();
    let made = Command::new("sh").args(["-c", make, "sh"]).arg(&image).output().unwrap();
    assert!(made.status.success(), "exfatprogs, dosfstools: {made:?}");
    let mut command = Command::new("unshare");
    command.arg("--mount").arg(std::env::current_exe().unwrap());
    command.args(["--exact", name, "--nocapture"]).env(STICK, place.path());
    let output = command.output().expect("unshare (util-linux)");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

fn scenario(place: &Path, mount: &str, further: impl FnOnce(&Path)) {
    let (image, disk) = (place.join("image"), place.join("stick"));
    let mounted = |how: &str| {
        let mut command = Command::new("sh");
        let output =
            command.args(["-c", mount, "sh"]).args([&image, &disk]).arg(how).output().unwrap();
        assert!(output.status.success(), "it cannot be mounted; this needs root: {output:?}");
    };
    mounted("rw");
    let (desk, archive) = (Desk::new(), disk.join("archive"));
    let mut sent = Dispatch::new("brave-heron", "Une délibération");
    for (number, name) in NAMES.iter().enumerate() {
        sent = sent.with(name, format!("file {number}").as_bytes());
    }
    bundle(&desk.path("names.tar"), &desk.editor, std::slice::from_ref(&sent));
    let open = |name: &str| desk.editor.open([desk.path(name)], &archive);
    ok(&mut open("names.tar"));
    // Each is there, under a name of its own.
    let files = files_below(&archive.join(sent.place()).join("files"));
    let found: BTreeSet<_> = files.iter().map(|file| fs::read(file).unwrap()).collect();
    assert_eq!((files.len(), found), (NAMES.len(), sent.files.iter().cloned().collect()));
    assert!(
        String::from_utf8_lossy(&ok(&mut open("names.tar")).stdout)
            .contains("1 dispatch(es) were already here")
    );

    // Read from it, and written to it.
    let reading = Reading::begin(&archive, &desk.editor);
    let page = reading.ask("mailbox/brave-heron?lang=en", &[]);
    page.must_say("Une délibération");
    for (number, content) in (1..).zip(&sent.files) {
        assert_eq!(reading.ask(&format!("file/{}/{number}/0", sent.place()), &[]).bytes, *content);
    }
    let notes = |text: &str| {
        reading.ask("mailbox/brave-heron/notes?lang=en", &["-d", &format!("notes={text}")])
    };
    notes("kept").must_say(msg("room-notes-saved"));
    notes("kept too").must_say(msg("room-notes-saved"));
    let attach = format!("files=@{}", desk.path("names.tar").display());
    let sealed =
        reading.ask("mailbox/brave-heron/reply?lang=en", &["-F", "message=x", "-F", &attach]);
    sealed.must_say(msg("room-sealed-title"));
    assert_eq!(files_below(&archive.join("outbox")).len(), 1);
    let mut other = Dispatch::new("calm-fox", "to be deleted").with("a.bin", &vec![1; MIB]);
    other.manifest.dispatch = "f".repeat(32);
    bundle(&desk.path("other.tar"), &desk.editor, &[other]);
    let choose = |name: &str| {
        let bundle = format!("bundles=@{}", desk.path(name).display());
        reading.ask("open?lang=en", &["-F", &bundle])
    };
    choose("other.tar").must_say(&filled("room-opened-added[one]", &["1"]));
    let gone = reading.ask("mailbox/calm-fox/delete?lang=en", &["-d", "dispatch=&sure=yes"]);
    gone.must_say(msg("room-deleted"));
    assert!(!archive.join("calm-fox").exists());

    // It runs full: what does not fit is not shown, and comes when there is room.
    let ballast = disk.join("ballast");
    let free = rustix::fs::statvfs(&disk).map(|stat| stat.f_bavail * stat.f_frsize).unwrap();
    fs::write(&ballast, vec![0; free as usize - 4 * MIB]).unwrap();
    let mut small = Dispatch::new("kind-owl", "small").with("a.bin", &vec![1; MIB]);
    small.manifest.dispatch = "1".repeat(32);
    let large = Dispatch::new("quiet-lynx", "large")
        .with("a.bin", &vec![1; MIB])
        .with("b.bin", &vec![2; 4 * MIB]);
    let (small_one, large_one) = (archive.join(small.place()), archive.join(large.place()));
    bundle(&desk.path("both.tar"), &desk.editor, &[small, large]);
    let said = fails(&mut open("both.tar"));
    assert!(said.contains("is full; make room"), "{said}");
    let is_whole = || {
        assert!(small_one.join("files/a.bin").exists() && !large_one.exists());
        assert!(!archive.join(".sourdine-unfinished").exists());
    };
    is_whole();
    let refused = choose("both.tar");
    assert_eq!(refused.status, 507);
    refused.must_say(msg("room-problem-full"));
    is_whole();
    fs::remove_file(&ballast).unwrap();
    choose("both.tar").must_say(&filled("room-opened-added[one]", &["1"]));
    assert_eq!(fs::read(large_one.join("files/b.bin")).unwrap(), vec![2; 4 * MIB]);
    further(&disk);

    // The switch of a stick.
    drop(reading);
    ok(Command::new("umount").arg(&disk));
    mounted("ro");
    let reading = Reading::begin(&archive, &desk.editor);
    reading.ask("mailbox/brave-heron?lang=en", &[]).must_say("kept too");
    let refused = reading.ask("mailbox/brave-heron/notes?lang=en", &["-d", "notes=lost"]);
    assert_eq!(refused.status, 500);
    refused.must_say(msg("room-problem-read-only"));
    let said = fails(&mut open("other.tar"));
    assert!(said.contains("cannot be used"), "{said}");
    drop(reading);
    ok(Command::new("umount").arg(&disk));
}
