//! Vectors that another implementation can be checked against. `derivation.json` was made by one: Python
//! with argon2-cffi, cryptography and its own Bech32; post-quantum recipients by stock `age-keygen -y` (1.3.2).

use serde_json::Value;
use sourdine::base::ids::hex;
use sourdine::crypto::code::RetrievalCode;
use sourdine::crypto::kdf::{Derivation, Scratch};

fn bytes<const N: usize>(text: &str) -> [u8; N] {
    assert_eq!(text.len(), 2 * N);
    std::array::from_fn(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap())
}

#[test]
fn codes_derive_as_the_vectors_say() {
    let vectors: Vec<Value> =
        serde_json::from_str(include_str!("vectors/derivation.json")).unwrap();
    assert_eq!(vectors.len(), 4);
    let mut scratch = Scratch::default();
    for vector in vectors {
        let text = |key: &str| vector[key].as_str().unwrap();
        let number = |key: &str| u32::try_from(vector[key].as_u64().unwrap()).unwrap();
        let derivation = Derivation {
            salt: bytes(text("salt_hex")),
            memory: number("memory_kib"),
            passes: number("passes"),
            lanes: number("lanes"),
        };
        let code = RetrievalCode::from_bytes(&bytes(text("code_hex")));
        let typed = RetrievalCode::read(&text("french").to_uppercase()).unwrap();
        assert!(typed.contains(&code));
        let keys = derivation.derive(&code, &mut scratch).unwrap();
        assert_eq!(hex(&keys.id.0), text("mailbox_id_hex"));
        let texts = |keys: [&str; 2]| keys.map(|key| text(key).to_owned());
        let secrets = keys.identity.secret_texts().map(|text| text.to_string());
        assert_eq!(secrets, texts(["source_identity", "source_identity_pq"]));
        let recipients = keys.identity.recipients().unwrap().map(|one| one.to_string());
        assert_eq!(recipients, texts(["source_recipient", "source_recipient_pq"]));
        assert_eq!(format!("{:?}", keys.identity), "SourceIdentity(..)");
    }
}
