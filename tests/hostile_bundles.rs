//! Bundles that somebody made to take a machine down: through `open`, `deliver` and the desk. Each ends with an
//! error or a success, in bounded memory, and what is good beside it still opens.
#![allow(clippy::cast_possible_truncation)]

use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use crate::common::desk::*;
use crate::common::*;
use sourdine::crypto::seal::Recipients;

/// KiB that a bundle may cost beyond what the program takes idle.
const MEMORY: u64 = 64 * 1024;
/// Bytes of what claims to be large: for the commands from a file with holes, for the desk in full.
const LARGE: u64 = 1 << 30;
const LARGE_AT_THE_DESK: u64 = 96 << 20;
/// More than any reader takes.
const TOO_MANY: u32 = 140_000;
/// As many as it takes.
const MANY: u32 = 131_000;

/// What `open` makes of one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Ends {
    /// Refused as a whole, in words among which these are.
    Refused(&'static str),
    /// The good dispatch is opened, and the exit code tells of the other.
    Beside,
    /// It is harmless.
    Whole,
}
use Ends::{Beside, Refused, Whole};

/// A bundle in the making.
struct Hostile<'a> {
    file: File,
    world: &'a World,
    large: u64,
}

/// What attacks are made of.
struct World {
    site: Box_,
    base: String,
    login: Login,
    /// A bundle with a dispatch of one file, as it was exported.
    good: Vec<u8>,
    /// Of its mailbox.
    name: String,
}

impl World {
    fn new() -> Self {
        let mut site = Box_::new(1, &[]);
        let login = Login::new(&site, "anne", &["team"]);
        let base = open_desk(&mut site);
        let document = site.path("document.txt");
        fs::write(&document, "What I know").unwrap();
        let form = site.form("en");
        site.send_named(&form, "team", "Bonjour", &[(document, "document.txt".into())])
            .must_say(msg("receipt-title"));
        let good = fs::read(site.export("good.tar")).unwrap();
        let found = sourdine::bundle::read::scan_file(&site.path("good.tar")).unwrap();
        let name = found[0].0.designation.clone();
        Self { site, base, login, good, name }
    }

    fn sealed(&self, plain: &[u8]) -> Vec<u8> {
        let editor = self.site.editors[0].recipient.parse().unwrap();
        Recipients::proven(vec![editor]).unwrap().seal_manifest(plain, Vec::new()).unwrap()
    }
}

impl Hostile<'_> {
    fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.file.write_all(bytes).unwrap();
        self
    }

    /// The good dispatch, without the end.
    fn good(&mut self) -> &mut Self {
        let good = &self.world.good;
        self.bytes(&good[..good.len() - 1024])
    }

    fn end(&mut self) {
        self.bytes(&[0; 1024]);
    }

    fn header(kind: u8, path: &[u8], size: u64) -> tar::Header {
        let mut header = tar::Header::new_gnu();
        header.as_old_mut().name[..path.len()].copy_from_slice(path);
        header.set_entry_type(tar::EntryType::new(kind));
        header.set_size(size);
        header.set_mode(0o600);
        header.set_cksum();
        header
    }

    /// A header alone, whatever it claims.
    fn claim(&mut self, kind: u8, path: &str, size: u64) -> &mut Self {
        let header = Self::header(kind, path.as_bytes(), size);
        self.bytes(header.as_bytes())
    }

    fn entry(&mut self, kind: u8, path: &str, content: &[u8]) -> &mut Self {
        self.claim(kind, path, content.len() as u64).bytes(content);
        let padding = content.len().next_multiple_of(512) - content.len();
        self.bytes(&vec![0; padding])
    }

    /// A member of a bad dispatch of the mailbox.
    fn member(&mut self, name: &str, content: &[u8]) -> &mut Self {
        let path = format!("{}/bad/{name}", self.world.name);
        self.entry(b'0', &path, content)
    }

    fn manifest(&mut self, content: &[u8]) {
        self.member("manifest.json.age", content).good().end();
    }

    /// So many zeros, which take no room on the disk.
    fn hole(&mut self, size: u64) -> &mut Self {
        let end = self.file.stream_position().unwrap() + size;
        self.file.set_len(end).unwrap();
        self.file.seek(SeekFrom::Start(end)).unwrap();
        self
    }

    /// A large entry of a kind, all of it there.
    fn large(&mut self, kind: u8, path: &str) -> &mut Self {
        let large = self.large;
        self.claim(kind, path, large).hole(large)
    }

    fn many(&mut self, count: u32, header: impl Fn(u32) -> tar::Header) -> &mut Self {
        let mut all = Vec::new();
        (0..count).for_each(|number| all.extend(header(number).as_bytes()));
        self.bytes(&all)
    }

    fn empty_members(&mut self, count: u32) -> &mut Self {
        let name = self.world.name.clone();
        self.many(count, |number| {
            Self::header(b'0', format!("{name}/bad/{:04}.age", number + 1).as_bytes(), 0)
        })
    }
}

