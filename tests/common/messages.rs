//! What pages say, by the key of the message: a sentence that is written anew breaks no test.

use std::collections::HashMap;
use std::path::Path;
use std::sync::LazyLock;

use fluent_syntax::ast::{Entry, Expression, Pattern, PatternElement, Variant, VariantKey};

/// Stands where a value will.
const VALUE: char = '\u{1}';

/// By language and key.
static MESSAGES: LazyLock<HashMap<(String, String), Pattern<String>>> = LazyLock::new(|| {
    let locales = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/locales");
    let mut messages = HashMap::new();
    for locale in std::fs::read_dir(locales).unwrap().flatten() {
        let lang = locale.file_name().into_string().unwrap();
        let text = std::fs::read_to_string(locale.path().join("main.ftl")).unwrap();
        for entry in fluent_syntax::parser::parse(text).unwrap().body {
            let Entry::Message(message) = entry else { continue };
            messages.insert((lang.clone(), message.id.name), message.value.unwrap());
        }
    }
    messages
});

/// What an English page says with this message. Of one with values in it: the longest piece between them; where
/// a number chooses between variants, the last one, or the one that is named: `key[one]`.
pub fn msg(key: &str) -> &'static str {
    msg_in("en", key)
}

/// The same in another language.
pub fn msg_in(lang: &str, key: &str) -> &'static str {
    let text = find(lang, key).leak();
    text.split(VALUE).map(str::trim).max_by_key(|piece| piece.len()).unwrap()
}

/// What an English page says with this message and these values, in their order.
pub fn filled(key: &str, values: &[&str]) -> String {
    let mut text = find("en", key);
    for value in values {
        assert!(text.contains(VALUE), "{key} has fewer values than {values:?}");
        text = text.replacen(VALUE, value, 1);
    }
    text.split(VALUE).next().unwrap().trim().to_owned()
}

fn find(lang: &str, key: &str) -> String {
    let (name, variant) = key.trim_end_matches(']').split_once('[').unwrap_or((key, ""));
    let found = MESSAGES.get(&(lang.to_owned(), name.to_owned()));
    super::plain(&words(found.unwrap_or_else(|| panic!("no message {key} in {lang}")), variant))
}

/// The text, with `VALUE` where a value stands.
fn words(pattern: &Pattern<String>, chosen: &str) -> String {
    let words = pattern.elements.iter().map(|element| match element {
        PatternElement::TextElement { value } => value.clone(),
        PatternElement::Placeable { expression: Expression::Select { variants, .. } } => {
            let is_chosen = |variant: &&Variant<String>| match &variant.key {
                VariantKey::Identifier { name } => name == chosen,
                VariantKey::NumberLiteral { value } => value == chosen,
            };
            let variant = variants.iter().find(is_chosen).or(variants.last()).unwrap();
            words(&variant.value, chosen)
        }
        PatternElement::Placeable { .. } => VALUE.into(),
    });
    words.collect()
}
