//! A source takes back: it withdraws what nobody fetched, deletes an answer, erases everything. Asked first,
//! done once, final; and nothing of it by another code or with a page that was left.

use std::fs;

use crate::common::held::*;
use crate::common::inside::Inside;
use crate::common::wire::*;
use crate::common::*;
use sourdine::store::Withdrawal;

const GONE: &str = "gone-already";
const FETCHED: &str = "withdraw-too-late";

/// Sends one document; its form, and what it was.
fn sent(site: &Box_, name: &str) -> (Form, Document) {
    let (form, document) = (site.form("en"), Document::new(site, name, 1_500_000));
    site.send(&form, "Bonjour", &[document.path()]).must_say(msg("receipt-title"));
    (form, document)
}

/// The id of the first thing of a page that may be withdrawn or deleted.
fn item(page: &Answer, act: &str) -> String {
    let fields = fields_of(page, act, 0);
    fields.into_iter().find(|(name, _)| name == "item").unwrap().1
}

/// An editor answers what waits, with a file; the name of the bundle.
fn answer(site: &Box_, round: usize) -> std::path::PathBuf {
    let (bundle, opened) =
        (site.export(&format!("{round}.tar")), site.path(&format!("{round}.open")));
    ok(&mut site.editors[0].open([bundle], &opened));
    let (text, file) = (site.path("answer.txt"), site.path("attached.txt"));
    fs::write(&text, format!("Answer {round}.\n")).unwrap();
    fs::write(&file, "attached").unwrap();
    let reply = site.path(&format!("{round}.reply.tar"));
    let mut command = sourdine();
    command.arg("reply").arg(&opened).arg("-i").arg(&site.editors[0].key).arg("-o").arg(&reply);
    ok(command.arg("--message").arg(text).arg("--attach").arg(file));
    ok(site.command("deliver").arg(&reply));
    reply
}

fn nothing_waits(site: &Box_) {
    let none = site.path("none.tar");
    ok(site.command("export").arg("-o").arg(&none));
    assert!(!none.exists());
}

#[test]
fn what_nobody_fetched_is_withdrawn_after_a_question() {
    let site = Box_::served(1, &[]);
    let (form, _) = sent(&site, "one.pdf");
    let (stays, document) = sent(&site, "stays.pdf");
    let page = site.mailbox(&form.code);
    for _ in 0..2 {
        press(&site, &page, "withdraw")
            .must_say(msg("withdraw-title"))
            .must_say(msg("question-back"));
        assert_eq!(site.submissions(), 2, "withdrawn without being sure");
    }
    let done = press_sure(&site, &page, "withdraw");
    done.must_say(msg("withdraw-done"));
    assert!(!done.text().contains(msg("mailbox-waiting")));
    press_sure(&site, &page, "withdraw").must_say(msg(GONE));
    wait_until_clean(&site);
    // An export that runs afterwards has the other one.
    assert!(opened(&site, "bundle.tar").1 == contents(&[document]));
    site.mailbox(&stays.code).must_say(msg("mailbox-fetched"));
    // The same form may be sent again, by purpose: nothing remembers it.
    let again = site.send(&form, "Bonjour", &[site.path("documents/one.pdf").to_str().unwrap()]);
    again.must_say(msg("receipt-title"));
    assert_eq!(site.submissions(), 2);
}

#[test]
fn what_was_fetched_is_not_withdrawn_by_whatever_word() {
    let site = Box_::served(1, &[]);
    let (form, document) = sent(&site, "one.pdf");
    let page = site.mailbox(&form.code);
    let id = item(&page, "withdraw");
    ok(site.command("export").arg("-o").arg(site.path("bundle.tar")));
    press_sure(&site, &page, "withdraw").must_say(msg(FETCHED)).must_say(msg("mailbox-fetched"));
    assert!(!site.mailbox(&form.code).text().contains("value=\"withdraw\""));
    // As an answer it is not deleted either, nor as a file of a draft.
    act(&site, &form.code, "delete", &id).must_say(msg(GONE));
    act(&site, &form.code, "remove", &id);
    act(&site, &form.code, "discard", &id);
    assert_eq!(site.submissions(), 1);
    assert!(opened(&site, "again.tar").1 == contents(&[document]));
}

#[test]
fn another_code_and_a_wrong_item_do_nothing() {
    let site = Box_::served(1, &[]);
    let (form, document) = sent(&site, "one.pdf");
    answer(&site, 1);
    let (other, _) = sent(&site, "other.pdf");
    let page = site.mailbox(&form.code);
    let (reply, theirs) = (item(&page, "delete"), item(&site.mailbox(&other.code), "withdraw"));
    for code in [&other.code, &site.form("en").code] {
        act(&site, code, "delete", &reply).must_say(msg(GONE));
    }
    act(&site, &form.code, "withdraw", &theirs).must_say(msg(GONE));
    act(&site, &form.code, "withdraw", &reply).must_say(msg(GONE));
    act(&site, &other.code, "delete", &theirs).must_say(msg(GONE));
    for wrong in ["", "0", "../..", &"é".repeat(32), &"0".repeat(33), &reply.to_uppercase()] {
        for what in ["withdraw", "delete"] {
            let answer = act(&site, &form.code, what, wrong);
            assert!(answer.status == 400 || answer.text().contains(msg(GONE)), "{}", answer.text());
        }
    }
    for what in ["", "burn", "Erase"] {
        let answer = act(&site, &form.code, what, "");
        assert_eq!(answer.status, 400, "{}", answer.text());
    }
    assert_eq!((site.submissions(), &site.status()["replies"]), (2, &1.into()));
    site.mailbox(&form.code).must_say("Answer 1.");
    assert!(all_opened(&site, "all.tar").contains(&("Bonjour".into(), contents(&[document]))));
}

