//! The main job, with curl as the source: a document goes in, an editor opens it, the answer comes back.
#![allow(missing_docs)]

mod common;

use std::fs;

use common::*;

#[test]
fn a_document_goes_in_an_editor_opens_it_and_the_answer_comes_back() {
    let site = Box_::served(2, &[]);
    let document = site.path("contrat vidéo.pdf");
    fs::write(&document, b"the contract").unwrap();
    let form = site.form("fr");
    let receipt = site.send(&form, "Bonjour", &[document.to_str().unwrap()]);
    receipt.must_say("Received").must_say(&sha256(&document)).must_say("contrat vidéo.pdf");
    site.mailbox(&form.code).must_say("waiting");

    let bundle = site.export("bundle.tar");
    let opened = site.path("opened");
    ok(sourdine().arg("open").arg(&bundle).arg("-i").arg(&site.editors[1].key).arg("-o").arg(&opened));
    assert!(fs::read_to_string(opened.join("SUMMARY.txt")).unwrap().contains("Bonjour"));
    site.mailbox(&form.code).must_say("fetched");

    fs::write(site.path("answer.txt"), "Merci.\n").unwrap();
    let reply = site.path("reply.tar");
    ok(sourdine().arg("reply").arg(&opened).arg("-i").arg(&site.editors[1].key).arg("-o").arg(&reply).arg("--message").arg(site.path("answer.txt")).arg("--attach").arg(&document));
    ok(site.command("deliver").arg(&reply));
    site.mailbox(&form.code.to_uppercase()).must_say("Merci.").must_say("contrat vidéo.pdf");
}
