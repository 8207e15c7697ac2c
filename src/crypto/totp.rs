//! The second secret of an editor: TOTP (RFC 6238) as every authenticator app has it, which is SHA-1, six
//! digits, steps of 30 seconds.

use std::fmt;

use hmac::{Hmac, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use qrcode::{Color, EcLevel, QrCode};
use sha2::Sha256;
use subtle::{ConditionallySelectable, ConstantTimeEq};
use totp_rs::{Builder, Secret, Totp};
use zeroize::Zeroizing;

use crate::base::random::{self, NoRandomness};
use crate::base::stack;

/// Bytes of a secret: RFC 4226 recommends 160 bits.
pub const SECRET: usize = 20;
/// Seconds for which a code is the current one.
pub const STEP: u64 = 30;

/// The zeros of Unicode 16's decimal digits (general category Nd). The other nine of each script follow its zero.
const ZEROS: [u32; 76] = [
    0x0030, 0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6,
    0x0d66, 0x0de6, 0x0e50, 0x0ed0, 0x0f20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80,
    0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0,
    0xff10, 0x104a0, 0x10d30, 0x10d40, 0x11066, 0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450,
    0x114d0, 0x11650, 0x116c0, 0x116d0, 0x116da, 0x11730, 0x118e0, 0x11950, 0x11bf0, 0x11c50,
    0x11d50, 0x11da0, 0x11f50, 0x16130, 0x16a60, 0x16ac0, 0x16b50, 0x16d70, 0x1ccf0, 0x1d7ce,
    0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0, 0x1e4f0, 0x1e5f1, 0x1e950, 0x1fbf0,
];

const LABEL_MARK: &[u8] = b"sourdine/v1/desk-code";
/// Characters of a site's name that go into an app's list, and so into the QR code, which grows with them.
const ISSUER: usize = 30;
/// RFC 3986, unreserved.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// Light modules around a QR code (ISO/IEC 18004).
const MARGIN: usize = 4;

/// What an editor's device and the server share: 160 random bits. It has no Display, and is wiped when
/// dropped.
#[derive(Clone)]
pub struct TotpSecret(Box<Zeroizing<[u8; SECRET]>>);

/// A text that is no secret as [`TotpSecret::base32`] writes it.
#[derive(Debug, thiserror::Error)]
#[error("this is no TOTP secret: 32 letters and digits (base32)")]
pub struct NoTotpSecret;

impl TotpSecret {
    /// A new one.
    pub fn generate() -> Result<Self, NoRandomness> {
        let mut secret = Self::from_bytes(&[0; SECRET]);
        random::fill(&mut **secret.0)?;
        Ok(secret)
    }

    /// For whoever kept the bytes.
    pub(crate) fn from_bytes(bytes: &[u8; SECRET]) -> Self {
        let mut secret = Self(Box::new(Zeroizing::new([0; SECRET])));
        secret.0.copy_from_slice(bytes);
        secret
    }

    /// For whoever keeps the bytes.
    pub(crate) fn as_bytes(&self) -> &[u8; SECRET] {
        &self.0
    }

    /// Reads what [`Self::base32`] wrote, in any case, with spaces or without.
    pub fn parse(text: &str) -> Result<Self, NoTotpSecret> {
        let letters = text.chars().filter(|c| !c.is_whitespace());
        let letters: Zeroizing<String> =
            Zeroizing::new(letters.map(|c| c.to_ascii_uppercase()).collect());
        let secret = Secret::try_from_base32(&*letters).map_err(|_| NoTotpSecret)?;
        secret.as_bytes().try_into().map(Self::from_bytes).map_err(|_| NoTotpSecret)
    }

    /// 32 letters and digits (RFC 4648), as apps take them when they are typed.
    pub fn base32(&self) -> Zeroizing<String> {
        stack::wiped(|| Zeroizing::new(Secret::new_stack(**self.0).to_base32()))
    }

    /// `otpauth://totp/…`: what the QR code says. The issuer, a site's name, is cut to 30 characters.
    pub fn uri(&self, issuer: &str, account: &str) -> Zeroizing<String> {
        // A colon stands between issuer and account.
        let issuer: String =
            issuer.trim().chars().map(|c| if c == ':' { ' ' } else { c }).take(ISSUER).collect();
        let issuer = utf8_percent_encode(issuer.trim(), PLAIN);
        let (account, secret) = (utf8_percent_encode(account, PLAIN), self.base32());
        Zeroizing::new(format!(
            "otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}",
            *secret
        ))
    }

    /// The QR code of [`Self::uri`], row by row, without its margin of four; `true` is dark. Empty where the
    /// account's name is longer than any of ours: the text stands beside it.
    pub fn qr_modules(&self, issuer: &str, account: &str) -> Vec<Vec<bool>> {
        let uri = self.uri(issuer, account);
        let Ok(code) = QrCode::with_error_correction_level(uri.as_bytes(), EcLevel::L) else {
            return Vec::new();
        };
        let width = code.width();
        let colors = code.into_colors();
        colors.chunks(width).map(|row| row.iter().map(|c| *c == Color::Dark).collect()).collect()
    }

    /// The QR code for a terminal, two rows in each line, with its margin. With `colours`, black on white
    /// whatever the terminal's own are; else right where that is dark.
    pub fn qr_terminal(&self, issuer: &str, account: &str, colours: bool) -> Zeroizing<String> {
        let modules = self.qr_modules(issuer, account);
        let side = modules.len() + 2 * MARGIN;
        let dark = |x: usize, y: usize| {
            let module = y.checked_sub(MARGIN).zip(x.checked_sub(MARGIN));
            module.and_then(|(y, x)| modules.get(y)?.get(x)).copied().unwrap_or(false)
        };
        let mut text = Zeroizing::new(String::with_capacity(side * (side / 2 + 1) * 3 + side * 16));
        for y in (0..side).step_by(2) {
            text.push_str(if colours { "  \u{1b}[97;40m" } else { "  " });
            for x in 0..side {
                // What is drawn is light; the last row has none below it.
                let lower = y + 1 < side && !dark(x, y + 1);
                text.push(match (!dark(x, y), lower) {
                    (true, true) => '█',
                    (true, false) => '▀',
                    (false, true) => '▄',
                    (false, false) => ' ',
                });
            }
            text.push_str(if colours { "\u{1b}[0m\n" } else { "\n" });
        }
        text
    }

    /// The code at a time in seconds since the epoch: six digits.
    pub fn code_at(&self, seconds: u64) -> Zeroizing<String> {
        stack::wiped(|| Zeroizing::new(self.totp().generate(seconds).to_string()))
    }

    /// The step whose code this is, of the current one and its two neighbours. Digits of any script count, and
    /// nothing else does: separators, marks of direction. Takes the same time whichever it is.
    pub(crate) fn step_of(&self, code: &str, seconds: u64) -> Option<u64> {
        let typed: Zeroizing<String> = Zeroizing::new(code.chars().filter_map(digit).collect());
        let now = seconds / STEP;
        let mut found = u64::MAX;
        for step in [now.saturating_add(1), now.saturating_sub(1), now] {
            let right = self.code_at(step.saturating_mul(STEP));
            found.conditional_assign(&step, right.as_bytes().ct_eq(typed.as_bytes()));
        }
        (found != u64::MAX).then_some(found)
    }

    /// What is stored of a used code, since a step would tell a time: HMAC-SHA256\[secret\](label | step).
    pub(crate) fn mark(&self, step: u64) -> [u8; 32] {
        stack::wiped(|| {
            // HMAC takes a key of any length.
            let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&**self.0) else { return [0; 32] };
            mac.update(LABEL_MARK);
            mac.update(&step.to_be_bytes());
            mac.finalize().into_bytes().into()
        })
    }

    fn totp(&self) -> Totp {
        Builder::new().with_secret(Secret::new_stack(**self.0)).build_noncompliant()
    }
}

