//! Uploads that break: cut by the network, by a crash, by a stop.

use rand::RngExt;

use crate::common::held::*;
use crate::common::wire::*;
use crate::common::*;

/// Three documents that span several of the vault's chunks or less than one.
fn three(site: &Box_) -> Vec<Document> {
    let sizes = [("contrat.pdf", 1_300_001), ("annexe 1.odt", 70_003), ("photo.jpg", 2_500_007)];
    sizes.map(|(name, size)| Document::new(site, name, size)).to_vec()
}

#[test]
fn cut_after_the_second_of_three_files_the_source_finds_two_and_adds_the_third() {
    let site = Box_::served(1, &[]);
    let documents = three(&site);
    let sheet = Sheet::new(&site);
    let body = Body::new(&sheet.form, &[("message", "Trois pièces.")], &documents);
    let upload = body.send(&site, "/drop?lang=en", body.begins[2] + 1_200_000);
    wait_until_held(&site, 2);
    // While it goes on and when it broke: nothing for editors.
    editors_see_nothing(&site);
    drop(upload);
    wait_until_clean(&site);
    editors_see_nothing(&site);
    assert_eq!(site.status()["drafts"], 1);

    let page = site.mailbox(&sheet.form.code);
    page.must_say(msg("mailbox-draft")).must_say("Trois pièces.");
    let [(team, shown)] = drafts(&page).try_into().unwrap();
    assert_eq!(team, "team");
    let sizes: Vec<_> = shown.iter().map(|file| file.size.as_str()).collect();
    assert_eq!(sizes, ["1.3 MB", "70 kB"], "{shown:?}");
    assert_eq!(held(&page), listed(&documents[..2]));
    assert!(!page.text().contains("photo.jpg"));

    let kept = add(&site, &page, None, &[documents[2].path()]);
    assert_eq!(received(kept.must_say(msg("receipt-kept-title"))), listed(&documents));
    let receipt = send_draft(&site, &sheet.form.code);
    receipt.must_say(msg("receipt-title")).must_say(msg("receipt-message"));
    assert_eq!(received(&receipt), listed(&documents));
    assert_eq!(site.submissions(), 1);
    let (message, files) = opened(&site, "bundle.tar");
    assert_eq!(message, "Trois pièces.");
    assert!(files == contents(&documents));

    assert_eq!(rows(&site), (0, 0));
    assert_eq!(site.status()["draft_bytes"], 0);
    wait_until_clean(&site);
    let page = site.mailbox(&sheet.form.code);
    page.must_say("3 files").must_say(msg("mailbox-fetched"));
    assert_eq!(drafts(&page), []);
}

/// Issue 3, "it must show", 4.
#[test]
fn cut_at_ten_random_places_whole_files_are_offered_and_nothing_of_the_cut_one() {
    let site = Box_::served(1, &[]);
    let documents = three(&site);
    let seed = random();
    println!("seed {seed}");
    let mut dice = seeded(seed);
    let reference = Body::new(&Sheet::new(&site).form, &[("message", "Bonjour")], &documents);
    let end = *reference.whole.last().unwrap();
    let mut places: Vec<usize> = (0..10).map(|_| dice.random_range(0..end)).collect();
    // And where a reader might count wrongly: the content whole, the delimiter not.
    places.extend(reference.whole.iter().flat_map(|whole| [whole - 8, whole - 1, *whole]));
    places.retain(|place| *place < end);
    for place in places {
        let sheet = Sheet::new(&site);
        let body = Body::new(&sheet.form, &[("message", "Bonjour")], &documents);
        // Codes differ in length, and what follows the fields does not.
        let place = (place + body.bytes.len()).saturating_sub(reference.bytes.len());
        cut(&site, &sheet, &body, "/drop?lang=en", place);
        let whole = body.whole.iter().filter(|whole| **whole <= place).count();
        let page = site.mailbox(&sheet.form.code);
        assert_eq!(held(&page), listed(&documents[..whole]), "seed {seed}, cut at {place}");
        let begun = place >= body.begins[0];
        assert_eq!(page.text().contains("Bonjour"), begun, "seed {seed}, cut at {place}");
        wait_until_clean(&site);
        editors_see_nothing(&site);
        assert_eq!(rows(&site), (u64::from(begun), whole as u64), "seed {seed}, cut at {place}");
        discard(&site, &sheet.form.code).must_say(msg("discard-done"));
    }
    wait_until_clean(&site);
    assert_eq!(rows(&site), (0, 0));
}

