//! Drafts at their limits: too many, too large, too long, another's, another team's, sealed to keys that
//! changed, over the quota. What is whole stays; what cannot be is said.

use rand::RngExt;

use crate::common::held::*;
use crate::common::wire::*;
use crate::common::*;

const SMALL: &[(&str, &str)] = &[
    ("file = \"3.5 GiB\"", "file = \"1 MiB\""),
    ("dispatch = \"8 GiB\"", "dispatch = \"1 MiB\""),
    ("files = 100", "files = 4"),
    ("message = 100000", "message = 100"),
    ("drafts = \"20 GiB\"", "drafts = \"2 MiB\""),
];

const STALE: &str = "error-stale";

fn documents(site: &Box_, sizes: &[usize]) -> Vec<Document> {
    let new = |(at, size): (usize, &usize)| Document::new(site, &format!("{at}-{size}.bin"), *size);
    sizes.iter().enumerate().map(new).collect()
}

fn kept(site: &Box_, form: &Form, team: &str, message: &str, files: &[Document]) {
    keep(site, form, team, message, files).must_say(msg("receipt-kept-title"));
}

fn with_code(site: &Box_, form: &Form) -> Form {
    Form { code: form.code.clone(), ..site.form("en") }
}

#[test]
fn too_many_files_with_the_held_ones_keep_what_fits_and_say_so() {
    let site = Box_::served(1, SMALL);
    let all = documents(&site, &[100, 200, 300, 400, 500, 600]);
    let form = site.form("en");
    kept(&site, &form, "", "Bonjour", &all[..3]);
    // Those that are held already do not count twice.
    for files in [&all[2..6], &all[3..5]] {
        let page = site.mailbox(&form.code);
        let answer = add(&site, &page, None, &paths(files));
        assert_eq!(answer.status, 413);
        answer
            .must_say(&filled("error-too-many-files", &["4"]))
            .must_say(&filled("error-kept-part", &["4"]));
        assert_eq!(held(&site.mailbox(&form.code)), listed(&all[..4]));
    }
    wait_until_clean(&site);
    editors_see_nothing(&site);
    let receipt = send_draft(&site, &form.code);
    assert_eq!(received(receipt.must_say(msg("receipt-title"))), listed(&all[..4]));
    assert!(opened(&site, "bundle.tar") == ("Bonjour".into(), contents(&all[..4])));
}

#[test]
fn too_large_with_the_held_ones_keeps_what_fits_and_says_so() {
    let site = Box_::served(1, SMALL);
    let all = documents(&site, &[400_000, 300_000, 349_000, 348_576]);
    let form = site.form("en");
    kept(&site, &form, "", "", &all[..1]);
    let page = site.mailbox(&form.code);
    let answer = add(&site, &page, None, &paths(&all[1..3]));
    assert_eq!(answer.status, 413);
    answer
        .must_say(&filled("error-dispatch-too-large", &["1 MB"]))
        .must_say(&filled("error-kept-part", &["2"]));
    assert_eq!(held(&site.mailbox(&form.code)), listed(&all[..2]));
    wait_until_clean(&site);
    editors_see_nothing(&site);
    // To the byte, it fits.
    let page = site.mailbox(&form.code);
    add(&site, &page, None, &paths(&all[3..])).must_say(msg("receipt-kept-title"));
    send_draft(&site, &form.code).must_say(msg("receipt-title"));
    let sent = [all[0].clone(), all[1].clone(), all[3].clone()];
    assert!(opened(&site, "bundle.tar").1 == contents(&sent));
}

#[test]
fn a_message_with_the_code_in_it_joins_no_draft() {
    let site = Box_::served(1, SMALL);
    let all = documents(&site, &[100, 200]);
    let form = site.form("en");
    kept(&site, &form, "", "Bonjour", &all[..1]);
    let page = site.mailbox(&form.code);
    let answer = add(&site, &page, Some(&form.code), &[all[1].path()]);
    assert_eq!(answer.status, 422);
    answer.must_say(msg("error-message-has-code"));
    editors_see_nothing(&site);
    let page = site.mailbox(&form.code);
    page.must_say("Bonjour");
    assert_eq!(held(&page), listed(&all[..1]));
}

