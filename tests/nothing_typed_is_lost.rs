//! Another language in the middle: its button sends what is typed along, and it stands there again.

use crate::common::desk::*;
use crate::common::wire::selector;
use crate::common::*;

/// What the button of a language sends: where to, its form's fields, its own.
struct Button {
    to: String,
    fields: Vec<(String, String)>,
}

impl Button {
    /// Of a page, with this typed into a field.
    fn of(page: &Answer, lang: &str, typed: (&str, &str)) -> Self {
        let html = scraper::Html::parse_document(&page.text());
        let button = html.select(&selector(&format!("header button[lang={lang}]"))).next();
        let button = button.unwrap_or_else(|| panic!("no button for {lang}: {}", page.text()));
        // A form with files is not sent for a language.
        assert_eq!(button.attr("formenctype"), Some("application/x-www-form-urlencoded"));
        assert!(button.attr("formnovalidate").is_some());
        let form = format!("form#{} ", button.attr("form").unwrap());
        let hidden = selector(&format!("{form} input[type=hidden]"));
        let inputs = html.select(&hidden).map(|input| {
            let of = |name: &str| input.attr(name).unwrap_or_default().to_owned();
            (of("name"), of("value"))
        });
        let mut fields: Vec<_> = inputs.collect();
        assert!(html.select(&selector(&format!("{form} [name={}]", typed.0))).next().is_some());
        fields.push((typed.0.into(), typed.1.into()));
        if let Some(name) = button.attr("name") {
            fields.push((name.into(), button.attr("value").unwrap_or_default().into()));
        }
        Self { to: button.attr("formaction").unwrap().into(), fields }
    }

    fn args(&self, site: &Box_) -> Vec<String> {
        // A command has no room for a long text.
        let pairs = self.fields.iter().enumerate().map(|(n, (name, value))| {
            let file = site.path(&format!("typed-{n}"));
            std::fs::write(&file, value).unwrap();
            format!("{name}@{}", file.display())
        });
        pairs.flat_map(|pair| ["--data-urlencode".to_owned(), pair]).collect()
    }

    fn press(&self, site: &Box_) -> Answer {
        let args = self.args(site);
        site.curl(&self.to, &args.iter().map(String::as_str).collect::<Vec<_>>())
    }
}

/// What stands in a text area.
fn typed(page: &Answer, name: &str) -> String {
    let html = scraper::Html::parse_document(&page.text());
    let area = html.select(&selector(&format!("main textarea[name={name}]"))).next();
    area.unwrap_or_else(|| panic!("no {name}: {}", page.text())).text().collect()
}

#[test]
fn a_message_and_its_code_go_along_to_another_language() {
    let mut site = Box_::new(1, &[]);
    let other = Editor::new(site.dir.path(), "other");
    site.add_team("other", "Other team", &other);
    site.serve();
    let message = "Les caméras\r\nde la <place> & \"autour\"\r\n\r\nΩ مرحبا";
    let mut page = site.drop_page("en");
    let code = page.hidden("code");
    for lang in ["fr", "ar", "en"] {
        page = Button::of(&page, lang, ("message", message)).press(&site);
        assert_eq!(page.status, 200);
        assert_eq!(page.hidden("code"), code);
        assert_eq!(typed(&page, "message"), message.replace("\r\n", "\n"));
        // Nobody has written it down yet.
        page.must_say(msg_in(lang, "drop-code-hint"));
        page.must_say(msg_in(lang, "drop-message-lost"));
    }
    // Longer than a message may be, and longer than a small form: told when it is sent, not lost here.
    let long = "é".repeat(150_000);
    let page = Button::of(&page, "fr", ("message", &long)).press(&site);
    assert_eq!(typed(&page, "message"), long);
    let form = Form { code: page.hidden("code"), ticket: page.hidden("ticket") };
    let sent = site.send_named(&form, "other", "short", &[]);
    sent.must_say(msg("receipt-title"));
    // A page that says "nothing" holds the same form.
    let site = Box_::served(1, &[]);
    let page = site.mailbox(&site.form("en").code);
    let code = page.hidden("code");
    let page = Button::of(&page, "fr", ("message", message)).press(&site);
    assert_eq!((page.hidden("code"), page.status), (code, 200));
    assert_eq!(typed(&page, "message"), message.replace("\r\n", "\n"));
    page.must_say(msg_in("fr", "drop-code-known")).must_not_say(msg_in("fr", "drop-code-hint"));
}

#[test]
fn a_code_that_is_typed_goes_along_to_another_language() {
    let site = Box_::served(1, &[]);
    let code = site.form("en").code;
    let half = code.split(' ').take(5).collect::<Vec<_>>().join(" ");
    let page = site.curl("/mailbox?lang=en", &[]);
    let page = Button::of(&page, "fr", ("code", &half)).press(&site);
    assert_eq!((typed(&page, "code"), page.status), (half.clone(), 200));
    page.must_say(msg_in("fr", "mailbox-form-title")).must_not_say(msg_in("fr", "code-count"));
    // After a mistake too.
    let page = site.mailbox(&half);
    assert_eq!(page.status, 422);
    let page = Button::of(&page, "ar", ("code", &code)).press(&site);
    assert_eq!((typed(&page, "code"), page.status), (code, 200));
}

#[test]
fn an_answer_that_is_typed_goes_along_to_another_language() {
    let mut site = Box_::new(1, &[]);
    let login = Login::new(&site, "anne", &[]);
    let base = open_desk(&mut site);
    let form = site.form("en");
    site.send(&form, "hello", &[]).must_say(msg("receipt-title"));
    let editor = Visitor::signed_in(&base, &login);
    let inbox = scraper::Html::parse_document(&editor.get("/").text());
    let link = inbox.select(&selector("main a[href^='/mailbox/']")).next().unwrap();
    let place = link.attr("href").unwrap().split('?').next().unwrap();
    let note = editor.get(&format!("{place}/note"));
    let button = Button::of(&note, "ar", ("message", "For us"));
    let args = button.args(&site);
    let kept = editor.ask(&button.to, &args.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(typed(kept.must_say(msg_in("ar", "note-title")), "message"), "For us");
    let page = editor.get(place);
    let id = page.hidden_in("#answer", "form");
    let answer = "Merci !\r\nUne <question>";
    let long = "é".repeat(50_000);
    for answer in [answer, &long] {
        let button = Button::of(&page, "fr", ("message", answer));
        let args = button.args(&site);
        let args: Vec<_> = args.iter().map(String::as_str).collect();
        let page = editor.ask(&button.to, &args);
        assert_eq!(page.status, 200);
        assert_eq!(typed(&page, "message"), answer.replace("\r\n", "\n"));
        assert_eq!(page.hidden_in("#answer", "form"), id);
        page.must_say(msg_in("fr", "reply-title"));
    }
    // Signed out meanwhile: it is given back, to be copied.
    let button = Button::of(&page, "fr", ("message", answer));
    editor.act("/sign-out", &[]);
    let args = button.args(&site);
    let page = editor.ask(&button.to, &args.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(page.status, 403);
    let html = scraper::Html::parse_document(&page.text());
    let kept = html.select(&selector("#kept")).next().unwrap().text().collect::<String>();
    assert_eq!(kept.trim(), answer.replace("\r\n", "\n"));
    assert!(html.select(&selector("[hreflang]")).next().is_none(), "a link loses the text");
}