fn record(key: &str, value: &str) -> Vec<u8> {
    let body = format!(" {key}={value}\n");
    let mut lengths = body.len()..body.len() + 9;
    let length = lengths.find(|n| n.to_string().len() + body.len() == *n).unwrap();
    format!("{length}{body}").into()
}

fn age(stanzas: &str) -> Vec<u8> {
    let mac = "A".repeat(43);
    format!("age-encryption.org/v1\n{stanzas}--- {mac}\n{}", "\0".repeat(9_000)).into()
}

fn x25519(count: usize) -> String {
    // The base point of the curve as the share: each is tried with the key.
    let share = format!("CQ{}A", "A".repeat(40));
    format!("-> X25519 {share}\n{share}\n").repeat(count)
}

type Attack = (&'static str, Ends, fn(&mut Hostile<'_>));

const CUT: Ends = Refused("is cut; fetch it again");
const ODD: Ends = Refused("which no bundle does");
const UNPACK: Ends = Refused("unpack it first");
const BEHIND: Ends = Refused("goes on behind its end");
const NO_TAR: Ends = Refused("is not a bundle, or it is cut");

const ATTACKS: &[Attack] = &[
    // Where it ends.
    ("empty_file", CUT, |_| ()),
    ("one_empty_block", CUT, |b| {
        b.bytes(&[0; 512]);
    }),
    ("nothing_but_zeros", BEHIND, |b| {
        b.hole(b.large);
    }),
    ("zeros_behind_the_end", BEHIND, |b| {
        let large = b.large;
        b.good().hole(large);
    }),
    ("cut_within_a_header", CUT, |b| {
        let name = b.world.name.clone();
        let header = Hostile::header(b'0', name.as_bytes(), 9);
        b.good().bytes(&header.as_bytes()[..300]);
    }),
    ("cut_within_a_member", CUT, |b| {
        b.good().claim(b'0', "a", 9_000).bytes(&[7; 5_000]);
    }),
    ("cut_between_two_dispatches", CUT, |b| {
        b.good();
    }),
    ("cut_within_the_end", CUT, |b| {
        b.good().bytes(&[0; 700]);
    }),
    ("two_bundles_glued", BEHIND, |b| {
        b.good().end();
        b.good().end();
    }),
    ("secret_behind_the_end", BEHIND, |b| {
        b.good().end();
        b.bytes(&[0; 30_000]).bytes(b"x");
    }),
    // What it is.
    ("zip", UNPACK, |b| {
        b.bytes(b"PK\x03\x04").good();
    }),
    ("gzip", UNPACK, |b| {
        b.bytes(b"\x1f\x8b\x08").good();
    }),
    ("bzip2", UNPACK, |b| {
        b.bytes(b"BZh9").good();
    }),
    ("xz", UNPACK, |b| {
        b.bytes(b"\xfd7zXZ\0").good();
    }),
    ("zstd", UNPACK, |b| {
        b.bytes(b"\x28\xb5\x2f\xfd").good();
    }),
    ("seven_zip", UNPACK, |b| {
        b.bytes(b"7z\xbc\xaf\x27\x1c").good();
    }),
    ("tar_of_a_bundle", UNPACK, |b| {
        let good = b.world.good.clone();
        b.entry(b'0', "bundle.tar", &good).end();
    }),
    ("folder_around_it", Refused("with the folder x around it"), |b| {
        let path = format!("x/{}/bad/0001.age", b.world.name);
        b.good().entry(b'0', &path, b"x").end();
    }),
    ("one_sealed_file", Refused("is one sealed file"), |b| {
        b.bytes(&age("-> a\n\n"));
    }),
    ("noise", NO_TAR, |b| {
        b.bytes(&b"\x07\x01noise".repeat(100_000));
    }),
    ("wrong_checksum", NO_TAR, |b| {
        b.good().claim(b'0', "a", 0);
        b.file.seek(SeekFrom::Current(-400)).unwrap();
        b.bytes(b"x").hole(399).end();
    }),
    // Entries that describe others.
    ("long_name_of_a_gigabyte", ODD, |b| b.good().large(b'L', "././@LongLink").end()),
    ("long_link_of_a_gigabyte", ODD, |b| b.good().large(b'K', "././@LongLink").end()),
    ("pax_header_of_a_gigabyte", ODD, |b| b.good().large(b'x', "pax").end()),
    ("global_pax_header_of_a_gigabyte", ODD, |b| b.large(b'g', "pax").good().end()),
    ("long_name_just_too_long", ODD, |b| {
        b.good().entry(b'L', "././@LongLink", &vec![b'a'; 65_537]).end();
    }),
    ("long_names_without_an_entry", Whole, |b| {
        for _ in 0..500 {
            b.entry(b'L', "././@LongLink", &vec![b'/'; 65_536]);
        }
        b.entry(b'0', "a", b"").good().end();
    }),
    ("pax_headers_before_every_member", Whole, |b| {
        let records = record("comment", &"x".repeat(400));
        for _ in 0..20_000 {
            b.entry(b'x', "pax", &records);
        }
        b.entry(b'0', "a", b"").good().end();
    }),
    ("pax_header_of_broken_records", Whole, |b| {
        b.entry(b'x', "pax", &b"99999999999999999999 path=\n".repeat(2_000)).entry(b'0', "a", b"");
        b.good().end();
    }),
    // How many.
    ("more_members_than_any_bundle", Refused("sealed files"), |b| {
        b.good().empty_members(TOO_MANY).end();
    }),
    ("a_dispatch_of_131_000_files", Beside, |b| b.good().empty_members(MANY).end()),
    ("dispatches_131_000", Beside, |b| {
        let name = b.world.name.clone();
        b.good().many(MANY, |number| {
            let path = format!("{name}/{number:032x}/manifest.json.age");
            Hostile::header(b'0', path.as_bytes(), 0)
        });
        b.end();
    }),
    ("directories_100_000", Whole, |b| {
        b.good().many(100_000, |number| Hostile::header(b'5', format!("{number}/").as_bytes(), 0));
        b.end();
    }),
    ("a_member_twice", Refused("twice"), |b| {
        b.good().member("0001.age", b"x").member("0001.age", b"y").end();
    }),
    ("a_note_that_is_something_else_too", Refused("both as a note"), |b| {
        b.good().member("note.json.age", b"x").member("manifest.json.age", b"y").end();
    }),
    // Kinds.
    ("gnu_sparse_file", ODD, |b| b.good().claim(b'S', "a", 0).end()),
    ("pax_sparse_file", ODD, |b| {
        let records = record("GNU.sparse.realsize", "9223372036854775807");
        b.good().entry(b'x', "pax", &records).entry(b'0', "a", b"").end();
    }),
    ("links_and_devices_named_as_members", Whole, |b| {
        let path = format!("{}/bad/manifest.json.age", b.world.name);
        for kind in *b"1234567" {
            let mut header = Hostile::header(kind, path.as_bytes(), 0);
            header.set_link_name("/etc/passwd").unwrap();
            header.set_cksum();
            b.bytes(header.as_bytes());
        }
        b.good().end();
    }),
    ("paths_that_climb", Whole, |b| {
        for path in
            ["../../etc/0001.age", "/etc/cron.d/0001.age", "a/../0001.age", "\\\\a\\b\\0001.age"]
        {
            b.entry(b'0', path, b"x");
        }
        let raw = Hostile::header(b'0', b"\xff\xfe/a/0001.age", 0);
        b.bytes(raw.as_bytes()).good().end();
    }),
    // Sizes.
    ("size_beyond_the_end", CUT, |b| b.good().claim(b'0', "a", 1 << 32).end()),
    ("size_of_2_63", CUT, |b| b.good().claim(b'0', "a", 1 << 63).end()),
    ("size_of_2_64_less_one", CUT, |b| b.good().claim(b'0', "a", u64::MAX).end()),
    ("size_that_wraps_to_the_start", CUT, |b| b.good().claim(b'0', "a", u64::MAX - 511).end()),
    ("size_in_words", NO_TAR, |b| {
        let mut header = Hostile::header(b'0', b"a", 0);
        header.as_old_mut().size = *b"-00000000777";
        header.set_cksum();
        b.good().bytes(header.as_bytes()).end();
    }),
    ("pax_size_of_2_64_less_one", CUT, |b| {
        b.good()
            .entry(b'x', "pax", &record("size", "18446744073709551615"))
            .claim(b'0', "a", 0)
            .end();
    }),
    ("manifest_of_a_gigabyte_of_zeros", Beside, |b| {
        let path = format!("{}/bad/manifest.json.age", b.world.name);
        b.large(b'0', &path).good().end();
    }),
    // What is sealed.
    ("manifest_of_no_bytes", Beside, |b| b.manifest(b"")),
    ("header_line_of_a_mebibyte", Beside, |b| {
        b.manifest(&age(&format!("-> {}\n\n", "a".repeat(1 << 20))));
    }),
    ("header_line_just_short_enough", Beside, |b| {
        b.manifest(&age(&format!("-> {}\n\n", "a".repeat(130_000))));
    }),
    ("header_of_arguments", Beside, |b| {
        b.manifest(&age(&format!("-> a{}\n\n", " b".repeat(64_000))));
    }),
    ("header_of_8_000_stanzas", Beside, |b| b.manifest(&age(&"-> aaaaaaaa\n\n".repeat(8_000)))),
    ("header_of_200_000_stanzas", Beside, |b| b.manifest(&age(&"-> a\n\n".repeat(200_000)))),
    ("header_of_one_body", Beside, |b| {
        b.manifest(&age(&format!("-> a\n{}\n", format!("{}\n", "A".repeat(64)).repeat(2_000))));
    }),
    ("header_of_1_300_keys_to_try", Beside, |b| b.manifest(&age(&x25519(1_300)))),
    ("header_without_an_end", Beside, |b| {
        b.manifest(&[b"age-encryption.org/v1\n-> a\n".to_vec(), vec![b'A'; 4 << 20]].concat());
    }),
    ("note_with_a_header_of_200_000_stanzas", Beside, |b| {
        b.member("note.json.age", &age(&"-> a\n\n".repeat(200_000))).good().end();
    }),
    ("note_of_64_mebibytes", Beside, |b| {
        let sealed = b.world.sealed(&vec![b' '; 64 << 20]);
        b.member("note.json.age", &sealed).good().end();
    }),
    ("payload_that_is_cut", Beside, |b| {
        let sealed = b.world.sealed(b"{}");
        b.manifest(&sealed[..sealed.len() - 9_000]);
    }),
    ("payload_that_is_no_manifest", Beside, |b| {
        let sealed = b.world.sealed(&b"[[[[[[[[".repeat(1 << 16));
        b.manifest(&sealed);
    }),
    ("payload_of_64_mebibytes", Beside, |b| {
        let sealed = b.world.sealed(&vec![b' '; 64 << 20]);
        b.manifest(&sealed);
    }),
];

