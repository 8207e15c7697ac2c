//! Large files: the server's memory does not depend on them, and every byte is written once.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::common::desk::{Login, Visitor, header, open_desk};
use crate::common::*;

const GIB: u64 = 1 << 30;
const MIB: u64 = 1 << 20;

/// A number of a line of /proc: `VmHWM:  12345 kB`, `write_bytes: 12345`.
fn number(file: &str, name: &str) -> u64 {
    let text = fs::read_to_string(file).unwrap_or_else(|e| panic!("{file}: {e} (run as root)"));
    let line = text.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Most memory that the server ever had, in bytes.
fn peak(site: &Box_) -> u64 {
    number(&format!("/proc/{}/status", site.pid()), "VmHWM:") * 1024
}

/// Bytes that the server caused to be written to the disk.
fn written(site: &Box_) -> u64 {
    number(&format!("/proc/{}/io", site.pid()), "write_bytes:")
}

/// A file of zeros that takes no room.
fn sparse(path: &Path, bytes: u64) {
    fs::File::create(path).unwrap().set_len(bytes).unwrap();
}

#[test]
fn a_large_file_passes_in_little_memory_and_comes_out_the_same() {
    passes_in_little_memory(GIB / 2);
}

#[test]
#[ignore = "long: gigabytes"]
fn three_gibibytes_pass_in_little_memory_and_come_out_the_same() {
    passes_in_little_memory(3 * GIB);
}

fn passes_in_little_memory(size: u64) {
    // Where the build is: three times the size is needed, more than a /tmp in memory may have.
    let large = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let mut site = Box_::new_in(large, 5, &[]);
    site.serve();
    let document = site.path("camera.mp4");
    sparse(&document, size);
    let before = written(&site);
    let form = site.form("en");
    let receipt = site.send(&form, "All of it", &[document.to_str().unwrap()]);
    let hash = sha256(&document);
    receipt.must_say(msg("receipt-title")).must_say(&hash);
    let (memory, bytes) = (peak(&site), written(&site) - before);
    println!("peak memory {} MiB, written {} %", memory / MIB, 100 * bytes / size);
    assert!(memory <= 96 * MIB, "the server had {} MiB", memory / MIB);
    assert!(bytes <= size * 12 / 10, "{bytes} bytes were written");
    assert!(bytes >= size, "only {bytes} bytes were written: is this a real disk?");

    let bundle = site.export("bundle.tar");
    site.stop();
    fs::remove_file(site.data().join("vault.db")).unwrap();
    let out = site.path("opened");
    let key = &site.editors.last().unwrap().key;
    ok(sourdine().arg("open").arg(&bundle).arg("-i").arg(key).arg("-o").arg(&out));
    fs::remove_file(&bundle).unwrap();
    let opened = files_below(&out).into_iter().find(|f| f.ends_with("camera.mp4")).unwrap();
    assert_eq!(fs::metadata(&opened).unwrap().len(), size);
    ok(Command::new("cmp").arg(&document).arg(&opened));
}

#[test]
fn memory_does_not_grow_from_upload_to_upload() {
    let site = Box_::served(5, &[]);
    let document = site.path("page.pdf");
    sparse(&document, 3 * MIB);
    let mut tenth = 0;
    for upload in 1..=30 {
        let form = site.form("fr");
        site.send(&form, "Bonjour", &[document.to_str().unwrap()]).must_say(msg("receipt-title"));
        site.mailbox(&form.code).must_say(msg("mailbox-waiting"));
        if upload == 10 {
            tenth = peak(&site);
        }
    }
    let grown = peak(&site) - tenth;
    println!(
        "peak memory {} KiB after 10 uploads, {} KiB more after 30",
        tenth / 1024,
        grown / 1024
    );
    assert!(grown < 8 * MIB, "{} KiB more from the 10th to the 30th upload", grown / 1024);
}

#[test]
fn a_large_download_broken_off_three_times_arrives_byte_for_byte() {
    arrives_though_broken_off(GIB / 2);
}

#[test]
#[ignore = "long: gigabytes"]
fn two_gibibytes_broken_off_three_times_arrive_byte_for_byte() {
    arrives_though_broken_off(2 * GIB);
}

fn arrives_though_broken_off(size: u64) {
    let large = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let mut site = Box_::new_in(large, 1, &[]);
    let login = Login::new(&site, "anne", &["team"]);
    site.serve();
    let document = site.path("camera.mp4");
    sparse(&document, size);
    site.send(&site.form("en"), "All of it", &[document.to_str().unwrap()])
        .must_say(msg("receipt-title"));
    site.stop();

    // Anew, so that the peak is that of the desk.
    let base = open_desk(&mut site);
    let anne = Visitor::signed_in(&base, &login);
    let made = anne.act("/download", &[("team", "team")]);
    let page = anne.get(&header(&made, "location").unwrap());
    let text = page.text();
    let link = text.split("<a href=\"").find(|rest| rest.contains("\" download=")).unwrap();
    let url = format!("{base}{}", link.split('"').next().unwrap());
    let cookie = format!("__Host-sourdine={}", anne.session().unwrap());
    let fetch = |to: &Path, more: &[&str]| {
        let mut command = Command::new("curl");
        command.args(["-sS", "-f", "-b", &cookie, "-o"]).arg(to).args(more).arg(&url);
        command
    };
    let before = peak(&site);
    let broken = site.path("broken.tar");
    let length = |path: &Path| fs::metadata(path).map_or(0, |meta| meta.len());
    // Some five seconds, so that there is something to break off.
    let rate = (size / 5).to_string();
    for quarter in 1..=3 {
        let mut curl = fetch(&broken, &["-C", "-", "--limit-rate", &rate]);
        let mut curl = curl.stderr(Stdio::null()).spawn().unwrap();
        wait_for("a part of it", || (length(&broken) > quarter * size / 4).then_some(()));
        curl.kill().unwrap();
        curl.wait().unwrap();
        let so_far = length(&broken);
        assert!(so_far < size, "it came whole: nothing was broken off");
        println!("broken off after {} MiB", so_far / MIB);
        anne.get("/").must_say("1 new");
    }
    ok(&mut fetch(&broken, &["-C", "-"]));
    let grown = peak(&site) - before;
    println!("peak memory {} MiB, by the downloads {} KiB of it", peak(&site) / MIB, grown / 1024);
    assert!(grown < 16 * MIB, "the downloads took {} KiB", grown / 1024);
    wait_for("the fetch to count", || {
        anne.get("/").text().contains("1 new").then_some(()).xor(Some(()))
    });

    let whole = site.path("whole.tar");
    ok(&mut fetch(&whole, &[]));
    ok(Command::new("cmp").arg(&broken).arg(&whole));
    fs::remove_file(&whole).unwrap();
    let out = site.path("opened");
    let key = &site.editors[0].key;
    ok(sourdine().arg("open").arg(&broken).arg("-i").arg(key).arg("-o").arg(&out));
    let opened = files_below(&out).into_iter().find(|f| f.ends_with("camera.mp4")).unwrap();
    ok(Command::new("cmp").arg(&document).arg(&opened));
}