#[test]
fn after_a_crash_or_a_stop_in_the_middle_the_draft_is_there_and_can_be_completed() {
    for signal in ["KILL", "TERM"] {
        let mut site = Box_::served(1, &[]);
        let documents = three(&site);
        let sheet = Sheet::new(&site);
        let body = Body::new(&sheet.form, &[("message", "Bonjour")], &documents);
        let upload = body.send(&site, "/drop?lang=en", body.begins[2] + 2_200_000);
        wait_until_held(&site, 2);
        match signal {
            "KILL" => site.kill(),
            _ => site.stop(),
        }
        drop(upload);
        site.serve();
        wait_until_clean(&site);
        editors_see_nothing(&site);
        let page = site.mailbox(&sheet.form.code);
        assert_eq!(held(&page), listed(&documents[..2]), "{signal}");

        // The page from before the restart is still open: its form may be sent again as it is.
        let files = paths(&documents);
        let receipt = site.send(&sheet.form, "Bonjour", &files);
        assert_eq!(
            received(receipt.must_say(msg("receipt-title"))),
            listed(&documents),
            "{signal}"
        );
        let (message, files) = opened(&site, "bundle.tar");
        assert_eq!(message, "Bonjour");
        assert!(files == contents(&documents), "{signal}");
        assert_eq!(rows(&site), (0, 0));
        wait_until_clean(&site);
    }
}

/// Whatever the moment: what a source was shown as kept is kept, and a draft is a beginning of the form.
#[test]
fn killed_at_random_moments_a_draft_never_shrinks_and_never_holds_half_a_file() {
    let mut site = Box_::served(1, &[]);
    let seed = random();
    println!("seed {seed}");
    let mut dice = seeded(seed);
    let documents: Vec<_> = (0..12)
        .map(|n| Document::new(&site, &format!("{n}.bin"), 1 + dice.random_range(0..300_000)))
        .collect();
    for _ in 0..4 {
        let sheet = Sheet::new(&site);
        let body = Body::new(&sheet.form, &[("message", "")], &documents);
        let mut upload = Upload::begin(&site, "/drop?lang=en", body.bytes.len());
        // In pieces, so that the kill falls between them; the server's pace is its own.
        let end = dice.random_range(0..body.bytes.len() - 10);
        for piece in body.bytes[..end].chunks(40_000) {
            upload.write(piece);
        }
        let before = rows(&site).1;
        site.kill();
        drop(upload);
        site.serve();
        wait_until_clean(&site);
        editors_see_nothing(&site);
        let page = site.mailbox(&sheet.form.code);
        let kept = held(&page);
        let most = body.whole.iter().filter(|whole| **whole <= end).count();
        assert!(kept.len() as u64 >= before, "seed {seed}: {before} were kept, {} are", kept.len());
        assert!(kept.len() <= most, "seed {seed}");
        assert_eq!(kept, listed(&documents[..kept.len()]), "seed {seed}");
        if kept.is_empty() {
            page.must_say(msg("mailbox-nothing-title"));
            continue;
        }
        // What is kept is whole: it opens.
        send_draft(&site, &sheet.form.code).must_say(msg("receipt-title"));
        let (_, files) = opened(&site, &format!("{end}.tar"));
        assert!(files == contents(&documents[..kept.len()]), "seed {seed}");
        act(&site, &sheet.form.code, "erase", "").must_say(msg("erased-title"));
    }
}

#[test]
fn the_very_same_form_sent_again_after_the_cut_sends_everything_once() {
    let site = Box_::served(1, &[]);
    let documents = three(&site);
    let sheet = Sheet::new(&site);
    let body = Body::new(&sheet.form, &[("message", "Bonjour")], &documents);
    // A display that opens later still tells of an upload before: it does not say which one ended. And a newer
    // one ends what the server has not read yet of an older one.
    for (files, whole) in [(1, 1), (2, 2), (0, 2)] {
        cut(&site, &sheet, &body, "/drop?lang=en", body.begins[files] + 1000);
        wait_for("what is whole to be held", || {
            (held(&site.mailbox(&sheet.form.code)) == listed(&documents[..whole])).then_some(())
        });
    }
    let mut upload = body.send(&site, "/drop?lang=en", body.begins[1]);
    upload.write(&body.bytes[body.begins[1]..]);
    let answer = upload.answer();
    assert!(answer.contains(msg("receipt-title")), "{answer}");
    assert_eq!(site.submissions(), 1);
    let (message, files) = opened(&site, "bundle.tar");
    assert_eq!(message, "Bonjour");
    assert!(files == contents(&documents));

    // Reload, and "send again?" yes.
    for _ in 0..2 {
        let again = site.send(&sheet.form, "Bonjour", &paths(&documents));
        again.must_say(msg("receipt-before-title"));
        assert_eq!(received(&again), listed(&documents));
    }
    assert_eq!((site.submissions(), rows(&site)), (1, (0, 0)));
    wait_until_clean(&site);
}

