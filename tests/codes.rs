//! The code as a source meets it: nine words with a check, and eight words of those who came before.

use std::fs;
use std::process::Command;

use sha2::{Digest, Sha256};
use sourdine::base::ids::hex;
use sourdine::crypto::code::RetrievalCode;
use sourdine::crypto::kdf::{Derivation, Scratch};
use sourdine::store::Store;

use crate::common::wire::{Document, selector};
use crate::common::*;

/// Fails unless it is a page of this status with this message.
fn must_be(page: &Answer, status: u16, text: &str) {
    page.must_say(text);
    assert_eq!(page.status, status, "{}", page.text());
}

/// The words shown on a page.
fn shown(page: &Answer) -> Vec<String> {
    let page = scraper::Html::parse_document(&page.text());
    page.select(&selector("main .code li")).map(|word| word.text().collect()).collect()
}

/// The same code with another word of the list in one place.
fn with_a_wrong_word(code: &str) -> String {
    let mut words: Vec<_> = code.split(' ').collect();
    // Of two words at most one passes the check here.
    words[4] = ["able", "about"].into_iter().find(|word| *word != words[4]).unwrap();
    let wrong = words.join(" ");
    match sourdine::crypto::code::RetrievalCode::read(&wrong) {
        Err(_) => wrong,
        Ok(_) => wrong.replacen("able", "above", 1).replacen("about", "above", 1),
    }
}

fn older(code: &str) -> &str {
    code.rsplit_once(' ').unwrap().0
}

#[test]
fn a_wrong_word_is_told_and_nothing_is_stored_under_it() {
    let site = Box_::served(1, &[]);
    for lang in ["en", "fr", "ar"] {
        let page = site.curl(&format!("/drop?lang={lang}"), &[]);
        assert_eq!(shown(&page).len(), 9);
        assert_eq!(shown(&page).join(" "), page.hidden("code"));
    }
    let form = site.form("en");
    site.send(&form, "hello", &[]).must_say(msg("receipt-title"));
    let wrong = with_a_wrong_word(&form.code);
    let page = site.mailbox(&wrong);
    must_be(&page, 422, msg("code-check"));
    // It is given back, to be compared.
    page.must_say(&wrong);
    let form = Form { code: wrong, ..site.form("en") };
    must_be(&site.send(&form, "hello", &[]), 422, msg("code-check"));
    let words = ["able"; 9].join(" ");
    must_be(&site.mailbox(&words), 422, msg("code-check"));
    assert_eq!(site.submissions(), 1);
}

#[test]
fn eight_words_open_what_is_theirs_and_add_to_it() {
    let site = Box_::served(1, &[]);
    // What was sent, and what is only kept.
    let sent = site.form("en");
    site.send(&sent, "first", &[]).must_say(msg("receipt-title"));
    let kept = site.form("fr");
    let mut args = kept.fields();
    args.extend(["-F".into(), "message=later".into()]);
    let args: Vec<_> = args.iter().map(String::as_str).collect();
    site.curl("/drop?lang=en&keep=1", &args).must_say(msg("receipt-kept-title"));
    for (form, there) in [(&sent, msg("mailbox-waiting")), (&kept, "later")] {
        let code = older(&form.code).to_owned();
        let page = site.mailbox(&code);
        must_be(&page, 200, there);
        // Shown as it stands on the paper.
        assert_eq!(page.hidden("code"), code);
        let ticket = page.hidden_in("#more", "ticket");
        let fields = [format!("code={code}"), format!("ticket={ticket}"), "new=1".into()];
        let args: Vec<_> = fields.iter().flat_map(|field| ["--data-urlencode", field]).collect();
        let page = site.curl("/drop/form?lang=en", &args);
        assert_eq!(shown(&page).join(" "), code);
        let more = Form { code, ticket: page.hidden("ticket") };
        site.send(&more, "more", &[]).must_say(msg("receipt-title"));
        site.mailbox(&form.code).must_say(msg("mailbox-waiting"));
    }
    assert_eq!(site.submissions(), 3);
}

