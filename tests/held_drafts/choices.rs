//! What the source decides: send, keep, add, discard, remove. A sending publishes what its form brought; a draft
//! is sent as the mailbox shows it.

use crate::common::held::*;
use crate::common::wire::*;
use crate::common::*;

/// Small documents of these names.
fn documents(site: &Box_, names: &[&str]) -> Vec<Document> {
    names.iter().map(|name| Document::new(site, name, 5_000 + 7 * name.len())).collect()
}

/// A new form with the code of another.
fn with_code(site: &Box_, form: &Form) -> Form {
    Form { code: form.code.clone(), ..site.form("en") }
}

/// The trial that matters: a wrong file, stopped, unselected, sent again. It is not published, and the receipt
/// names it.
#[test]
fn a_wrong_file_that_was_stopped_and_unselected_is_not_sent_and_the_receipt_names_it() {
    let site = Box_::served(1, &[]);
    let all = documents(&site, &["wrong.pdf", "right.pdf", "photo.jpg"]);
    let sheet = Sheet::new(&site);
    let body = Body::new(&sheet.form, &[("message", "Bonjour")], &all);
    cut(&site, &sheet, &body, "/drop?lang=en", body.begins[2] + 100);
    assert_eq!(held(&site.mailbox(&sheet.form.code)), listed(&all[..2]));

    let receipt = site.send(&sheet.form, "Bonjour", &paths(&all[1..]));
    receipt.must_say(msg("receipt-title"));
    assert_eq!((received(&receipt), left(&receipt)), (listed(&all[1..]), listed(&all[..1])));
    let (message, files) = opened(&site, "bundle.tar");
    assert!(message == "Bonjour" && files == contents(&all[1..]));
    // The page of its own says so too, and leads on.
    let fields = ["code", "ticket", "receipt"].map(|name| (name, receipt.hidden(name)));
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(left(&post(&site, "/receipt?lang=fr", &fields)), listed(&all[..1]));
    // The message was sent; the file waits for its source alone.
    wait_until_clean(&site);
    let page = site.open_with(&receipt.hidden("code"), &receipt.hidden("ticket"));
    assert_eq!((held(&page), rows(&site)), (listed(&all[..1]), (1, 1)));
    assert!(!page.text().contains("Bonjour"));
    // Sent once more, it still stays.
    let again = site.send(&sheet.form, "Bonjour", &paths(&all[1..]));
    assert_eq!(left(again.must_say(msg("receipt-before-title"))), listed(&all[..1]));
    assert_eq!((site.submissions(), rows(&site)), (1, (1, 1)));
    discard(&site, &sheet.form.code).must_say(msg("discard-done"));
    wait_until_clean(&site);
}

/// Another form of the same code sends what it brought, and leaves the draft as it is.
#[test]
fn what_another_form_kept_is_not_sent_and_stays() {
    let site = Box_::served(1, &[]);
    let all = documents(&site, &["a.pdf", "b.pdf", "c.pdf"]);
    let form = site.form("en");
    keep(&site, &form, "", "Not before May.", &all[..2]).must_say(msg("receipt-kept-title"));
    let page = site.mailbox(&form.code);
    let receipt = more(&site, &page, "Bonjour", &paths(&all[1..]));
    assert_eq!(received(receipt.must_say(msg("receipt-title"))), listed(&all[1..]));
    assert_eq!(left(&receipt), []);
    let page = site.mailbox(&form.code);
    page.must_say("Not before May.");
    assert_eq!(held(&page), listed(&all[..2]));
    let receipt = send_draft(&site, &form.code);
    assert_eq!(received(receipt.must_say(msg("receipt-title"))), listed(&all[..2]));
    let mut sent = all_opened(&site, "bundle.tar");
    sent.sort();
    let expected = [("Bonjour", &all[1..]), ("Not before May.", &all[..2])];
    assert!(sent == expected.map(|(message, files)| (message.to_owned(), contents(files))));
}