/// A source on a phone: the line stands still and nothing says so. The server cuts, and keeps what is whole.
#[test]
fn a_line_that_stands_still_is_cut_and_what_is_whole_stays() {
    let site = Box_::served(1, &[("idle = \"120 seconds\"", "idle = \"5 seconds\"")]);
    let documents = three(&site);
    let sheet = Sheet::new(&site);
    let display = Display::open(&site, &sheet.token);
    let body = Body::new(&sheet.form, &[("message", "")], &documents);
    let upload = body.send(&site, "/drop?lang=en", body.begins[1] + 10);
    display.waits_for(msg("error-cut")).waits_for(msg("error-kept[one]"));
    let answer = upload.answer();
    assert!(answer.contains(msg("error-kept[one]")), "{answer}");
    assert_eq!(held(&site.mailbox(&sheet.form.code)), listed(&documents[..1]));
    wait_until_clean(&site);
    // The rest comes with the form as a page, or with the mailbox's.
    let page = site.mailbox(&sheet.form.code);
    add(&site, &page, None, &paths(&documents[1..])).must_say(msg("receipt-kept-title"));
    send_draft(&site, &sheet.form.code).must_say(msg("receipt-title"));
    let (message, files) = opened(&site, "bundle.tar");
    assert!(message.is_empty() && files == contents(&documents));
}

#[test]
fn forty_files_over_several_evenings_arrive_together() {
    let mut site = Box_::served(1, &[]);
    let documents: Vec<_> =
        (0..40).map(|n| Document::new(&site, &format!("page {n:02}.png"), 3_000 + n)).collect();
    let form = site.form("en");
    let mut keep = form.fields();
    keep.extend(["-F".into(), "message=Premier soir.".into()]);
    keep.extend(paths(&documents[..15]).iter().flat_map(|p| ["-F".into(), format!("files=@{p}")]));
    let args: Vec<_> = keep.iter().map(String::as_str).collect();
    let receipt = site.curl("/drop?lang=en&keep=1", &args);
    receipt.must_say(msg("receipt-kept-title"));
    assert_eq!(received(&receipt), listed(&documents[..15]));
    editors_see_nothing(&site);

    for (from, to) in [(15, 22), (22, 33)] {
        site.stop();
        site.serve();
        let page = site.mailbox(&form.code);
        assert_eq!(held(&page), listed(&documents[..from]));
        // The last one again, by mistake.
        let receipt = add(&site, &page, None, &paths(&documents[from - 1..to]));
        receipt.must_say(msg("receipt-kept-title"));
        assert_eq!(received(&receipt), listed(&documents[..to]));
        editors_see_nothing(&site);
    }
    let page = site.mailbox(&form.code);
    let last = Some("Premier soir.\nEt dernier.");
    add(&site, &page, last, &paths(&documents[33..])).must_say(msg("receipt-kept-title"));
    let receipt = send_draft(&site, &form.code);
    receipt.must_say(msg("receipt-title"));
    assert_eq!(received(&receipt), listed(&documents));
    assert_eq!((site.submissions(), rows(&site)), (1, (0, 0)));
    let (message, files) = opened(&site, "bundle.tar");
    assert_eq!(message, "Premier soir.\nEt dernier.");
    assert!(files == contents(&documents));
    wait_until_clean(&site);
}

/// The receipt is lost with the line: the source cannot know, and asks by sending again or by its code.
#[test]
fn a_receipt_that_never_reached_the_source_is_found_again() {
    let site = Box_::served(1, &[]);
    let documents = three(&site);
    let sheet = Sheet::new(&site);
    let body = Body::new(&sheet.form, &[("message", "Bonjour")], &documents);
    let display = Display::open(&site, &sheet.token);
    let upload = body.send(&site, "/drop?lang=en", body.bytes.len());
    display.waits_for(msg("progress-sent"));
    drop(upload);
    display.ends();
    site.mailbox(&sheet.form.code).must_say(msg("mailbox-waiting")).must_say("3 files");
    let again = site.send(&sheet.form, "Bonjour", &paths(&documents));
    again.must_say(msg("receipt-before-title"));
    assert_eq!((site.submissions(), rows(&site)), (1, (0, 0)));
    wait_until_clean(&site);
    assert!(opened(&site, "bundle.tar").1 == contents(&documents));
}
