//! The disk is seized while something is held on it, or after that was discarded, withdrawn or erased.

use std::fs;
use std::path::PathBuf;

use memchr::memmem;
use sourdine::base::ids::hex;

use crate::common::held::*;
use crate::common::wire::*;
use crate::common::*;

/// Everything that whoever takes the disk would find: the data directory, the log.
fn seized(site: &Box_) -> Vec<PathBuf> {
    let mut files = files_below(&site.path("box"));
    assert!(files.iter().any(|f| f.ends_with("vault.db")), "{files:?}");
    files.push(site.path("log"));
    files
}

fn is_in(needle: &[u8], files: &[PathBuf]) -> Option<PathBuf> {
    let finder = memmem::Finder::new(needle);
    // A journal may go while we look.
    let found = files.iter().find(|path| fs::read(path).is_ok_and(|b| finder.find(&b).is_some()));
    found.cloned()
}

/// A draft that would be recognised anywhere: message, names, contents, sizes, hashes, code.
struct Planted {
    sheet: Sheet,
    message: String,
    files: Vec<Document>,
}

impl Planted {
    fn new(site: &Box_, sizes: &[usize]) -> Self {
        let marker = || hex(&random().to_be_bytes());
        let new = |size: &usize| {
            let document = Document::new(site, &format!("conseil-{}.pdf", marker()), *size);
            let line = format!("<{}>\n", marker());
            let bytes = line.bytes().cycle().take(*size).collect();
            fs::write(&document.path, &bytes).unwrap();
            let sha256 = sha256(&document.path);
            Document { bytes, sha256, ..document }
        };
        let message = format!("Signed {} {}", marker(), marker());
        Self { sheet: Sheet::new(site), message, files: sizes.iter().map(new).collect() }
    }

    fn secrets(&self) -> Vec<Vec<u8>> {
        let words = self.message.split(' ').skip(1);
        let mut secrets: Vec<Vec<u8>> = words.map(|word| word.as_bytes().to_vec()).collect();
        for file in &self.files {
            let (stem, _) = file.name.rsplit_once('.').unwrap();
            secrets.extend([stem, &file.sha256, &file.bytes.len().to_string()].map(Into::into));
            secrets.push(file.bytes[..19].to_vec());
            let pair = |two: &[u8]| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16);
            secrets.push(file.sha256.as_bytes().chunks(2).map(|two| pair(two).unwrap()).collect());
        }
        let words: Vec<&str> = self.sheet.form.code.split(' ').collect();
        secrets.extend(words.windows(3).map(|three| three.join(" ").into_bytes()));
        secrets.push(self.sheet.form.ticket.as_bytes().to_vec());
        secrets.push(self.sheet.token.as_bytes().to_vec());
        secrets
    }

    fn must_be_nowhere(&self, site: &Box_) {
        let files = seized(site);
        for secret in self.secrets() {
            let text = String::from_utf8_lossy(&secret).into_owned();
            assert_eq!(is_in(&secret, &files), None, "{text:?}");
        }
        // SQLite writes a number as so many bytes, the highest first.
        let index: Vec<_> =
            files.into_iter().filter(|f| f.to_string_lossy().contains("index.db")).collect();
        for file in &self.files {
            let stored = u32::try_from(file.bytes.len()).unwrap().to_be_bytes();
            assert_eq!(is_in(&stored, &index), None, "the size {}", file.bytes.len());
        }
    }
}

#[test]
fn a_held_draft_tells_neither_name_nor_word_nor_size() {
    let mut site = Box_::served(1, &[]);
    let planted = Planted::new(&site, &[17_234_567, 21_076_543, 18_000_111]);
    let body = Body::new(&planted.sheet.form, &[("message", &planted.message)], &planted.files);
    // Under way, with two files held and a third one half written.
    let upload = body.send(&site, "/drop?lang=en", body.begins[2] + 9_000_000);
    wait_until_held(&site, 2);
    planted.must_be_nowhere(&site);
    site.kill();
    drop(upload);
    planted.must_be_nowhere(&site);
    site.serve();
    wait_until_clean(&site);
    // Looked at, added to, looked at again.
    let page = site.mailbox(&planted.sheet.form.code);
    page.must_say(&planted.message);
    assert_eq!(held(&page), listed(&planted.files[..2]));
    add(&site, &page, None, &[planted.files[2].path()]).must_say(msg("receipt-kept-title"));
    planted.must_be_nowhere(&site);
    site.stop();
    planted.must_be_nowhere(&site);
    site.serve();
    send_draft(&site, &planted.sheet.form.code).must_say(msg("receipt-title"));
    planted.must_be_nowhere(&site);
    let (message, files) = opened(&site, "bundle.tar");
    assert!(message == planted.message && files == contents(&planted.files));
    site.stop();
}

/// Bytes of a sealed text behind age's header, whose length is random (a stanza that means nothing).
fn payload(sealed: &[u8]) -> usize {
    let mac = memmem::find(sealed, b"\n--- ").unwrap() + 1;
    sealed.len() - mac - memchr::memchr(b'\n', &sealed[mac..]).unwrap() - 1
}