#[test]
fn an_answer_is_deleted_after_a_question_and_the_others_stay() {
    let site = Box_::served(1, &[]);
    let (form, _) = sent(&site, "one.pdf");
    answer(&site, 1);
    answer(&site, 2);
    let page = site.mailbox(&form.code);
    let id = item(&page, "delete");
    let download = |ticket: &str| {
        let fields = [("code", form.code.as_str()), ("ticket", ticket), ("dispatch", &id)];
        let fields: Vec<_> = fields.into_iter().chain([("number", "1")]).collect();
        post(&site, "/mailbox/file?lang=en", &fields)
    };
    assert_eq!(download(&ticket(&site)).bytes, b"attached");
    press(&site, &page, "delete").must_say(msg("delete-title"));
    site.mailbox(&form.code).must_say("Answer 1.").must_say("Answer 2.");
    let done = press_sure(&site, &page, "delete");
    done.must_say(msg("delete-done"));
    let left = ["Answer 1.", "Answer 2."].map(|text| done.text().contains(text));
    assert_eq!(left.iter().filter(|is| **is).count(), 1);
    download(&ticket(&site)).must_say(msg("error-no-file"));
    press_sure(&site, &page, "delete").must_say(msg(GONE));
    wait_until_clean(&site);
}

#[test]
fn erased_nothing_is_left_and_no_page_of_that_visit_opens_anything() {
    let site = Box_::served(1, &[]);
    let (form, one) = sent(&site, "one.pdf");
    answer(&site, 1);
    let (stays, document) = sent(&site, "stays.pdf");
    site.send(&Form { code: form.code.clone(), ..site.form("en") }, "More", &[one.path()]);
    let kept = Body::new(&Form { code: form.code.clone(), ..site.form("en") }, &[], &[one]);
    let receipt = kept.send(&site, "/drop?lang=en&keep=1", kept.bytes.len()).answer();
    assert!(receipt.contains(msg("receipt-kept-title")), "{receipt}");
    let page = site.mailbox(&form.code);
    press(&site, &page, "erase").must_say(msg("erase-title"));
    site.mailbox(&form.code)
        .must_say("Answer 1.")
        .must_say(msg("mailbox-waiting"))
        .must_say(msg("mailbox-draft-send"));

    let erased = press_sure(&site, &page, "erase");
    erased.must_say(msg("erased-title"));
    assert!(erased.headers.to_lowercase().contains("clear-site-data: "), "{}", erased.headers);
    // Back and Reload: every form of that visit.
    let ticket = page.hidden("ticket");
    site.open_with(&form.code, &ticket).must_say(msg("left-title"));
    press_sure_again(&site, &page).must_say(msg("left-title"));
    press(&site, &page, "send").must_say(msg("left-title"));
    site.send(&Form { code: form.code.clone(), ticket }, "Hello", &[]).must_say(msg("left-title"));
    // Another visit.
    site.mailbox(&form.code).must_say(msg("mailbox-nothing-title"));
    act(&site, &form.code, "erase", "").must_say(msg("erased-title"));
    assert_eq!(rows(&site), (0, 0));
    wait_until_clean(&site);
    let status = site.status();
    assert_eq!((&status["mailboxes"], &status["replies"]), (&1.into(), &0.into()));
    let late = fails(site.command("deliver").arg(site.path("1.reply.tar")));
    assert!(late.contains("there is no such mailbox here"), "{late}");
    site.mailbox(&form.code).must_say(msg("mailbox-nothing-title"));
    assert!(opened(&site, "bundle.tar").1 == contents(&[document]));
    site.mailbox(&stays.code).must_say(msg("mailbox-fetched"));
}

/// "Yes" as the question carried it, with the ticket of a page that is left.
fn press_sure_again(site: &Box_, page: &Answer) -> Answer {
    let fields = fields_of(page, "erase", 0);
    let fields: Vec<_> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    post(
        site,
        "/mailbox/act?lang=en",
        &[&fields[..], &[("act", "erase"), ("sure", "yes")]].concat(),
    )
}