#[test]
fn another_code_shows_and_touches_nothing_of_it() {
    let site = Box_::served(1, &[]);
    let all = documents(&site, &[100, 200]);
    let (mine, theirs) = (site.form("en"), site.form("en"));
    kept(&site, &mine, "", "Bonjour", &all[..1]);
    kept(&site, &theirs, "", "Hello", &all[1..]);
    let page = site.mailbox(&theirs.code);
    assert_eq!(held(&page), listed(&all[1..]));
    assert!(!page.text().contains("Bonjour") && !page.text().contains(&all[0].name));
    site.mailbox(&site.form("en").code).must_say(msg("mailbox-nothing-title"));
    // With the ids of the other, should they ever be known.
    let my_page = site.mailbox(&mine.code);
    let [(_, shown)] = drafts(&my_page).try_into().unwrap();
    let html = scraper::Html::parse_document(&my_page.text());
    let selector = scraper::Selector::parse("input[name=item]").unwrap();
    let marks = html.select(&selector).map(|field| field.value().attr("value").unwrap());
    for item in marks.filter(|item| !item.is_empty()) {
        for code in [&theirs.code, &site.form("en").code] {
            for what in ["remove", "withdraw", "delete", "send", "discard"] {
                act(&site, code, what, item);
            }
        }
    }
    let stranger = site.form("en").code;
    act(&site, &stranger, "erase", "");
    editors_see_nothing(&site);
    assert_eq!(rows(&site), (2, 2));
    let [(_, still)] = drafts(&site.mailbox(&mine.code)).try_into().unwrap();
    assert_eq!(still, shown);
    // One source erases everything of its own, and the other's stays.
    act(&site, &theirs.code, "erase", "").must_say(msg("erased-title"));
    assert_eq!(rows(&site), (1, 1));
    wait_until_clean(&site);
    assert_eq!(received(&send_draft(&site, &mine.code)), listed(&all[..1]));
    assert!(opened(&site, "bundle.tar") == ("Bonjour".into(), contents(&all[..1])));
}

#[test]
fn drafts_for_two_teams_are_apart() {
    let mut site = Box_::new(1, &[]);
    let other = Editor::new(site.dir.path(), "other");
    site.add_team("other", "The others", &other);
    site.serve();
    let all = documents(&site, &[100, 200, 300]);
    let form = site.form("en");
    kept(&site, &form, "team", "To the first.", &all[..1]);
    kept(&site, &with_code(&site, &form), "other", "To the second.", &all[1..2]);
    let page = site.mailbox(&form.code);
    page.must_say("The team").must_say("The others");
    let of = |page: &Answer| -> Vec<_> {
        let names = |files: Vec<Shown>| files.into_iter().map(|file| file.name).collect::<Vec<_>>();
        drafts(page).into_iter().map(|(team, files)| (team, names(files))).collect()
    };
    let [one, two] = [0, 1].map(|n| vec![all[n].name.clone()]);
    assert_eq!(of(&page), [("other".into(), two.clone()), ("team".into(), one.clone())]);

    // Another form of the code sends to one team what it brought.
    let fields = with_code(&site, &form).fields();
    let file = format!("files=@{}", all[2].path());
    let fields: Vec<_> = fields.iter().map(String::as_str).chain(["-F", "team=team"]).collect();
    let args = [&fields[..], &["-F", &file]].concat();
    assert_eq!(received(site.curl("/drop?lang=en", &args).must_say(msg("receipt-title"))).len(), 1);
    ok(site.command("export").args(["--team", "team", "-o"]).arg(site.path("one.tar")));
    // What adds to the draft of one team does not add to another's.
    let (first, page) = (site.path("first.tar"), site.mailbox(&form.code));
    let id = drafts(&page)[0].1[0].item.split('-').next().unwrap().to_owned();
    let id = format!("draft={id}");
    let args = [&fields[..], &["-F", &id, "-F", &file]].concat();
    site.curl("/drop?lang=en", &args).must_say(msg("receipt-kept-title"));
    assert_eq!(drafts(&site.mailbox(&form.code)).len(), 3);

    // One is sent, the others stay; each team opens its own and nothing else.
    assert_eq!(
        received(press_nth(&site, &page, "send", 0).must_say(msg("receipt-title"))).len(),
        1
    );
    assert_eq!(of(&site.mailbox(&form.code)).len(), 2);
    assert!(of(&site.mailbox(&form.code)).contains(&("team".into(), one)));
    ok(site.command("export").args(["--team", "team", "-o"]).arg(&first));
    assert!(!first.exists());
    ok(site.command("export").args(["--team", "other", "-o"]).arg(&first));
    ok(&mut other.open([&first], &site.path("opened")));
    let opened = files_below(&site.path("opened"));
    assert!(opened.iter().any(|f| f.ends_with(&two[0])), "{opened:?}");
    assert!(!site.editors[0].open([&first], &site.path("not")).status().unwrap().success());
}

#[test]
fn a_draft_that_was_sealed_to_other_keys_says_so_and_its_files_are_sent_again() {
    let mut site = Box_::served(1, &[]);
    let all = documents(&site, &[100, 200]);
    let form = site.form("en");
    kept(&site, &form, "", "Bonjour", &all[..1]);
    let before = site.mailbox(&form.code);
    let new = Editor::new(site.dir.path(), "new");
    site.add_editor(new);
    wait_for("the keys to be read again", || site.log().contains("read again").then_some(()));

    let page = press(&site, &before, "send");
    page.must_say(msg(STALE));
    assert_eq!(held(&page), listed(&all[..1]));
    assert!(
        !page.text().contains(msg("mailbox-draft-send"))
            && !page.text().contains(msg("mailbox-draft-add"))
    );
    editors_see_nothing(&site);
    // The file once more, and it is sealed to the keys of now.
    add(&site, &before, None, &[all[0].path()]).must_say(msg("receipt-kept-title"));
    assert_eq!(rows(&site), (1, 1));
    assert!(!site.mailbox(&form.code).text().contains(msg(STALE)));
    wait_until_clean(&site);
    // Its form, sent again, takes what it brought.
    let receipt = site.send(&form, "Bonjour", &paths(&all));
    assert_eq!(received(receipt.must_say(msg("receipt-title"))), listed(&all));
    assert_eq!(rows(&site), (0, 0));
    for editor in 0..2 {
        site.editors.rotate_left(editor);
        let (message, files) = opened(&site, &format!("{editor}.tar"));
        assert!(message == "Bonjour" && files == contents(&all));
    }
}

