//! Sealing and opening: what is whole opens byte for byte, what was touched never does.

use std::io::{Read, Write};

use proptest::prelude::*;
use sourdine::crypto::padding::{padded_file, padded_manifest};
use sourdine::crypto::recipient::Recipient;
use sourdine::crypto::seal::Recipients;
use sourdine::crypto::{inspect, unseal};

fn team(n: usize) -> (Vec<age::x25519::Identity>, Recipients) {
    let identities: Vec<_> = (0..n).map(|_| age::x25519::Identity::generate()).collect();
    let recipients =
        identities.iter().map(|i| i.to_public().to_string().parse::<Recipient>().unwrap());
    let recipients = Recipients::proven(recipients.collect()).unwrap();
    (identities, recipients)
}

fn seal(recipients: &Recipients, plain: &[u8]) -> Vec<u8> {
    let mut writer = recipients.seal_file(Vec::new()).unwrap();
    for piece in plain.chunks(10_000) {
        writer.write(piece).unwrap();
    }
    let (sealed, digested) = writer.finish().unwrap();
    assert_eq!(digested.size, plain.len() as u64);
    sealed
}

fn open(sealed: &[u8], identity: &age::x25519::Identity) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    unseal::open(sealed, std::iter::once(identity as &dyn age::Identity))
        .map_err(|e| e.to_string())?
        .read_to_end(&mut out)
        .map_err(|e| e.to_string())?;
    Ok(out)
}

#[test]
fn every_editor_opens_it_and_the_size_is_padded() {
    let (identities, recipients) = team(5);
    for length in [0, 1, 65_535, 65_536, 65_537, 300_000] {
        let plain: Vec<u8> = (0..length).map(|i| u8::try_from(i % 251).unwrap()).collect();
        let sealed = seal(&recipients, &plain);
        for identity in &identities {
            let opened = open(&sealed, identity).unwrap();
            assert_eq!(opened.len() as u64, padded_file(length));
            assert!(opened.starts_with(&plain));
            assert!(opened[plain.len()..].iter().all(|b| *b == 0));
        }
        let outside = inspect::outside(sealed.as_slice(), sealed.len() as u64).unwrap();
        assert_eq!((outside.classic, outside.post_quantum, outside.foreign), (5, 0, 0));
        assert_eq!(outside.plaintext, padded_file(length));
    }
}

#[test]
fn a_manifest_is_padded_with_spaces() {
    let (identities, recipients) = team(1);
    let sealed = recipients.seal_manifest(b"{}", Vec::new()).unwrap();
    let opened = open(&sealed, &identities[0]).unwrap();
    assert_eq!(opened.len() as u64, padded_manifest(2));
    assert_eq!(String::from_utf8(opened).unwrap().trim_end_matches(' '), "{}");
}

#[test]
fn no_recipient_is_refused() {
    assert!(Recipients::proven(Vec::new()).is_err());
}

#[test]
fn a_writer_dropped_midway_leaves_nothing_that_opens() {
    let (identities, recipients) = team(1);
    let mut out = Vec::new();
    let mut writer = recipients.seal_file(&mut out).unwrap();
    writer.write(&vec![7; 200_000]).unwrap();
    drop(writer);
    assert!(out.len() > 100_000, "it was streaming");
    assert!(open(&out, &identities[0]).is_err());
}

#[test]
fn a_passphrase_file_is_told_from_the_outside() {
    let encryptor = age::Encryptor::with_user_passphrase("x".to_owned().into());
    let mut sealed = Vec::new();
    let mut writer = encryptor.wrap_output(&mut sealed).unwrap();
    writer.write_all(b"hello").unwrap();
    writer.finish().unwrap();
    let outside = inspect::outside(sealed.as_slice(), sealed.len() as u64).unwrap();
    assert_eq!((outside.classic, outside.foreign, outside.plaintext), (0, 1, 5));
    assert!(inspect::outside(&sealed[..30], 30).is_err());
    assert!(inspect::outside(&b"not age at all"[..], 14).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn altered_cut_or_reordered_never_opens(at in 0.0_f64..1.0, bit in 0_u8..8, how in 0..3) {
        let (identities, recipients) = team(2);
        let plain: Vec<u8> = (0..200_000_u32).map(|i| u8::try_from(i % 253).unwrap()).collect();
        let mut sealed = seal(&recipients, &plain);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
        let at = (at * sealed.len() as f64) as usize;
        match how {
            0 => sealed[at] ^= 1 << bit,
            1 => sealed.truncate(at),
            _ => {
                // Two whole STREAM chunks change places.
                let payload = sealed.len() % (65_536 + 16);
                let start = sealed.len() - (sealed.len() - payload) ;
                let chunk = 65_536 + 16;
                let (a, b) = sealed[start..].split_at_mut(chunk);
                a.swap_with_slice(&mut b[..chunk]);
            }
        }
        prop_assert!(open(&sealed, &identities[0]).is_err());
    }
}
