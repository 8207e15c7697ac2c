//! What a team asks: answered in one language, read in another, never required, bounded and refused like a
//! message.

use std::fs;

use crate::common::held::*;
use crate::common::*;

const QUESTIONS: &str = r#"
[[team.question]]
id = "town"
kind = "place"
label = { fr = "Quelle ville ?", en = "Which town?" }

[[team.question]]
id = "document"
kind = "choice"
label = { fr = "Quel document ?", en = "Which document?" }
options = [
    { id = "contract", fr = "Contrat", en = "Contract" },
    { id = "minutes", fr = "Compte rendu", en = "Minutes" },
]
"#;

fn asking() -> Box_ {
    let mut site = Box_::new(1, &[]);
    let config = fs::read_to_string(site.config()).unwrap();
    fs::write(site.config(), config + QUESTIONS).unwrap();
    site.serve();
    site
}

fn send(site: &Box_, form: &Form, path: &str, fields: &[&str]) -> Answer {
    let mut args = form.fields();
    args.extend(fields.iter().flat_map(|field| ["--form-string".to_owned(), (*field).to_owned()]));
    site.curl(path, &args.iter().map(String::as_str).collect::<Vec<_>>())
}

/// The manifest and the summary of the only dispatch that waits.
fn opened(site: &Box_) -> (serde_json::Value, String) {
    let (bundle, out) = (site.export("bundle.tar"), site.path("opened"));
    ok(&mut site.editors[0].open([bundle], &out));
    let manifest = files_below(&out).into_iter().find(|file| file.ends_with("manifest.json"));
    let manifest = serde_json::from_slice(&fs::read(manifest.unwrap()).unwrap()).unwrap();
    (manifest, fs::read_to_string(out.join("SUMMARY.txt")).unwrap())
}

#[test]
fn an_answer_in_a_french_form_is_read_in_english_too() {
    let site = asking();
    let page = site.drop_page("fr");
    page.must_say("Quelle ville ?").must_say("Compte rendu").must_not_say("Which town?");
    let form = Form { code: page.hidden("code"), ticket: page.hidden("ticket") };
    let fields = ["message=", "answer-town=Saint-Étienne", "answer-document=contract"];
    let framed = send(&site, &form, "/drop?lang=fr", &fields);
    framed.must_say(msg_in("fr", "receipt-title"));
    site.whole(&framed).must_say("Which town?").must_say("Saint-Étienne").must_say("Contract");
    let (manifest, summary) = opened(&site);
    let answers = serde_json::json!([
        { "id": "town", "label": "Which town? / Quelle ville ?", "value": "Saint-Étienne" },
        { "id": "document", "label": "Which document? / Quel document ?", "value": "Contract / Contrat" },
    ]);
    assert_eq!(manifest["answers"], answers);
    assert!(summary.contains("Which town? / Quelle ville ?"), "{summary}");
    assert!(
        summary.contains("    Saint-Étienne\n") && summary.contains("    Contract / Contrat\n")
    );
}

#[test]
fn answers_go_along_to_another_language_and_into_a_draft() {
    let site = asking();
    let form = site.form("en");
    let fields = ["code", "ticket"].map(|name| {
        format!(
            "{name}={}",
            match name {
                "code" => &form.code,
                _ => &form.ticket,
            }
        )
    });
    let mut args: Vec<_> = fields.iter().flat_map(|field| ["--data-urlencode", field]).collect();
    args.extend(["--data-urlencode", "team=team", "--data-urlencode", "answer-town=Rive <gauche>"]);
    args.extend(["--data-urlencode", "answer-document=minutes"]);
    let page = site.curl("/drop/form?lang=fr", &args);
    page.must_say("Rive &#60;gauche&#62;</textarea>");
    page.must_say("value=\"minutes\" checked");

    let form = Form { code: page.hidden("code"), ticket: page.hidden("ticket") };
    let kept =
        send(&site, &form, "/drop?lang=en&keep=1", &["message=", "answer-town=Rive <gauche>"]);
    kept.must_say(msg("receipt-kept-title"));
    site.mailbox(&form.code).must_say("Which town?").must_say("Rive &#60;gauche&#62;");
    send_draft(&site, &form.code).must_say(msg("receipt-title"));
    assert_eq!(opened(&site).0["answers"][0]["value"], "Rive <gauche>");
}

#[test]
fn what_is_no_answer_is_refused_and_nothing_is_stored() {
    let site = asking();
    let form = site.form("en");
    let long = format!("answer-town={}", "é".repeat(2001));
    let code = format!("answer-town={}", form.code);
    for (fields, said) in [
        (&["answer-river=Rhône"][..], "error-form"),
        (&["answer-document=Contrat"], "error-form"),
        (&["answer-town=Lyon", "answer-town=Lyon"], "error-form"),
        (&[&long], "error-answer-too-long"),
        (&[&code], "error-message-has-code"),
        (&["answer-town= ", "answer-document="], "error-empty"),
    ] {
        send(&site, &form, "/drop?lang=en", fields).must_say(msg(said));
    }
    assert_eq!(site.submissions(), 0);
}

#[test]
fn a_hostile_answer_steers_nothing_that_an_editor_reads() {
    let site = asking();
    let hostile = "Lyon\n! files/forged: missing\u{2028}! x\u{1b}[2J\u{202e}nerc";
    let field = format!("answer-town={hostile}");
    send(&site, &site.form("en"), "/drop?lang=en", &[&field]).must_say(msg("receipt-title"));
    let (manifest, summary) = opened(&site);
    assert_eq!(manifest["answers"][0]["value"], hostile);
    let mut lines = summary.split(['\n', '\r', '\u{2028}', '\u{2029}']);
    assert!(lines.all(|line| !line.starts_with("! ")), "{summary}");
    assert!(!summary.contains('\u{1b}'), "{summary}");
}