/// The keys come back as they were, in another order: the same readers, nothing to send again.
#[test]
fn keys_in_another_order_are_the_same_keys() {
    let site = Box_::served(2, &[]);
    let all = documents(&site, &[100]);
    let form = site.form("en");
    kept(&site, &form, "", "", &all);
    let [one, two] = [0, 1].map(|n: usize| format!("\"{}\"", site.editors[n].recipient));
    let swap = [(one.as_str(), "\"first\""), (&two, &one), ("\"first\"", &two)];
    site.edit(&swap);
    wait_for("the keys to be read again", || site.log().contains("read again").then_some(()));
    send_draft(&site, &form.code).must_say(msg("receipt-title"));
    assert!(opened(&site, "bundle.tar").1 == contents(&all));
}

#[test]
fn over_their_quota_the_largest_draft_goes_first_and_one_that_is_added_to_stays() {
    let site = Box_::served(1, SMALL);
    let all = documents(&site, &[900_000, 800_000, 500_000, 400_000, 600_000, 100_000]);
    let forms: Vec<_> = all.iter().map(|_| Sheet::new(&site)).collect();
    let still = |at: usize| !held(&site.mailbox(&forms[at].form.code)).is_empty();
    for at in 0..3 {
        kept(&site, &forms[at].form, "", "", &all[at..=at]);
    }
    // More than 2 MiB. But before the next one comes, the largest is being added to: that one stays, and
    // nobody else has to make room for it.
    assert!([0, 1, 2].into_iter().all(still));
    let Sheet { form, token } = Sheet::new(&site);
    let form = Form { code: forms[0].form.code.clone(), ..form };
    let [(_, shown)] = drafts(&site.mailbox(&form.code)).try_into().unwrap();
    let draft = shown[0].item.split('-').next().unwrap();
    let body = Body::new(&form, &[("draft", draft)], &all[5..]);
    let display = Display::open(&site, &token);
    let mut upload = body.send(&site, "/drop?lang=en&keep=1", body.begins[0] + 5_000);
    display.waits_for(&all[5].name);
    kept(&site, &forms[3].form, "", "", &all[3..4]);
    assert!(
        [0, 1, 2, 3].into_iter().all(still),
        "something went while the rest was within the quota"
    );
    kept(&site, &forms[4].form, "", "", &all[4..5]);
    // The other four are beyond it by themselves. Whoever comes next makes the store look.
    assert!(site.status()["draft_bytes"].as_u64().unwrap() > 3_200_000);
    kept(&site, &site.form("en"), "", "x", &[]);
    assert!(still(0), "one that was being added to went");
    assert!(!still(1), "the largest of the others stayed");
    assert!(still(2) && still(3) && still(4), "more went than had to");
    upload.write(&body.bytes[body.begins[0] + 5_000..]);
    assert!(upload.answer().contains(msg("receipt-kept-title")));
    assert_eq!(held(&site.mailbox(&forms[0].form.code)).len(), 2);
    wait_until_clean(&site);
    // What went says so as anything that is not there.
    site.mailbox(&forms[1].form.code).must_say(msg("mailbox-nothing-title"));
    editors_see_nothing(&site);
}

/// Messages take room too, and nobody may fill the disk with drafts of them.
#[test]
fn messages_count_in_the_quota_of_drafts() {
    let mut edits = SMALL.to_vec();
    edits[3] = ("message = 100000", "message = 400000");
    let site = Box_::served(1, &edits);
    let small = site.form("en");
    kept(&site, &small, "", "small", &[]);
    let path = site.path("long.txt");
    for _ in 0..8 {
        let mut dice = seeded(random());
        let letters = std::iter::repeat_with(|| b"abcdefghijklmno "[dice.random_range(0..16)]);
        std::fs::write(&path, letters.take(300_000).collect::<Vec<u8>>()).unwrap();
        let mut args = site.form("en").fields();
        args.extend(["-F".into(), format!("message=<{}", path.display())]);
        let args: Vec<_> = args.iter().map(String::as_str).collect();
        site.curl("/drop?lang=en&keep=1", &args).must_say(msg("receipt-kept-title"));
    }
    kept(&site, &small, "", "small", &[]);
    let sum = "SELECT sum(length(head)) FROM draft";
    let bytes: u64 = database(&site, "index.db").query_row(sum, [], |row| row.get(0)).unwrap();
    assert!(bytes <= 2 << 20, "{bytes}");
    site.mailbox(&small.code).must_say("small");
    assert!(rows(&site).0 >= 6, "more went than had to");
}
