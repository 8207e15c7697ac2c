//! Any text as a key, and any bytes as a post-quantum stanza: an error or a key that reads back, and never a panic.
#![no_main]

use std::sync::LazyLock;

use age::Identity as _;
use age_core::format::Stanza;
use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use libfuzzer_sys::fuzz_target;
use sourdine::crypto::post_quantum::{Identity, STANZA};
use sourdine::crypto::recipient::Recipient;

static KEY: LazyLock<Option<Identity>> = LazyLock::new(|| Identity::generate().ok());

fuzz_target!(|data: &[u8]| {
    if let Ok(text) = std::str::from_utf8(data) {
        if let Ok(key) = text.parse::<Recipient>() {
            assert!(key.as_str().parse::<Recipient>().is_ok_and(|again| again == key));
        }
        if let Ok(key) = text.parse::<Identity>() {
            assert!(key.to_text().eq_ignore_ascii_case(text));
        }
    }
    let (ciphertext, body) = data.split_at(data.len().saturating_sub(32));
    let args = vec![BASE64_STANDARD_NO_PAD.encode(ciphertext)];
    let stanza = Stanza { tag: STANZA.to_owned(), args, body: body.to_vec() };
    let opened = KEY.as_ref().and_then(|key| key.unwrap_stanza(&stanza));
    assert!(!matches!(opened, Some(Ok(_))), "nobody sealed it to this key");
});