/// A broken upload of one form and another of a second form are two drafts; each is sent by itself.
#[test]
fn the_broken_uploads_of_two_forms_are_two_drafts() {
    let site = Box_::served(1, &[]);
    let all = documents(&site, &["a.pdf", "b.pdf", "c.pdf", "d.pdf"]);
    let first = Sheet::new(&site);
    let body = Body::new(&first.form, &[("message", "One")], &all[..2]);
    cut(&site, &first, &body, "/drop?lang=en", body.begins[1] + 100);
    let second = Sheet::new(&site);
    let form = with_code(&site, &first.form);
    let second = Sheet { form: Form { ticket: second.form.ticket, ..form }, token: second.token };
    let body = Body::new(&second.form, &[("message", "Two")], &all[2..]);
    cut(&site, &second, &body, "/drop?lang=en", body.begins[1] + 100);
    let page = site.mailbox(&first.form.code);
    page.must_say("One").must_say("Two");
    let mut names: Vec<_> =
        drafts(&page).into_iter().flat_map(|(_, files)| files).map(|file| file.name).collect();
    names.sort();
    assert_eq!((names, rows(&site)), (vec!["a.pdf".into(), "c.pdf".into()], (2, 2)));

    // The first form, sent again, is whole, and the other one stays.
    let receipt = site.send(&first.form, "One", &paths(&all[..2]));
    assert_eq!(received(receipt.must_say(msg("receipt-title"))), listed(&all[..2]));
    assert_eq!(left(&receipt), []);
    assert_eq!(held(&site.mailbox(&first.form.code)), listed(&all[2..3]));
    wait_until_clean(&site);
    assert!(opened(&site, "bundle.tar") == ("One".into(), contents(&all[..2])));
}

/// A form that comes back, in another language or to be mended, is still the same form.
#[test]
fn a_form_that_comes_back_takes_its_own_draft() {
    let site = Box_::served(1, &[]);
    let all = documents(&site, &["a.pdf", "b.pdf"]);
    let sheet = Sheet::new(&site);
    let body = Body::new(&sheet.form, &[("message", "Bonjour")], &all);
    cut(&site, &sheet, &body, "/drop?lang=en", body.begins[1] + 100);
    let fields = [("code", &*sheet.form.code), ("ticket", &sheet.form.ticket), ("message", "x")];
    let back = Sheet::of(&post(&site, "/drop/form?lang=fr", &fields));
    assert_eq!(back.form.code, sheet.form.code);
    let receipt = site.send(&back.form, "Bonjour", &paths(&all));
    assert_eq!(received(receipt.must_say(msg("receipt-title"))), listed(&all));
    assert_eq!((rows(&site), site.submissions()), ((0, 0), 1));
    site.send(&sheet.form, "Bonjour", &paths(&all)).must_say(msg("receipt-before-title"));
}

/// The upload broke; the form still stands there; the source thinks again, takes its name out of the
/// message and presses Send. The first wording must not reach anybody.
#[test]
fn a_message_that_was_changed_after_the_cut_is_not_sent_in_its_first_wording() {
    let site = Box_::served(1, &[]);
    let all = documents(&site, &["a.pdf", "b.pdf"]);
    let sheet = Sheet::new(&site);
    let body = Body::new(&sheet.form, &[("message", "I am Jeanne, of the town hall.")], &all);
    cut(&site, &sheet, &body, "/drop?lang=en", body.begins[1] + 100);
    site.send(&sheet.form, "See page 3.", &paths(&all)).must_say(msg("receipt-title"));
    assert!(opened(&site, "bundle.tar") == ("See page 3.".into(), contents(&all)));
    assert_eq!(rows(&site), (0, 0));
}

