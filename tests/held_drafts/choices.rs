//! What the source decides: send, keep, discard, remove. Nothing is published that it did not name in the
//! form or see in its mailbox.

use crate::common::held::*;
use crate::common::wire::*;
use crate::common::*;

const ASKED: &str = "asked-title";

/// Small documents of these names.
fn documents(site: &Box_, names: &[&str]) -> Vec<Document> {
    names.iter().map(|name| Document::new(site, name, 5_000 + 7 * name.len())).collect()
}

/// A new form with the code of another.
fn with_code(site: &Box_, form: &Form) -> Form {
    Form { code: form.code.clone(), ..site.form("en") }
}

#[test]
fn files_that_the_form_does_not_name_are_not_sent_with_it() {
    let site = Box_::served(1, &[]);
    let all = documents(&site, &["a.pdf", "b.pdf", "c.pdf"]);
    let form = site.form("en");
    keep(&site, &form, "", "", &all[..2]).must_say(msg("receipt-kept-title"));
    // One of the two and a third; then nothing but a message.
    let asked = site.send(&with_code(&site, &form), "Bonjour", &paths(&all[1..]));
    asked.must_say(msg(ASKED)).must_say(msg("asked-open"));
    editors_see_nothing(&site);
    let asked = site.send(&with_code(&site, &form), "", &paths(&all[..1]));
    asked.must_say(msg(ASKED));
    editors_see_nothing(&site);

    // The way on that the answer shows.
    let page = site.open_with(&asked.hidden("code"), &asked.hidden("ticket"));
    assert_eq!(held(&page), listed(&all));
    page.must_say("Bonjour");
    let receipt = send_draft(&site, &form.code);
    assert_eq!(received(receipt.must_say(msg("receipt-title"))), listed(&all));
    let (message, files) = opened(&site, "bundle.tar");
    assert!(message == "Bonjour" && files == contents(&all));
}

#[test]
fn a_form_that_names_everything_that_is_held_is_sent_at_once() {
    let site = Box_::served(1, &[]);
    let all = documents(&site, &["a.pdf", "b.pdf", "c.pdf"]);
    let form = site.form("en");
    keep(&site, &form, "", "Bonjour", &all[..2]).must_say(msg("receipt-kept-title"));
    let receipt = site.send(&with_code(&site, &form), "Bonjour", &paths(&all));
    assert_eq!(received(receipt.must_say(msg("receipt-title"))), listed(&all));
    assert!(opened(&site, "bundle.tar").1 == contents(&all));
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
    let again = site.send(&sheet.form, "See page 3.", &paths(&all));
    if site.submissions() == 1 {
        let (message, _) = opened(&site, "bundle.tar");
        assert_eq!(message, "See page 3.");
    } else {
        again.must_say(msg(ASKED));
        let page = site.mailbox(&sheet.form.code);
        page.must_say("I am Jeanne").must_say("See page 3.");
        add(&site, &page, "/drop?lang=en", Some("See page 3."), &[]).must_say(msg("receipt-title"));
    }
    let (message, files) = opened(&site, "bundle2.tar");
    assert_eq!(message, "See page 3.");
    assert!(files == contents(&all));
}

/// Kept for later means: the editors see nothing of it until it is sent.
#[test]
fn a_message_that_was_kept_for_later_does_not_go_with_another_form() {
    let site = Box_::served(1, &[]);
    let all = documents(&site, &["a.pdf"]);
    for (later, files) in [("Please publish.", &all[..]), ("", &all[..]), ("Only this.", &[])] {
        let form = site.form("en");
        keep(&site, &form, "", "Not to be sent before May.", &[])
            .must_say(msg("receipt-kept-title"));
        site.send(&with_code(&site, &form), later, &paths(files)).must_say(msg(ASKED));
        editors_see_nothing(&site);
        let page = site.mailbox(&form.code);
        page.must_say("Not to be sent before May.").must_say(later);
        assert_eq!(held(&page), listed(files));
    }
}

/// Neither message is lost where both were written, also when one stands in the other by chance.
#[test]
fn a_later_message_is_not_taken_for_a_piece_of_the_first() {
    let site = Box_::served(1, &[]);
    let form = site.form("en");
    keep(&site, &form, "", "Call me, not my boss.", &[]).must_say(msg("receipt-kept-title"));
    keep(&site, &with_code(&site, &form), "", "not my boss", &[])
        .must_say(msg("receipt-kept-title"));
    // And the same once more is no third one.
    keep(&site, &with_code(&site, &form), "", "not my boss", &[])
        .must_say(msg("receipt-kept-title"));
    send_draft(&site, &form.code).must_say(msg("receipt-title"));
    assert_eq!(opened(&site, "bundle.tar").0, "Call me, not my boss.\n\nnot my boss");
}

#[test]
fn what_is_kept_has_a_receipt_that_says_until_when() {
    let site = Box_::served(1, &[]);
    let all = documents(&site, &["a.pdf", "b.pdf"]);
    let form = site.form("en");
    let receipt = keep(&site, &form, "", "Bonjour", &all);
    receipt.must_say(msg("receipt-kept-title")).must_say(msg("receipt-kept-lead"));
    let fields: Vec<(&str, String)> =
        ["code", "ticket", "receipt"].map(|name| (name, receipt.hidden(name))).to_vec();
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    for lang in ["en", "fr"] {
        let title = msg_in(lang, "receipt-kept-title");
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
    // Kept once more: one draft still.
    keep(&site, &with_code(&site, &form), "", "Bonjour", &all).must_say(msg("receipt-kept-title"));
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
    let second = shown[1].item.as_str();

    let asks = |act: &str, item: &str, question: &str| {
        let page = act_by(&site, &form.code, &ticket(&site), act, "team", item, false);
        page.must_say(question).must_say(msg("question-back"));
        assert_eq!((page.status, rows(&site)), (200, (1, 3)));
        page
    };
    asks("discard", "", msg("discard-title"));
    let question = asks("remove", second, msg("remove-title"));
    // "Yes", as the page carries it.
    let yes = ["code", "ticket", "act", "team", "item"].map(|name| {
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
    // A second press does nothing more.
    post(&site, "/mailbox/act?lang=en", &yes);
    assert_eq!(rows(&site), (1, 2));

    // What was removed may be sent again, by purpose.
    let page = site.mailbox(&form.code);
    add(&site, &page, "/drop?lang=en&keep=1", None, &[all[1].path()])
        .must_say(msg("receipt-kept-title"));
    assert_eq!(rows(&site), (1, 3));
    let page = act(&site, &form.code, "discard", "team", "");
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
    let page = act(&site, &form.code, "remove", "team", &shown[0].item);
    // An empty draft is none: there is nothing to send and nothing to discard.
    page.must_say(msg("remove-done"));
    assert!(
        !page.text().contains(msg("mailbox-draft-send"))
            && !page.text().contains(msg("mailbox-draft"))
    );
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
    // One that carries no sign of what its page showed sends nothing.
    act(&site, &form.code, "send", "team", "").must_say(msg("mailbox-draft"));
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