/// What is stored of two drafts looks the same where they differ in anything but their padded sizes.
#[test]
fn two_drafts_of_other_names_words_and_sizes_take_the_same_room() {
    let site = Box_::served(1, &[]);
    let mut stored = Vec::new();
    for (name, length, message) in [
        ("a", 1_000_001, ""),
        ("a long name that says who it is about.pdf", 1_010_000, "A message. And more of it."),
    ] {
        let sheet = Sheet::new(&site);
        let document = Document::new(&site, name, length);
        let body = Body::new(&sheet.form, &[("message", message)], &[document]);
        let answer = body.send(&site, "/drop?lang=en&keep=1", body.bytes.len()).answer();
        assert!(answer.contains(msg("receipt-kept-title")), "{answer}");
        let sql = "SELECT head, detail, size, position, day FROM draft JOIN held ON held.draft = draft.id";
        let row: (Vec<u8>, Vec<u8>, usize, i64, i64) =
            database(&site, "index.db").query_row(sql, [], |row| row.try_into()).unwrap();
        let first: Vec<u8> = database(&site, "vault.db")
            .query_row("SELECT data FROM chunk WHERE seq = 0", [], |row| row.get(0))
            .unwrap();
        let header = first.len() - payload(&first);
        stored.push((payload(&row.0), payload(&row.1), row.2 - header, row.3, row.4));
        discard(&site, &sheet.form.code).must_say(msg("discard-done"));
        wait_until_clean(&site);
    }
    assert_eq!(stored[0], stored[1]);
    assert!(stored[0].2 > 1_010_000, "{stored:?}");
}

/// Pieces of every ciphertext that the two files hold now: of chunks, of details, of heads.
fn ciphertexts(site: &Box_) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for (file, sql) in [
        ("vault.db", "SELECT data FROM chunk"),
        ("index.db", "SELECT head FROM draft UNION ALL SELECT detail FROM held"),
    ] {
        let db = database(site, file);
        let mut select = db.prepare(sql).unwrap();
        let blobs = select.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
        for blob in blobs.map(Result::unwrap) {
            // age's header begins alike in all; what follows does not.
            let places = [blob.len() / 4, blob.len() / 2, blob.len() - 64];
            found.extend(places.map(|at| blob[at..at + 48].to_vec()));
        }
    }
    assert!(found.len() >= 3, "nothing is stored");
    found
}

#[test]
fn nothing_is_left_of_what_was_discarded_removed_withdrawn_or_erased() {
    let site = Box_::served(1, &[]);
    let stays = Document::new(&site, "stays.pdf", 900_000);
    site.send(&site.form("en"), "It stays.", &[stays.path()]).must_say(msg("receipt-title"));
    let mine: Vec<_> = ciphertexts(&site);
    for what in ["discard", "remove", "withdraw", "erase a draft", "erase what was sent", "cut"] {
        let sheet = Sheet::new(&site);
        let all = [2_300_000, 40_000].map(|n| Document::new(&site, &format!("{n}.bin"), n));
        let body = Body::new(&sheet.form, &[("message", "Bonjour")], &all);
        let sent = what == "withdraw" || what == "erase what was sent";
        let path = if sent { "/drop?lang=en" } else { "/drop?lang=en&keep=1" };
        let code = &sheet.form.code;
        let mut upload = body.send(&site, path, body.begins[1] + 100);
        wait_until_held(&site, 1);
        upload.write(&body.bytes[body.begins[1] + 100..]);
        let answer = upload.answer();
        assert!(
            answer.contains(if sent { msg("receipt-title") } else { msg("receipt-kept-title") }),
            "{answer}"
        );
        let mut theirs = ciphertexts(&site);
        // One that lies across two pages of the database is not found as it is.
        theirs.retain(|piece| !mine.contains(piece) && is_in(piece, &seized(&site)).is_some());
        assert!(theirs.len() >= 4, "the search finds nothing");
        let page = site.mailbox(code);
        match what {
            "discard" => discard(&site, code),
            "remove" => {
                let [(_, shown)] = drafts(&page).try_into().unwrap();
                for file in &shown {
                    act(&site, code, "remove", &file.item).must_say(msg("remove-done"));
                }
                // The message is still there; it goes with the rest.
                discard(&site, code)
            }
            "withdraw" => press_sure(&site, &page, "withdraw"),
            "cut" => {
                let again = Sheet::new(&site);
                let form = Form { code: code.clone(), ..again.form };
                let sheet = Sheet { form, token: again.token };
                let body = Body::new(&sheet.form, &[], &all);
                cut(&site, &sheet, &body, "/drop?lang=en", body.begins[1] + 20_000);
                theirs.extend(ciphertexts(&site).into_iter().filter(|piece| !mine.contains(piece)));
                discard(&site, code);
                discard(&site, code)
            }
            _ => act(&site, code, "erase", ""),
        };
        wait_until_clean(&site);
        wait_for(&format!("every byte to be gone after {what}"), || {
            let files = seized(&site);
            theirs.iter().all(|piece| is_in(piece, &files).is_none()).then_some(())
        });
        for piece in &mine {
            assert!(is_in(piece, &seized(&site)).is_some(), "another's was touched by {what}");
        }
    }
    assert_eq!(site.submissions(), 1);
    assert!(opened(&site, "bundle.tar").1 == contents(&[stays]));
}