/// Runs a command to its end: what it said, the most memory it took (KiB), and its time.
pub fn watched(command: &Command, notes: &Path) -> (Output, u64, Duration) {
    const WATCH: &str = "
import os, sys
pid = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_, status, used = os.wait4(pid, 0)
open(sys.argv[1], 'w').write(str(used.ru_maxrss))
sys.exit(os.waitstatus_to_exitcode(status) & 255)
";
    let begin = Instant::now();
    let mut python = Command::new("python3");
    python.args(["-c", WATCH]).arg(notes).arg(command.get_program()).args(command.get_args());
    let output = python.output().unwrap();
    (output, fs::read_to_string(notes).unwrap().parse().unwrap(), begin.elapsed())
}

/// A line of a process's status, in KiB.
pub fn memory(pid: u32, line: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let found = status.lines().find_map(|found| found.strip_prefix(line)).unwrap();
    found.split_whitespace().find_map(|word| word.parse().ok()).unwrap()
}

/// What was longest, and what took most.
#[derive(Default)]
struct Worst(Duration, &'static str, u64, &'static str);

impl Worst {
    fn note(&mut self, attack: &'static str, time: Duration, memory: u64) {
        if time > self.0 {
            (self.0, self.1) = (time, attack);
        }
        if memory > self.2 {
            (self.2, self.3) = (memory, attack);
        }
    }