#[test]
fn nothing_new_is_stored_under_eight_words() {
    let site = Box_::served(1, &[]);
    let able = ["able"; 8].join(" ");
    for code in [able, older(&site.form("fr").code).to_owned()] {
        let page = site.mailbox(&code);
        must_be(&page, 200, msg("mailbox-nothing-older"));
        let page = scraper::Html::parse_document(&page.text());
        assert!(page.select(&selector("form#send")).next().is_none());

        // A form that was opened before there was a check.
        let form = Form { code, ..site.form("en") };
        let page = site.send(&form, "my only copy", &[]);
        must_be(&page, 422, msg("error-older-code"));
        assert_eq!(site.submissions(), 0);
        // The way on: a new code, and the text.
        let fields = ["code", "ticket", "message", "fresh"];
        let fields = fields.map(|name| format!("{name}={}", page.hidden(name)));
        let args: Vec<_> = fields.iter().flat_map(|field| ["--data-urlencode", field]).collect();
        for lang in ["en", "fr"] {
            let page = site.curl(&format!("/drop/form?lang={lang}"), &args);
            assert_eq!(shown(&page).len(), 9);
            page.must_say(msg_in(lang, "drop-code-hint")).must_say("my only copy");
        }
    }
    assert_eq!(site.submissions(), 0);
}

#[test]
fn a_file_name_that_holds_the_code_is_refused() {
    let site = Box_::served(1, &[]);
    let form = site.form("en");
    let document = site.path("document");
    std::fs::write(&document, "text").unwrap();
    let names = [
        form.code.clone(),
        format!("{}.pdf", form.code.replace(' ', "_")),
        format!("code {}.txt", older(&form.code).replace(' ', "")),
    ];
    for name in names {
        let files = [(document.clone(), "fine.txt".to_owned()), (document.clone(), name)];
        let page = site.send_named(&form, "", "hello", &files);
        must_be(&page, 422, msg("error-file-name-has-code"));
        page.must_say(msg("error-choose"));
    }
    assert_eq!(site.submissions(), 0);
    // Its words alone are no code.
    let name = form.code.split(' ').take(4).collect::<Vec<_>>().join("-");
    let page = site.send_named(&form, "", "hello", &[(document, name)]);
    must_be(&page, 200, msg("receipt-title"));
}

/// Who finds the code reads nothing of what was sent: neither on the page nor with the keys that derive from it.
#[test]
fn a_code_opens_nothing_of_what_was_sent() {
    let site = Box_::served(1, &[]);
    let (form, document) =
        (site.form("en"), Document::new(&site, "plan-of-the-square.pdf", 50_000));
    site.send(&form, "nine-cameras-on-the-square", &[document.path()])
        .must_say(msg("receipt-title"));
    let page = site.mailbox(&form.code);
    page.must_say(msg("mailbox-title")).must_not_say("nine-cameras-on-the-square");
    page.must_not_say(&document.name).must_not_say(&hex(&Sha256::digest(&document.bytes)));

    let store = Store::open(&site.data(), 1 << 40).unwrap();
    let derivation = Derivation::from_bytes(&store.fact("derivation").unwrap().unwrap()).unwrap();
    let code = RetrievalCode::read(&form.code).unwrap().remove(0);
    let keys = derivation.derive(&code, &mut Scratch::default()).unwrap();
    let (bundle, unpacked) = (site.export("bundle.tar"), site.path("unpacked"));
    fs::create_dir(&unpacked).unwrap();
    ok(Command::new("tar").arg("xf").arg(bundle).arg("-C").arg(&unpacked));
    let sealed: Vec<_> = files_below(&unpacked)
        .into_iter()
        .filter(|file| file.extension().is_some_and(|it| it == "age"))
        .collect();
    assert_eq!(sealed.len(), 2);
    for file in sealed {
        let opened = age::Decryptor::new(fs::File::open(&file).unwrap()).unwrap();
        assert!(opened.decrypt(std::iter::once(keys.identity.as_age())).is_err(), "{file:?}");
    }
}
