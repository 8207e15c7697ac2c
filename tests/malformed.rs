//! Malformed age files, by the classes of the public test suite (C2SP CCTV), each made from a good one with its keys
//! known: what must not open does not, in a bundle and as a delivered reply.

use std::fs;
use std::io::Read;

use age_core::format::{FileKey, Stanza};
use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD as BASE64;
use chacha20poly1305::aead::Aead;
use chacha20poly1305::{ChaCha20Poly1305, KeyInit};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::common::dispatches::Dispatch;
use crate::common::inside::{Inside, new_form};
use crate::common::*;
use sourdine::base::clock::Day;
use sourdine::base::kind::DispatchKind;
use sourdine::bundle::write::BundleWriter;
use sourdine::config::PerLanguage;
use sourdine::crypto::padding::padded_file;
use sourdine::crypto::recipient::Recipient;
use sourdine::crypto::unseal;

const CHUNK: usize = 64 * 1024;

/// An age file in its parts.
struct Parts {
    version: &'static str,
    stanzas: Vec<Stanza>,
    mac_label: &'static str,
    payload_label: &'static str,
    /// Each with its counter, and whether it says that it is the last.
    chunks: Vec<(Vec<u8>, u8, bool)>,
}

impl Parts {
    fn new(to: &[Recipient], plain: &[u8]) -> Self {
        let stanzas = to.iter().flat_map(|one| one.as_age().wrap_file_key(&file_key()).unwrap().0);
        let count = plain.len().div_ceil(CHUNK);
        let chunks = (0_u8..).zip(plain.chunks(CHUNK));
        Self {
            version: "v1",
            stanzas: stanzas.collect(),
            mac_label: "header",
            payload_label: "payload",
            chunks: chunks
                .map(|(at, part)| (part.to_vec(), at, at as usize + 1 == count))
                .collect(),
        }
    }

    fn written(&self) -> Vec<u8> {
        let mut header = format!("age-encryption.org/{}\n", self.version);
        for Stanza { tag, args, body } in &self.stanzas {
            header += &["-> ", tag, " ", &args.join(" "), "\n"].concat();
            let body = BASE64.encode(body);
            let lines = body.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap());
            header += &(lines.collect::<Vec<_>>().join("\n") + "\n");
            if body.len() % 64 == 0 {
                header.push('\n');
            }
        }
        header += "---";
        let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(&derived(&[], self.mac_label)).unwrap();
        mac.update(header.as_bytes());
        header += &[" ", &BASE64.encode(mac.finalize().into_bytes()), "\n"].concat();
        let nonce = [9; 16];
        let cipher = ChaCha20Poly1305::new(&derived(&nonce, self.payload_label).into());
        let mut file = [header.as_bytes(), &nonce].concat();
        for (plain, counter, is_last) in &self.chunks {
            let mut nonce = [0; 12];
            (nonce[10], nonce[11]) = (*counter, u8::from(*is_last));
            file.extend_from_slice(&cipher.encrypt(&nonce.into(), plain.as_slice()).unwrap());
        }
        file
    }
}

const KEY: [u8; 16] = *b"a key of a test.";

fn file_key() -> FileKey {
    FileKey::new(Box::new(KEY))
}

fn derived(salt: &[u8], label: &str) -> [u8; 32] {
    let mut key = [0; 32];
    Hkdf::<Sha256>::new(Some(salt), &KEY).expand(label.as_bytes(), &mut key).unwrap();
    key
}

fn replaced(file: &[u8], from: &str, to: &str) -> Vec<u8> {
    let at = memchr::memmem::find(file, from.as_bytes()).unwrap();
    [&file[..at], to.as_bytes(), &file[at + from.len()..]].concat()
}

