//! What an editor writes in the reading room goes over the desk, comes back in a bundle, and is what it was.

use std::fs;
use std::path::{Path, PathBuf};

use sourdine::base::kind::DispatchKind;
use sourdine::bundle::manifest::Manifest;

use crate::common::desk::*;
use crate::common::room::Reading;
use crate::common::wire::selector;
use crate::common::*;

/// A dispatch of an archive: its manifest, and each file by its name.
type Read = (Manifest, Vec<(String, Vec<u8>)>);

/// Those of one kind.
fn of_kind(archive: &Path, kind: DispatchKind) -> Vec<Read> {
    let manifests = files_below(archive).into_iter().filter(|path| path.ends_with("manifest.json"));
    let read = manifests.map(|path| {
        let manifest = Manifest::parse(&fs::read(&path).unwrap()).unwrap();
        let files = files_below(&path.with_file_name("files")).into_iter().map(|file| {
            let name = file.file_name().unwrap().to_str().unwrap().to_owned();
            (name, fs::read(file).unwrap())
        });
        let mut files: Vec<_> = files.collect();
        files.sort();
        (manifest, files)
    });
    read.filter(|(manifest, _)| manifest.kind == kind).collect()
}

/// Everything of a mailbox, as the desk hands it out.
fn downloaded(site: &Box_, anne: &Visitor, mailbox: &str) -> PathBuf {
    let page = anne.get(&format!("/mailbox/team/{mailbox}")).text();
    let page = scraper::Html::parse_document(&page);
    let boxes = selector("input[type=checkbox][form=pick]");
    let picked = page.select(&boxes).map(|field| (field.value().attr("name").unwrap(), "1"));
    let fields: Vec<_> = [("team", "team"), ("mailbox", mailbox), ("picked", "yes")]
        .into_iter()
        .chain(picked)
        .collect();
    let made = anne.act("/download", &fields);
    let list = header(&made, "location").unwrap();
    let page = anne.get(list.split('?').next().unwrap()).text();
    let link = page.split("<a href=\"/download/").find(|rest| rest.contains("\" download="));
    let link = format!("/download/{}", link.unwrap().split('"').next().unwrap());
    let bundle = site.path("back.tar");
    fs::write(&bundle, anne.get(&link).bytes).unwrap();
    bundle
}

#[test]
fn an_answer_and_a_note_of_the_room_come_back_as_they_were() {
    let mut site = Box_::new(2, &[]);
    let login = Login::new(&site, "anne", &["team"]);
    let base = open_desk(&mut site);
    let form = site.form("en");
    site.send(&form, "Bonjour", &[]).must_say(msg("receipt-title"));
    let (here, there) = (&site.editors[0], &site.editors[1]);
    let archive = site.path("archive");
    ok(&mut here.open([site.export("first.tar")], &archive));
    let mailbox = of_kind(&archive, DispatchKind::Submission)[0].0.mailbox.clone();
    let reading = Reading::begin(&archive, here);

    // Both with files, whose names and bytes are the editor's.
    let attached = [
        ("page é.html", b"<script>alert(1)</script>".repeat(3)),
        ("وثيقة.bin", (0..200_001_u32).map(|n| n as u8).collect()),
        ("empty", Vec::new()),
    ];
    let files = site.path("attached");
    fs::create_dir(&files).unwrap();
    let mut args = Vec::new();
    for (name, bytes) in &attached {
        fs::write(files.join(name), bytes).unwrap();
        args.extend(["-F".to_owned(), format!("files=@{}", files.join(name).display())]);
    }
    let write = |to: &str, fields: &[&str]| {
        let fields = fields.iter().flat_map(|field| ["-F", field]);
        let args: Vec<_> = fields.chain(args.iter().map(String::as_str)).collect();
        let page = reading.ask(&format!("mailbox/{mailbox}/{to}?lang=en"), &args);
        assert_eq!(page.status, 200, "{}", page.text());
    };
    write("reply", &["message=Merci !\r\nÀ bientôt"]);
    write("note", &["message=Pour vous seuls\r\n<b>", "author= Zoé "]);

    // Over the desk, and back.
    let anne = Visitor::signed_in(&base, &login);
    for bundle in fs::read_dir(archive.join("outbox")).unwrap() {
        let path = bundle.unwrap().path();
        let is_note = path.to_str().unwrap().ends_with(".note.tar");
        let done = if is_note { "deliver-note-done" } else { "deliver-done" };
        let fields = [format!("proof={}", anne.proof()), format!("bundle=@{}", path.display())];
        let sent = ["-F", &fields[0], "-F", "team=team", "-F", &fields[1]];
        anne.ask("/deliver", &sent).must_say(msg(done));
    }
    site.mailbox(&form.code).must_say("À bientôt").must_not_say("Pour vous seuls");
    let back = downloaded(&site, &anne, &mailbox);

    let mut expected: Vec<_> =
        attached.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.clone())).collect();
    expected.sort();
    let is_what_it_was = |archive: &Path| {
        for (kind, message, author) in [
            (DispatchKind::Reply, "Merci !\nÀ bientôt", ""),
            (DispatchKind::Note, "Pour vous seuls\n<b>", "Zoé"),
        ] {
            let [(manifest, files)] = &of_kind(archive, kind)[..] else { panic!("not one") };
            assert_eq!((&*manifest.message, &*manifest.author), (message, author));
            assert_eq!(*files, expected);
            let names = manifest.files.iter().map(|file| file.name.as_str());
            assert_eq!(names.collect::<Vec<_>>(), attached.each_ref().map(|(name, _)| *name));
        }
        let html = fs::read_to_string(archive.join(&mailbox).join("index.html")).unwrap();
        let page = scraper::Html::parse_document(&html);
        let heads: Vec<String> =
            page.select(&selector("section.card > h2")).map(|head| head.text().collect()).collect();
        let kinds = heads.iter().map(|head| {
            let says =
                |key: &str| plain(head).contains(filled(key, &["|"]).split('|').next().unwrap());
            [says("dispatch-submission"), says("dispatch-reply"), says("dispatch-note")]
        });
        let kinds: Vec<_> = kinds.map(|kind| kind.iter().position(|is| *is)).collect();
        assert_eq!(kinds, [Some(0), Some(1), Some(2)], "{heads:?}");
        assert!(plain(&html).contains(&filled("room-note-by", &["Zoé"])));
    };
    // A colleague with another key, and an address book of their own.
    let second = site.path("second");
    ok(&mut there.open([&back], &second));
    is_what_it_was(&second);
    // Where it was written it is there once, however often it comes back.
    let send = format!("bundles=@{}", back.display());
    let open = || reading.ask("open?lang=en", &["-F", &send]);
    open()
        .must_say(&filled("room-opened-added[other]", &["2"]))
        .must_say(&filled("room-opened-here[one]", &["1"]));
    is_what_it_was(&archive);
    open().must_say(&filled("room-opened-here[other]", &["3"]));
    is_what_it_was(&archive);
    let page = reading.ask(&format!("mailbox/{mailbox}?lang=en"), &[]);
    page.must_not_say(msg("room-outbox-text"));
    reading.ask("?lang=en", &[]).must_say(msg("room-answered"));
}
