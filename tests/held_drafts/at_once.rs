//! Two things at once under one code: a button pressed twice, two tabs, an upload to what is being discarded. The
//! newer one goes on, the older one ends and is told so; nobody gets what was not meant.

use rand::RngExt;

use crate::common::held::*;
use crate::common::wire::*;
use crate::common::*;

/// Whole forms from here on are sent by threads: curl's start is too slow to meet another.
fn whole(site: &Box_, body: &Body) -> String {
    body.send(site, "/drop?lang=en", body.bytes.len()).answer()
}

/// A double click: the browser drops the first answer and shows the second. It is one dispatch, and whoever is
/// not told of it is told that the upload ended.
#[test]
fn the_same_form_twice_at_the_same_time_is_sent_once() {
    let site = Box_::served(1, &[]);
    let seed = random();
    println!("seed {seed}");
    let mut dice = seeded(seed);
    let mut sent = Vec::new();
    for round in 0..24 {
        let files: Vec<_> = (0..round % 4)
            .map(|n| {
                Document::new(&site, &format!("{round}-{n}.bin"), 1 + dice.random_range(0..60_000))
            })
            .collect();
        let sheet = Sheet::new(&site);
        let message = format!("Round {round}.");
        let body = Body::new(&sheet.form, &[("message", &message)], &files);
        let at = dice.random_range(0..body.bytes.len() - 10);
        let answers = std::thread::scope(|scope| {
            let first = scope.spawn(|| whole(&site, &body));
            // The second begins with the first, or a little later.
            let mut second = body.send(&site, "/drop?lang=en", at);
            second.write(&body.bytes[at..]);
            [second.answer(), first.join().unwrap()]
        });
        for answer in &answers {
            let good = [msg("receipt-title"), msg("receipt-before-title"), msg("error-discarded")];
            assert!(
                good.iter().any(|good| answer.contains(good)),
                "seed {seed}, round {round}: {answer}"
            );
        }
        let received = answers
            .iter()
            .filter(|answer| answer.contains(&format!("<h1>{}</h1>", msg("receipt-title"))))
            .count();
        assert_eq!(received, 1, "seed {seed}, round {round}");
        assert_eq!((site.submissions(), rows(&site)), (round + 1, (0, 0)), "seed {seed}");
        sent.push((message, contents(&files)));
    }
    let mut opened = all_opened(&site, "bundle.tar");
    opened.sort();
    sent.sort();
    assert!(opened == sent, "seed {seed}");
    wait_until_clean(&site);
}

/// Two tabs with one code. What one keeps for later does not leave with what the other sends.
#[test]
fn what_another_tab_keeps_meanwhile_is_not_sent_with_this_form() {
    let site = Box_::served(1, &[]);
    let [kept, sent] = ["kept.pdf", "sent.pdf"].map(|name| Document::new(&site, name, 30_000));
    for message in ["", "Not before May."] {
        let sheet = Sheet::new(&site);
        let body = Body::new(&sheet.form, &[("message", "")], std::slice::from_ref(&sent));
        let half = body.begins[0] + 10_000;
        let display = Display::open(&site, &sheet.token);
        let mut upload = body.send(&site, "/drop?lang=en", half);
        display.waits_for("File 1: sent.pdf");

        let other = Form { code: sheet.form.code.clone(), ..site.form("en") };
        let files = if message.is_empty() { std::slice::from_ref(&kept) } else { &[] };
        let later = Body::new(&other, &[("message", message)], files);
        let answer = later.send(&site, "/drop?lang=en&keep=1", later.bytes.len()).answer();
        assert!(answer.contains(msg("receipt-kept-title")), "{answer}");

        upload.write(&body.bytes[half..]);
        let answer = upload.answer();
        assert!(
            answer.contains(&format!("<h1>{}</h1>", msg("receipt-title")))
                && !answer.contains(&kept.sha256),
            "{answer}"
        );
        display.ends();
        let page = site.mailbox(&sheet.form.code);
        assert_eq!((held(&page), rows(&site).0), (listed(files), 1));
        assert_eq!(
            opened(&site, &format!("{}.tar", files.len())).1,
            contents(std::slice::from_ref(&sent))
        );
        act(&site, &sheet.form.code, "erase", "").must_say(msg("erased-title"));
    }
}