/// Every malformed file by the name of its class; of `plain`, which takes three chunks.
fn malformed(to: &[Recipient], plain: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    assert!(plain.len() > 2 * CHUNK && plain.len() < 3 * CHUNK);
    let parts = |change: &dyn Fn(&mut Parts)| {
        let mut parts = Parts::new(to, plain);
        change(&mut parts);
        parts.written()
    };
    let each = |change: &dyn Fn(&mut Stanza)| parts(&|p| p.stanzas.iter_mut().for_each(change));
    let good = parts(&|_| ());
    let mac_at = memchr::memmem::find(&good, b"\n--- ").unwrap() + 5;
    let mut bad_mac = good.clone();
    bad_mac[mac_at] = if bad_mac[mac_at] == b'A' { b'B' } else { b'A' };
    let last = plain.len() - 2 * CHUNK + 16;
    let arg = Parts::new(to, plain).stanzas[0].tag.clone();
    let lower = |stanza: &mut Stanza| stanza.tag = stanza.tag.to_lowercase() + "x";
    vec![
        ("bad MAC", bad_mac),
        ("MAC under another label", parts(&|p| p.mac_label = "headers")),
        ("MAC cut", [&good[..mac_at + 20], &good[mac_at + 43..]].concat()),
        ("chunks in another order", parts(&|p| p.chunks.swap(0, 1))),
        (
            "a chunk twice",
            parts(&|p| {
                let first = p.chunks[0].clone();
                p.chunks.insert(1, first);
            }),
        ),
        ("the first chunk missing", parts(&|p| drop(p.chunks.remove(0)))),
        ("the final chunk missing", parts(&|p| drop(p.chunks.pop()))),
        ("the final chunk cut off whole", good[..good.len() - last].to_vec()),
        ("no chunk at all", parts(&|p| p.chunks.clear())),
        ("cut within a chunk", good[..good.len() - 20].to_vec()),
        ("cut within the nonce", good[..mac_at + 50].to_vec()),
        ("final twice", parts(&|p| p.chunks.push((b"more".to_vec(), 3, true)))),
        ("final too early", parts(&|p| p.chunks[1].2 = true)),
        ("never final", parts(&|p| p.chunks[2].2 = false)),
        (
            "an empty final chunk",
            parts(&|p| {
                p.chunks.truncate(2);
                p.chunks.push((Vec::new(), 2, true));
            }),
        ),
        ("data behind the end", [&good[..], b"more"].concat()),
        ("a chunk's worth behind the end", [&good[..], &[0; CHUNK + 16]].concat()),
        ("another payload label", parts(&|p| p.payload_label = "payloads")),
        ("an unknown kind of stanza", each(&lower)),
        ("a stanza without its argument", each(&|stanza| stanza.args.clear())),
        ("a stanza with another argument", each(&|stanza| stanza.args.push("more".into()))),
        ("a short share", each(&|stanza| drop(stanza.args[0].drain(..4)))),
        ("a short body", each(&|stanza| stanza.body.truncate(31))),
        ("a long body", each(&|stanza| stanza.body.push(0))),
        ("a changed body", each(&|stanza| stanza.body[0] ^= 1)),
        ("base64 with padding", replaced(&good, "\n--- ", "=\n--- ")),
        ("an empty argument", replaced(&good, &format!("-> {arg} "), &format!("-> {arg}  "))),
        ("no stanza", parts(&|p| p.stanzas.clear())),
        ("version 2", parts(&|p| p.version = "v2")),
        ("lines that end in CR", replaced(&good, "v1\n", "v1\r\n")),
        ("empty", Vec::new()),
    ]
}

/// Nothing that must stay closed has its plaintext come out whole.
fn read_whole(sealed: &[u8], identity: &dyn age::Identity) -> Result<Vec<u8>, String> {
    let mut plain = Vec::new();
    let mut stream =
        unseal::open(sealed, std::iter::once(identity)).map_err(|error| error.to_string())?;
    stream.read_to_end(&mut plain).map_err(|error| error.to_string())?;
    Ok(plain)
}

fn document() -> Vec<u8> {
    // As long as its padding: nothing is to be added.
    let length = padded_file(2 * CHUNK as u64 + 20_000) as usize;
    (0..length).map(|at| (at % 251) as u8).collect()
}

#[test]
fn in_a_bundle_none_of_them_opens_and_the_good_ones_do() {
    let dir = tempfile::tempdir().unwrap();
    let plain = document();
    for editor in [Editor::new(dir.path(), "classic"), Editor::post_quantum(dir.path(), "pq")] {
        let kind = editor.key.file_stem().unwrap().to_str().unwrap();
        let to = [editor.recipient.parse().unwrap()];
        let dispatch = Dispatch::new("brave-heron", "Bonjour").with("a.bin", &plain);
        let json = |number: usize| {
            let mut manifest = dispatch.manifest.clone();
            manifest.dispatch = format!("{number:032x}");
            manifest.recipients = vec![editor.recipient.clone()];
            let mut json = manifest.to_json().unwrap();
            json.resize(2 * CHUNK + 20_000, b' ');
            json
        };
        let bad_files = malformed(&to, &plain);
        let count = bad_files.len();
        let path = dir.path().join(format!("{kind}.tar"));
        let mut bundle = BundleWriter::new(&path).unwrap();
        let mut put = |number: usize, manifest: Vec<u8>, file: &[u8]| {
            let (kind, id) = (DispatchKind::Submission, format!("{number:032x}"));
            bundle.dispatch(kind, "brave-heron", &id, Day(20_000), manifest).unwrap();
            bundle.file(1, file.len() as u64, |out| out.write_all(file)).unwrap();
        };
        let good_file = Parts::new(&to, &plain).written();
        put(0, Parts::new(&to, &json(0)).written(), &good_file);
        for (number, (_, bad)) in (1..).zip(&bad_files) {
            put(number, Parts::new(&to, &json(number)).written(), bad);
        }
        let bad_manifests = malformed(&to, &json(0));
        for (number, (_, bad)) in (1 + count..).zip(&bad_manifests) {
            put(number, bad.clone(), &good_file);
        }
        bundle.finish().unwrap();
        let archive = dir.path().join(format!("opened-{kind}"));
        let said = fails(&mut editor.open([&path], &archive));
        assert!(said.contains(&format!("{count} dispatch(es) stayed closed")), "{said}");
        assert!(said.contains(&format!("{count} file(s) missing or altered")), "{said}");
        for (number, (name, _)) in (1 + count..).zip(&bad_manifests) {
            let line = format!("brave-heron/{number:032x}: ");
            assert!(said.contains(&line), "{name} is not told: {said}");
        }
        let files = files_below(&archive);
        let written: Vec<_> = files.iter().filter(|path| path.ends_with("files/a.bin")).collect();
        assert_eq!(written.len(), 1, "{written:?}");
        assert!(fs::read(written[0]).unwrap() == plain);
    }
}