/// What its buttons would do is still what the page says.
#[test]
fn a_page_from_before_a_restart_is_as_good_as_it_was() {
    let mut site = Box_::served(1, &[]);
    let (form, _) = sent(&site, "one.pdf");
    let page = site.mailbox(&form.code);
    site.stop();
    site.serve();
    for (what, said) in [("withdraw", msg("withdraw-done")), ("erase", msg("erased-title"))] {
        let fields = fields_of(&page, what, 0);
        let fields: Vec<_> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let sure = [&fields[..], &[("act", what), ("sure", "yes")]].concat();
        post(&site, "/mailbox/act?lang=en", &sure).must_say(said);
    }
    assert_eq!(site.submissions(), 0);
}

/// Withdrawn when the export has read it and not yet noted it: the editors have it, the export is good.
#[test]
fn withdrawn_between_an_exports_last_byte_and_its_note_the_export_is_good() {
    let inside = Inside::new();
    let (one, other) = (inside.source(), inside.source());
    let (first, second) = (inside.send(&one, "first"), inside.send(&other, "second"));
    let bundle = inside.path("bundle.tar");
    let withdraw = |done: u64, total: u64| {
        if done == total {
            let outcome = inside.dropbox.store().withdraw(one.id, first).unwrap();
            assert_eq!(outcome, Withdrawal::Done);
        }
    };
    let exported = inside.dropbox.export("team", false, &bundle, &withdraw).unwrap();
    assert_eq!((exported.dispatches, exported.damaged.len()), (2, 0));
    ok(&mut inside.editor.open([bundle], &inside.path("opened")));
    assert!(inside.view(&one).unwrap().submissions.is_empty());
    let theirs = inside.view(&other).unwrap().submissions;
    assert_eq!((theirs[0].id, theirs[0].fetched.is_some()), (second, true));
    assert!(inside.dropbox.store().to_export("team", false).unwrap().is_empty());
}

/// Withdrawn, or erased, while the export reads: what is not there any more is left out, and all the rest
/// is exported. No source may keep the editors from the others' documents.
#[test]
fn withdrawn_while_an_export_reads_the_others_are_exported() {
    let inside = Inside::new();
    let sources: Vec<_> = (0..3).map(|_| inside.source()).collect();
    let big = vec![7; 5_000_000];
    for source in &sources {
        inside.send_file(source, "big", &big);
    }
    let store = inside.dropbox.store();
    let waiting = store.to_export("team", false).unwrap();
    let (victim, _) = &waiting[1];
    let withdraw = |done: u64, total: u64| {
        if done > total / 2 && store.mailbox(victim.id).unwrap().is_some() {
            store.erase(victim.id).unwrap();
            wait_for("the chunks to go", || (store.used() < total * 3 / 4).then_some(()));
        }
    };
    let bundle = inside.path("bundle.tar");
    let exported = inside.dropbox.export("team", false, &bundle, &withdraw).unwrap();
    assert_eq!((exported.dispatches, exported.damaged.len()), (2, 0));
    ok(&mut inside.editor.open([bundle], &inside.path("opened")));
    assert!(store.to_export("team", false).unwrap().is_empty());
    assert_eq!(store.to_export("team", true).unwrap().len(), 2);
}

#[test]
fn nothing_waits_after_the_only_one_was_withdrawn() {
    let site = Box_::served(1, &[]);
    let (form, _) = sent(&site, "one.pdf");
    press_sure(&site, &site.mailbox(&form.code), "withdraw").must_say(msg("withdraw-done"));
    nothing_waits(&site);
}

/// Who sees no more than how much was answered does not see which of the three it was.
#[test]
fn an_unknown_code_an_empty_mailbox_and_a_used_one_answer_in_one_length() {
    let site = Box_::served(1, &[]);
    for lang in ["en", "fr", "ar"] {
        let unknown = site.form(lang);
        let (used, _) = sent(&site, "one.pdf");
        let (empty, _) = sent(&site, "two.pdf");
        press_sure(&site, &site.mailbox(&empty.code), "withdraw").must_say(msg("withdraw-done"));
        let length = |form: &Form| {
            let ticket = ticket(&site);
            let fields = [("code", &*form.code), ("ticket", &*ticket)];
            let page = post(&site, &format!("/mailbox?lang={lang}"), &fields);
            assert_eq!(page.status, 200);
            page.headers.len() + page.bytes.len()
        };
        let lengths = [&unknown, &empty, &used].map(length);
        assert!(lengths.iter().all(|one| *one == lengths[0]), "{lang}: {lengths:?}");
    }
}

#[test]
fn a_day_that_a_form_names_may_be_any_number() {
    let site = Box_::served(1, &[]);
    let form = site.form("en");
    site.send(&form, "Hello", &[]).must_say(msg("receipt-title"));
    for day in [i64::MAX, i64::MIN, i64::MAX / 86_400] {
        let (ticket, day) = (ticket(&site), day.to_string());
        let fields = [("code", &*form.code), ("ticket", &ticket), ("act", "withdraw")];
        let fields = [&fields[..], &[("item", "x"), ("about", &day)]].concat();
        let asked = post(&site, "/mailbox/act?lang=en", &fields);
        assert_eq!(asked.status, 200, "{}", asked.text());
    }
}