/// The line stands still, and the source presses Send once more: the server, which has not noticed yet, lets
/// the older upload go.
#[test]
fn the_form_sent_again_while_its_first_upload_stands_still_is_sent_whole_and_leaves_nothing() {
    let site = Box_::served(1, &[]);
    let files = ["one.pdf", "two.pdf", "three.pdf"].map(|name| Document::new(&site, name, 30_000));
    for held_before in [0, 1, 2] {
        let sheet = Sheet::new(&site);
        let body = Body::new(&sheet.form, &[("message", "Bonjour")], &files);
        let at = body.begins[held_before] + 9;
        let display = Display::open(&site, &sheet.token);
        let mut first = body.send(&site, "/drop?lang=en", at);
        display.waits_for(&format!("File {}", held_before + 1));
        wait_until_held(&site, held_before as u64);
        let answer = whole(&site, &body);
        assert!(answer.contains(&format!("<h1>{}</h1>", msg("receipt-title"))), "{answer}");
        let _ = first.try_write(&body.bytes[at..]);
        let answer = first.answer();
        assert!(
            answer.contains(msg("error-discarded")) || answer.contains(msg("receipt-before-title")),
            "{answer}"
        );
        assert_eq!((site.submissions(), rows(&site)), (1, (0, 0)));
        let (message, opened) = opened(&site, &format!("{held_before}.tar"));
        assert!(message == "Bonjour" && opened == contents(&files));
        wait_until_clean(&site);
        act(&site, &sheet.form.code, "erase", "").must_say(msg("erased-title"));
    }
}

/// Another tab sends, or removes, what this form has brought so far: the upload ends, and nothing goes out twice.
#[test]
fn what_another_tab_sends_or_removes_meanwhile_ends_the_upload() {
    let site = Box_::served(1, &[]);
    let [one, two] = ["one.pdf", "two.pdf"].map(|name| Document::new(&site, name, 30_000));
    for what in ["send", "remove"] {
        let sheet = Sheet::new(&site);
        let body = Body::new(&sheet.form, &[("message", "")], &[one.clone(), two.clone()]);
        let half = body.begins[1] + 10_000;
        let mut upload = body.send(&site, "/drop?lang=en", half);
        wait_until_held(&site, 1);
        let page = site.mailbox(&sheet.form.code);
        if what == "send" {
            press(&site, &page, what).must_say(msg("receipt-title"));
        } else {
            press_sure(&site, &page, what).must_say(msg("remove-done"));
        }
        let _ = upload.try_write(&body.bytes[half..]);
        let answer = upload.answer();
        assert!(answer.contains(msg("error-discarded")), "{answer}");
        assert_eq!((site.submissions(), rows(&site)), (u64::from(what == "send"), (0, 0)));
        wait_until_clean(&site);
        // Sent again, on purpose, it is sent.
        let answer = whole(&site, &body);
        assert!(answer.contains(&format!("<h1>{}</h1>", msg("receipt-title"))), "{answer}");
        assert!(answer.contains(&one.sha256) && answer.contains(&two.sha256), "{answer}");
        act(&site, &sheet.form.code, "erase", "").must_say(msg("erased-title"));
    }
}