/// What adds to a draft has the last word about its message, and sends nothing.
#[test]
fn a_draft_that_is_added_to_takes_the_message_that_the_form_shows() {
    let site = Box_::served(1, &[]);
    let all = documents(&site, &["a.pdf"]);
    let form = site.form("en");
    keep(&site, &form, "", "Call me.", &[]).must_say(msg("receipt-kept-title"));
    let page = site.mailbox(&form.code);
    add(&site, &page, None, &paths(&all)).must_say(msg("receipt-kept-title"));
    site.mailbox(&form.code).must_say("Call me.");
    add(&site, &page, Some("Call nobody."), &[]).must_say(msg("receipt-kept-title"));
    let page = site.mailbox(&form.code);
    assert_eq!((held(&page), rows(&site)), (listed(&all), (1, 1)));
    assert!(!page.text().contains("Call me."));
    editors_see_nothing(&site);
    send_draft(&site, &form.code).must_say(msg("receipt-title"));
    assert!(opened(&site, "bundle.tar") == ("Call nobody.".into(), contents(&all)));
}

#[test]
fn what_is_kept_has_a_receipt_that_says_until_when() {
    let site = Box_::served(1, &[]);
    let all = documents(&site, &["a.pdf", "b.pdf"]);
    let form = site.form("en");
    let receipt = keep(&site, &form, "", "Bonjour", &all);
    receipt.must_say(msg("receipt-kept-title"));
    site.whole(&receipt).must_say(msg("receipt-kept-lead"));
    let fields: Vec<(&str, String)> =
        ["code", "ticket", "receipt"].map(|name| (name, receipt.hidden(name))).to_vec();
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    for (lang, title) in
        [("en", msg("receipt-kept-title")), ("fr", msg_in("fr", "receipt-kept-title"))]
    {
        let page = post(&site, &format!("/receipt?lang={lang}"), &fields);
        page.must_say(title);
        assert_eq!(received(&page), listed(&all));
        assert_eq!(page.hidden("code"), form.code);
    }
    // Altered anywhere, it is no receipt of ours.
    let [.., (_, signed)] = fields[..] else { panic!() };
    let sizes = signed.replace("5035", "5036");
    assert_ne!(sizes, signed);
    for wrong in [&sizes, &signed.replace(&all[0].sha256, &all[1].sha256), "", "é", &signed[64..]]
    {
        let page = post(
            &site,
            "/receipt?lang=en",
            &[("code", &form.code), ("ticket", &form.ticket), ("receipt", wrong)],
        );
        page.must_say(msg("error-form"));
        assert_eq!(received(&page), []);
    }
    // The same form kept once more: one draft still, and no file twice.
    keep(&site, &form, "", "Bonjour", &all).must_say(msg("receipt-kept-title"));
    assert_eq!(rows(&site), (1, 2));
    wait_until_clean(&site);
    editors_see_nothing(&site);
}

#[test]
fn discarding_and_removing_are_asked_first_and_then_final() {
    let site = Box_::served(1, &[]);
    let all = documents(&site, &["a.pdf", "b.pdf", "c.pdf"]);
    let form = site.form("en");
    keep(&site, &form, "", "Bonjour", &all);
    let [(_, shown)] = drafts(&site.mailbox(&form.code)).try_into().unwrap();
    let (draft, second) = (shown[1].item.split('-').next().unwrap(), shown[1].item.as_str());

    let asks = |act: &str, item: &str, question: &str| {
        let page = act_by(&site, &form.code, &ticket(&site), act, item, false);
        page.must_say(question).must_say("No, go back");
        assert_eq!((page.status, rows(&site)), (200, (1, 3)));
        page
    };
    asks("discard", draft, msg("discard-title"));
    let question = asks("remove", second, msg("remove-title"));
    // "Yes", as the page carries it.
    let yes = ["code", "ticket", "act", "item"].map(|name| {
        let selector = scraper::Selector::parse(&format!("form#sure input[name={name}]")).unwrap();
        let html = scraper::Html::parse_document(&question.text());
        (name, html.select(&selector).next().unwrap().value().attr("value").unwrap().to_owned())
    });
    let mut yes: Vec<_> = yes.iter().map(|(name, value)| (*name, value.as_str())).collect();
    yes.push(("sure", "yes"));
    let page = post(&site, "/mailbox/act?lang=en", &yes);
    page.must_say(msg("remove-done"));
    assert_eq!(held(&page), listed(&[all[0].clone(), all[2].clone()]));
    wait_until_clean(&site);
    // A second press does nothing more, and another word for it nothing at all.
    for (what, item) in [("discard", ""), ("discard", second), ("remove", draft), ("send", draft)] {
        assert_eq!(act(&site, &form.code, what, item).status, 400, "{what}");
    }
    post(&site, "/mailbox/act?lang=en", &yes);
    assert_eq!(rows(&site), (1, 2));

    // What was removed may be sent again, by purpose.
    let page = site.mailbox(&form.code);
    add(&site, &page, None, &[all[1].path()]).must_say(msg("receipt-kept-title"));
    assert_eq!(rows(&site), (1, 3));
    let page = discard(&site, &form.code);
    page.must_say(msg("discard-done")).must_say(msg("mailbox-nothing-title"));
    assert_eq!(rows(&site), (0, 0));
    wait_until_clean(&site);
    editors_see_nothing(&site);
}