    fn print(&self, what: &str) {
        let Self(time, longest, memory, largest) = self;
        println!("{what}: at most {time:.2?} ({longest}), {} MiB ({largest})", memory / 1024);
    }
}

fn make(world: &World, attack: &Attack, large: u64) -> PathBuf {
    let path = world.site.path(&format!("{}.{large}.tar", attack.0));
    let file = File::create(&path).unwrap();
    attack.2(&mut Hostile { file, world, large });
    path
}

#[test]
fn no_bundle_takes_the_machine_down() {
    assert!(ATTACKS.len() >= 45);
    let world = World::new();
    let (site, notes) = (&world.site, world.site.path("notes"));
    let (_, idle, _) = watched(sourdine().arg("--version"), &notes);
    let [mut opening, mut delivering] = [Worst::default(), Worst::default()];
    for attack in ATTACKS {
        let (name, ends, _) = *attack;
        let bundle = make(&world, attack, LARGE);
        let to = site.path(name);
        let mut open = site.editors[0].open([&bundle], &to);
        open.arg("--address-book").arg(site.path(&format!("{name}.book")));
        let (output, most, time) = watched(&open, &notes);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let brief: String = said.chars().take(1_000).collect();
        let opened =
            to.exists() && files_below(&to).iter().any(|file| file.ends_with("document.txt"));
        let (code, good) = match ends {
            Refused(words) => {
                assert!(said.contains(words), "{name}: {brief}");
                (1, false)
            }
            Beside => (1, true),
            Whole => (0, true),
        };
        assert_eq!((output.status.code(), opened), (Some(code), good), "open {name}: {brief}");
        assert!(most < idle + MEMORY, "open {name}: {most} KiB, {idle} idle");
        opening.note(name, time, most.saturating_sub(idle));

        let (output, most, time) = watched(site.command("deliver").arg(&bundle), &notes);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        // Not even the good one is a reply.
        assert_eq!(output.status.code(), Some(1), "deliver {name}: {said}");
        if let Refused(words) = ends {
            assert!(said.contains(words), "{name}: {said}");
        }
        assert!(most < idle + MEMORY, "deliver {name}: {most} KiB, {idle} idle");
        delivering.note(name, time, most.saturating_sub(idle));
        fs::remove_file(bundle).unwrap();
    }
    opening.print("open");
    delivering.print("deliver");
}

