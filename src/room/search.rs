//! Search over messages, answers to questions, file names and private notes. No index: what is searched is read.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::answer::{blocking, respond};
use super::problem::Problem;
use super::state::{App, Room};
use crate::archive::pages::Page;
use crate::bundle::names::{printable, text};

/// Places that are shown.
const MOST: usize = 200;
/// Characters that are shown before and after a word.
const AROUND: usize = 80;
/// Characters of a search.
const LONGEST: usize = 200;

#[derive(Deserialize)]
pub struct Asked {
    q: String,
}

/// Where something was found.
#[derive(Clone, Copy)]
enum Where {
    Message,
    Answer,
    File,
    Notes,
}

/// One place.
struct Hit {
    mailbox: String,
    day: String,
    /// Anchor of the dispatch on its mailbox's page; empty for notes.
    anchor: String,
    place: Where,
    around: String,
}

#[derive(Template)]
#[template(path = "room/found.html")]
struct FoundPage<'a> {
    page: &'a Page,
    words: String,
    hits: &'a [Hit],
    more: bool,
}

impl FoundPage<'_> {
    fn place(&self, hit: &Hit) -> String {
        match hit.place {
            Where::Message => self.page.t.room_in_message(),
            Where::Answer => self.page.t.room_in_answer(),
            Where::File => self.page.t.room_in_file(),
            Where::Notes => self.page.t.room_in_notes(),
        }
    }
}

pub async fn search(
    State(room): App,
    uri: Uri,
    headers: HeaderMap,
    Form(Asked { q }): Form<Asked>,
) -> Response {
    let page = room.page(&uri, &headers, "/");
    blocking(move || {
        let words: String = q.trim().chars().take(LONGEST).collect();
        if folded(&words).is_empty() {
            return room.index(page);
        }
        match room.find_words(&words) {
            Ok((hits, more)) => {
                let words = printable(&words);
                respond(StatusCode::OK, &FoundPage { page: &page, words, hits: &hits, more })
            }
            Err(problem) => problem.page(page),
        }
    })
    .await
}

impl Room {
    /// Every place that holds all the words together; whether there are more than are shown.
    fn find_words(&self, words: &str) -> Result<(Vec<Hit>, bool), Problem> {
        let wanted: Vec<String> = words.split_whitespace().map(folded).collect();
        let mut hits = Vec::new();
        for mailbox in self.archive.conversations()? {
            let mailbox = mailbox?;
            let name = &mailbox.name;
            let mut look = |place, day: &str, anchor: String, content: &str| {
                if let Some(around) = around(content, &wanted) {
                    let (mailbox, day) = (name.clone(), day.to_owned());
                    hits.push(Hit { mailbox, day, anchor, place, around });
                }
            };
            for (at, kept) in (1..).zip(&mailbox.dispatches) {
                let (manifest, anchor) = (&kept.manifest, format!("#d{at}"));
                look(Where::Message, &manifest.day, anchor.clone(), &manifest.message);
                for answer in &manifest.answers {
                    let both = format!("{} {}", answer.label, answer.value);
                    look(Where::Answer, &manifest.day, anchor.clone(), &both);
                }
                for file in &manifest.files {
                    look(Where::File, &manifest.day, anchor.clone(), &file.name);
                }
            }
            look(Where::Notes, "", String::new(), &self.archive.notes(name));
            if hits.len() > MOST {
                hits.truncate(MOST);
                return Ok((hits, true));
            }
        }
        Ok((hits, false))
    }
}

/// Letters without case and accents: what somebody in a hurry types.
fn folded(text: &str) -> String {
    let plain = text.nfkd().filter(|c| !is_combining_mark(*c) && !c.is_control());
    plain.flat_map(char::to_lowercase).collect::<String>().trim().to_owned()
}

/// The text around the first of the words, where all of them are in it.
fn around(content: &str, wanted: &[String]) -> Option<String> {
    let whole = folded(content);
    let first = wanted.first()?;
    if !wanted.iter().all(|word| whole.contains(word.as_str())) {
        return None;
    }
    // The piece is shown as it was written: its place is looked for by characters, each folded by itself.
    let chars: Vec<char> = content.chars().collect();
    let mut folded_so_far = String::new();
    let mut at = 0;
    for (position, c) in chars.iter().enumerate() {
        folded_so_far.extend(folded_char(*c));
        if folded_so_far.contains(first.as_str()) {
            at = position;
            break;
        }
        // Only the end can be the beginning of the word.
        if folded_so_far.len() > 4 * first.len() + 64 {
            let cut = folded_so_far.len() - 2 * first.len();
            let cut = (0..=cut).rev().find(|at| folded_so_far.is_char_boundary(*at)).unwrap_or(0);
            folded_so_far.drain(..cut);
        }
    }
    let from = at.saturating_sub(AROUND + first.chars().count());
    let piece: String = chars.iter().skip(from).take(2 * AROUND + first.chars().count()).collect();
    Some(text(&piece))
}

fn folded_char(c: char) -> impl Iterator<Item = char> {
    let plain = std::iter::once(c).nfkd().filter(|c| !is_combining_mark(*c) && !c.is_control());
    plain.flat_map(char::to_lowercase).collect::<Vec<_>>().into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(content: &str, words: &str) -> Option<String> {
        let wanted: Vec<_> = words.split_whitespace().map(folded).collect();
        around(content, &wanted)
    }

    #[test]
    fn case_and_accents_do_not_matter_and_every_word_must_be_there() {
        let text = "La délibération n°4 du conseil";
        for words in ["deliberation", "DÉLIBÉRATION", "conseil La", "n°4"] {
            assert_eq!(found(text, words).as_deref(), Some(text), "{words}");
        }
        assert_eq!(found(text, "conseil municipal"), None);
        assert_eq!(found("ΟΔΟΣ وثيقة", "وثيقة").as_deref(), Some("ΟΔΟΣ وثيقة"));
    }

    #[test]
    fn a_piece_of_a_long_text_is_shown_around_the_word() {
        let text = format!("{}needle{}", "é ".repeat(100_000), " b".repeat(100_000));
        let piece = found(&text, "needle").unwrap();
        assert!(piece.contains("needle") && piece.chars().count() < 200, "{piece}");
    }
}