#[test]
fn as_a_delivered_reply_none_of_them_is_shown_as_whole() {
    let dir = tempfile::tempdir().unwrap();
    let inside = Inside::new();
    let plain = document();
    for post_quantum in [false, true] {
        let editor = if post_quantum {
            Editor::post_quantum(dir.path(), "pq")
        } else {
            Editor::new(dir.path(), "classic")
        };
        let mut team = inside.config.teams[0].clone();
        team.recipients = vec![editor.recipient.clone()];
        let teams = sourdine::dropbox::Teams::prove(&[team]).unwrap();
        inside.dropbox.replace(teams, PerLanguage::default());
        let source = inside.source();
        inside.begin(&source, new_form(), "Bonjour").finish().unwrap();
        let key = source.identity.recipients().unwrap()[usize::from(post_quantum)].clone();
        let to = [key, editor.recipient.parse().unwrap()];
        let mailbox = inside.dropbox.store().mailbox(source.id).unwrap().unwrap();
        let mut dispatch = Dispatch::new(&mailbox.designation, "Merci").with("a.bin", &plain);
        dispatch.manifest.kind = DispatchKind::Reply;
        let mut json = dispatch.manifest.to_json().unwrap();
        json.resize(2 * CHUNK + 20_000, b' ');
        let deliver = |number: usize, manifest: Vec<u8>, file: &[u8]| {
            let path = inside.path("reply.tar");
            let _ = fs::remove_file(&path);
            let mut bundle = BundleWriter::new(&path).unwrap();
            let id = format!("{number:032x}");
            bundle
                .dispatch(DispatchKind::Reply, &mailbox.designation, &id, Day(20_000), manifest)
                .unwrap();
            bundle.file(1, file.len() as u64, |out| out.write_all(file)).unwrap();
            bundle.finish().unwrap();
            inside.dropbox.deliver(&[path], None, "anne").is_ok()
        };
        let newest = || {
            let reply = inside.view(&source).unwrap().replies.remove(0);
            let mut read = Vec::new();
            let file = inside.dropbox.reply_file(&source, reply.id, 1);
            let whole = file.is_ok_and(|mut file| file.plain.read_to_end(&mut read).is_ok());
            (reply.content.is_some(), whole && read == plain)
        };
        let good = Parts::new(&to, &plain).written();
        let manifest = Parts::new(&to, &json).written();
        assert!(deliver(0, manifest.clone(), &good));
        assert_eq!(newest(), (true, true));
        let (bad_files, bad_manifests) = (malformed(&to, &plain), malformed(&to, &json));
        let (mut taken, count) = (0, bad_files.len());
        for (number, (name, bad)) in (1..).zip(&bad_files) {
            if deliver(number, manifest.clone(), bad) {
                assert_eq!(newest(), (true, false), "{name}, as a file");
                taken += 1;
            }
        }
        for (number, (name, bad)) in (1 + count..).zip(bad_manifests) {
            if deliver(number, bad, &good) {
                assert_eq!(newest(), (false, false), "{name}, as a manifest");
            }
        }
        // What shows from outside is not taken; that a MAC or a tag is wrong, only a key's holder sees.
        assert!(taken > 0 && taken < count, "{taken} of {count}");
        // The same at the lowest level, by the source's identity.
        for (name, bad) in &bad_files {
            assert!(read_whole(bad, source.identity.as_age()).is_err(), "{name}");
        }
        assert!(read_whole(&good, source.identity.as_age()).unwrap() == plain);
    }
}