#[test]
fn no_bundle_takes_the_desk_down_and_uploads_of_others_go_on() {
    let world = World::new();
    let site = &world.site;
    let anne = Visitor::signed_in(&world.base, &world.login);
    let proof = format!("proof={}", anne.proof());
    // What honest visits leave in memory: both threads that derive, caches of the store.
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| site.send(&site.form("en"), "Before", &[]).must_say("Received").status);
        }
    });
    let file = format!("bundle=@{}", site.path("good.tar").display());
    anne.ask("/deliver", &["-F", &proof, "-F", "team=team", "-F", &file]);
    let idle = memory(site.pid(), "VmRSS:");
    let mut worst = Worst::default();
    std::thread::scope(|scope| {
        let (world, anne, proof, worst) = (&world, &anne, &proof, &mut worst);
        let attacker = scope.spawn(move || {
            for attack in ATTACKS {
                let (name, ends, _) = *attack;
                let bundle = make(world, attack, LARGE_AT_THE_DESK);
                let file = format!("bundle=@{}", bundle.display());
                fs::write(format!("/proc/{}/clear_refs", world.site.pid()), "5").unwrap();
                let begin = Instant::now();
                let answer = anne.ask("/deliver", &["-F", proof, "-F", "team=team", "-F", &file]);
                let time = begin.elapsed();
                let page = answer.text();
                assert!(matches!(answer.status, 413 | 422), "{name}: {} {page}", answer.status);
                let key = match ends {
                    CUT => Some(msg("deliver-cut")),
                    UNPACK => Some(msg("deliver-packed")),
                    _ => None,
                };
                assert!(key.is_none_or(|key| page.contains(key)), "{name}: {page}");
                let most = memory(world.site.pid(), "VmHWM:");
                assert!(most < idle + MEMORY, "the desk, {name}: {most} KiB, {idle} idle");
                worst.note(name, time, most.saturating_sub(idle));
                fs::remove_file(bundle).unwrap();
            }
        });
        while !attacker.is_finished() {
            let form = site.form("en");
            site.send(&form, "Meanwhile", &[]).must_say(msg("receipt-title"));
        }
        attacker.join().unwrap();
    });
    worst.print("the desk");
    let after = memory(site.pid(), "VmRSS:");
    println!("the desk: {} MiB idle, {} MiB after all of them", idle / 1024, after / 1024);
    assert!(after < idle + MEMORY / 4 * 3, "{after} KiB, {idle} idle");
}