#[test]
fn the_last_file_removed_leaves_a_mailbox_that_can_still_send() {
    let mut site = Box_::served(1, &[]);
    let all = documents(&site, &["a.pdf", "b.pdf"]);
    let form = site.form("en");
    keep(&site, &form, "", "", &all[..1]);
    let [(_, shown)] = drafts(&site.mailbox(&form.code)).try_into().unwrap();
    let page = act(&site, &form.code, "remove", &shown[0].item);
    // An empty draft is none: there is nothing to send and nothing to discard.
    page.must_say(msg("remove-done")).must_say(msg("mailbox-nothing-title"));
    assert_eq!(rows(&site), (0, 0));
    // Not even when the editors' keys change: nothing is there that was sealed to the old ones.
    let new = Editor::new(site.dir.path(), "new");
    site.add_editor(new);
    site.signal("HUP");
    wait_for("the keys to be read again", || site.log().contains("read again").then_some(()));
    let receipt = site.send(&with_code(&site, &form), "", &paths(&all[1..]));
    assert_eq!(received(receipt.must_say(msg("receipt-title"))), listed(&all[1..]));
    assert!(opened(&site, "bundle.tar").1 == contents(&all[1..]));
    site.stop();
}

#[test]
fn sent_from_the_mailbox_page_it_is_sent_once() {
    let site = Box_::served(1, &[]);
    let all = documents(&site, &["a.pdf", "b.pdf"]);
    let form = site.form("en");
    keep(&site, &form, "", "Bonjour", &all);
    let page = site.mailbox(&form.code);
    // One that carries another sign of what its page showed sends nothing.
    let [(_, shown)] = drafts(&page).try_into().unwrap();
    let draft = shown[0].item.split('-').next().unwrap();
    act(&site, &form.code, "send", &format!("{draft}-0")).must_say(msg("mailbox-draft"));
    editors_see_nothing(&site);
    assert_eq!(received(press(&site, &page, "send").must_say(msg("receipt-title"))), listed(&all));
    // Twice pressed.
    press(&site, &page, "send").must_say(msg("gone-already")).must_say(msg("mailbox-waiting"));
    assert_eq!((site.submissions(), rows(&site)), (1, (0, 0)));
    let (message, files) = opened(&site, "bundle.tar");
    assert!(message == "Bonjour" && files == contents(&all));
}

/// Nothing but spaces is nothing, and leaves nothing behind.
#[test]
fn an_empty_form_leaves_no_draft() {
    let site = Box_::served(1, &[]);
    let form = site.form("en");
    for message in ["", " ", "\n\n\t"] {
        for path in ["/drop?lang=en", "/drop?lang=en&keep=1"] {
            let mut args = form.fields();
            args.extend(["--form-string".into(), format!("message={message}")]);
            let args: Vec<_> = args.iter().map(String::as_str).collect();
            let answer = site.curl(path, &args);
            assert_eq!(answer.status, 422, "{}", answer.text());
            answer.must_say(msg("error-empty"));
        }
    }
    assert_eq!(rows(&site), (0, 0));
    site.mailbox(&form.code).must_say(msg("mailbox-nothing-title"));
}