/// A page of the mailbox is open; meanwhile more is kept. Its button sends what it shows, or nothing.
#[test]
fn the_button_of_an_older_page_does_not_send_what_came_since() {
    let site = Box_::served(1, &[]);
    let [seen, unseen] = ["seen.pdf", "unseen.pdf"].map(|name| Document::new(&site, name, 3_000));
    let keep = |form: &Form, file: &Document| {
        let body = Body::new(form, &[("message", "")], std::slice::from_ref(file));
        let answer = body.send(&site, "/drop?lang=en&keep=1", body.bytes.len()).answer();
        assert!(answer.contains(msg("receipt-kept-title")), "{answer}");
    };
    let form = site.form("en");
    keep(&form, &seen);
    let older = site.mailbox(&form.code);
    keep(&form, &unseen);
    let page = press(&site, &older, "send");
    page.must_say(msg("mailbox-draft")).must_say("unseen.pdf");
    editors_see_nothing(&site);
    // Now it has been seen.
    assert_eq!(
        received(press(&site, &page, "send").must_say(msg("receipt-title"))),
        listed(&[seen, unseen])
    );
    assert_eq!(site.submissions(), 1);
}

/// Erased or discarded while more of it is on its way: that upload ends, and nothing of it is left.
#[test]
fn an_upload_to_what_is_erased_or_discarded_ends_and_leaves_nothing() {
    let site = Box_::served(1, &[]);
    let [one, two] = [400_000, 6_000_000].map(|n| Document::new(&site, &format!("{n}.bin"), n));
    for (kind, message) in [("discard", ""), ("erase", "Bonjour"), ("discard", "Bonjour")] {
        let sheet = Sheet::new(&site);
        let body = Body::new(&sheet.form, &[("message", message)], &[one.clone(), two.clone()]);
        let display = Display::open(&site, &sheet.token);
        let half = body.begins[1] + 3_000_000;
        let mut upload = body.send(&site, "/drop?lang=en", half);
        wait_until_held(&site, 1);
        display.waits_for("File 2: 6000000.bin");
        let page = press_sure(&site, &site.mailbox(&sheet.form.code), kind);
        page.must_say(if kind == "erase" { msg("erased-title") } else { msg("discard-done") });
        assert_eq!(rows(&site), (0, 0));
        // It goes on, not knowing.
        let _ = upload.try_write(&body.bytes[half..]);
        let answer = upload.answer();
        assert!(answer.contains(msg("error-discarded")), "{answer}");
        assert!(!answer.contains("arrived whole"), "{answer}");
        display.waits_for(msg("error-discarded"));
        assert!(!display.said().contains("arrived whole"), "{}", display.said());
        assert_eq!(rows(&site), (0, 0));
        wait_until_clean(&site);
        editors_see_nothing(&site);
        site.mailbox(&sheet.form.code).must_say(msg("mailbox-nothing-title"));
        let left: u64 = database(&site, "vault.db")
            .query_row("SELECT count(*) FROM chunk", [], |row| row.get(0))
            .unwrap();
        assert_eq!(left, 0, "{kind}");
    }
}

/// Discarded with the last byte: the answer is that nothing was kept, never a receipt.
#[test]
fn discarded_just_before_its_end_an_upload_gets_no_receipt() {
    let site = Box_::served(1, &[]);
    let [one, two] = [2_000, 3_000].map(|n| Document::new(&site, &format!("{n}.bin"), n));
    let sheet = Sheet::new(&site);
    let body = Body::new(&sheet.form, &[("message", "Bonjour")], &[one, two]);
    let last = body.bytes.len() - 20;
    let mut upload = body.send(&site, "/drop?lang=en", last);
    wait_until_held(&site, 1);
    discard(&site, &sheet.form.code).must_say(msg("discard-done"));
    upload.write(&body.bytes[last..]);
    let answer = upload.answer();
    assert!(answer.contains(msg("error-discarded")), "{answer}");
    assert_eq!((rows(&site), site.submissions()), ((0, 0), 0));
    wait_until_clean(&site);
    // Sent again, on purpose, it is sent.
    let again = whole(&site, &body);
    assert!(again.contains(msg("receipt-title")), "{again}");
    assert_eq!(site.submissions(), 1);
}