/// A decimal digit of any script as one of ASCII.
fn digit(c: char) -> Option<char> {
    let zero = *ZEROS.get(ZEROS.partition_point(|zero| *zero <= u32::from(c)).checked_sub(1)?)?;
    char::from_digit(u32::from(c) - zero, 10)
}

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpSecret(..)")
    }
}

impl PartialEq for TotpSecret {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes().ct_eq(other.as_bytes()).into()
    }
}

impl Eq for TotpSecret {}

#[cfg(test)]
mod tests {
    use super::*;

    fn rfc() -> TotpSecret {
        TotpSecret::from_bytes(b"12345678901234567890")
    }

    /// RFC 6238, appendix B, SHA-1; the last six of its eight digits.
    #[test]
    fn codes_are_those_of_the_rfc() {
        for (seconds, code) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            assert_eq!(*rfc().code_at(seconds), code[2..], "{seconds}");
        }
    }

    #[test]
    fn one_step_of_drift_is_taken_each_way_and_not_two() {
        let (secret, now) = (rfc(), 1_111_111_111);
        let step = now / STEP;
        for (at, taken) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            let there = step.checked_add_signed(at).unwrap();
            let code = secret.code_at(there * STEP);
            assert_eq!(secret.step_of(&code, now), taken.then_some(there), "{at}");
        }
        for wrong in ["", "050472", "50471", "0050471", "+50471", "٠٥٠٤٧٢", "05047é", "０５０４７"]
        {
            assert_eq!(secret.step_of(wrong, now), None, "{wrong}");
        }
        // The first steps have no neighbour below them.
        assert_eq!(secret.step_of(&secret.code_at(0), 0), Some(0));
    }

    /// As keyboards, apps and clipboards of different languages give a code.
    #[test]
    fn digits_of_any_script_are_read_whatever_stands_between_them() {
        let (secret, now) = (rfc(), 1_111_111_111);
        let right = [
            " 050 471\n",
            "050-471",
            "050.471",
            "٠٥٠٤٧١",
            "۰۵۰۴۷۱",
            "０５０４７１",
            "\u{200e}050471\u{200e}",
            "\u{2068}050\u{a0}471\u{2069}",
            "०५०४७१",
            "𝟘𝟝𝟘𝟜𝟟𝟙",
            "code: 0 5 0 4 7 1",
        ];
        for code in right {
            assert_eq!(secret.step_of(code, now), Some(now / STEP), "{code}");
        }
    }

    #[test]
    fn the_digits_of_unicode_are_all_there_and_nothing_else_is() {
        // What std calls numeric holds other numbers too, but every digit.
        assert!(('\0'..=char::MAX).all(|c| digit(c).is_none() || c.is_numeric()));
        assert_eq!(('\0'..=char::MAX).filter(|c| digit(*c).is_some()).count(), 760);
        assert!(ZEROS.is_sorted());
        for zero in ZEROS.map(|zero| char::from_u32(zero).unwrap()) {
            let all: String = (zero..=char::MAX).take(10).filter_map(digit).collect();
            assert_eq!(all, "0123456789");
        }
    }

    #[test]
    fn a_mark_tells_one_step_and_one_secret_from_others() {
        let (one, other) = (rfc(), TotpSecret::from_bytes(&[7; SECRET]));
        assert_eq!(one.mark(5), one.clone().mark(5));
        assert_ne!(one.mark(5), one.mark(6));
        assert_ne!(one.mark(5), other.mark(5));
    }

    #[test]
    fn what_is_typed_reads_back_and_nothing_else_does() {
        let secret = TotpSecret::generate().unwrap();
        let text = secret.base32();
        assert_eq!(text.len(), 32);
        assert_eq!(TotpSecret::parse(&text).unwrap(), secret);
        let spaced = format!(" {} {}\n", text[..16].to_lowercase(), &text[16..]);
        assert_eq!(TotpSecret::parse(&spaced).unwrap(), secret);
        for wrong in ["", "AAAA", &text[1..], &format!("{}AAAAAAAA", *text), &"1".repeat(32)] {
            assert!(TotpSecret::parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!(format!("{secret:?}"), "TotpSecret(..)");
    }

    #[test]
    fn the_address_for_apps_is_escaped_and_bounded() {
        let uri = rfc().uri("Ré: d&a?c=1/%", "anne-1");
        let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
        let issuer = "R%C3%A9%20%20d%26a%3Fc%3D1%2F%25";
        assert_eq!(*uri, format!("otpauth://totp/{issuer}:anne-1?secret={secret}&issuer={issuer}"));
        let long = rfc().uri(&"x".repeat(80), "anne");
        assert_eq!(long.matches('x').count(), 2 * ISSUER);
        // The longest name of a site and of an account still make a code.
        assert!(!rfc().qr_modules(&"🦊".repeat(80), &"a".repeat(40)).is_empty());
    }

    #[test]
    fn the_code_in_a_terminal_is_the_one_in_the_page() {
        let modules = rfc().qr_modules("Sourdine", "anne");
        assert!(modules.len() >= 21 && modules.iter().all(|row| row.len() == modules.len()));
        // The three corners that every reader looks for.
        let finder = [true, true, true, true, true, true, true, false];
        assert!(modules[0].starts_with(&finder) && modules[modules.len() - 1].starts_with(&finder));
        let text = rfc().qr_terminal("Sourdine", "anne", false);
        assert!(!text.contains('\u{1b}'));
        let lines: Vec<Vec<char>> = text.lines().map(|line| line[2..].chars().collect()).collect();
        for (y, row) in modules.iter().enumerate() {
            for (x, dark) in row.iter().enumerate() {
                let (y, x) = (y + MARGIN, x + MARGIN);
                let light = match lines[y / 2][x] {
                    '█' => true,
                    '▀' => y % 2 == 0,
                    '▄' => y % 2 == 1,
                    _ => false,
                };
                assert_eq!(light, !dark, "{x} {y}");
            }
        }
        let coloured = rfc().qr_terminal("Sourdine", "anne", true);
        assert!(coloured.lines().all(|l| l.contains("[97;40m") && l.ends_with("\u{1b}[0m")));
    }
}
