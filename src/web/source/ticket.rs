//! Tickets: every form carries one, so that leaving can be final and a form sent twice counts once.
//!
//! A ticket names a *session* (what leaving burns: one chain of pages in one tab) and a *form* (what a
//! dispatch's id derives from). It is authenticated and says nothing about a code.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use hmac::{Hmac, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::base::clock::Clock;
use crate::base::ids::{DispatchSeed, hex};
use crate::base::random::{self, NoRandomness};

/// Seconds a ticket lives: long enough to find files and write; an upload is checked at its start.
const LIFE: u64 = 12 * 60 * 60;
/// Sessions remembered as burned; beyond it the oldest are forgotten, and with them nothing but the
/// promise that "Back" shows "you have left".
const MOST_BURNED: usize = 100_000;

const LABEL_TICKET: &[u8] = b"sourdine/v1/ticket";
const LABEL_DISPATCH: &[u8] = b"sourdine/v1/ticket-dispatch";
const LABEL_PROGRESS: &[u8] = b"sourdine/v1/ticket-progress";
const LABEL_TEXT: &[u8] = b"sourdine/v1/text";

/// What a genuine ticket says.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Ticket {
    session: [u8; 16],
    form: [u8; 16],
    issued: u64,
    boot: [u8; 4],
}

/// Why a ticket is not good.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TicketError {
    /// Not ours, or altered.
    Foreign,
    /// Too old, or (for a mailbox) from before the server started again.
    Old,
    /// Its session was left.
    Left,
}

/// Makes and checks tickets.
pub struct Tickets {
    key: [u8; 32],
    boot: [u8; 4],
    clock: Clock,
    burned: Mutex<HashMap<[u8; 16], u64>>,
}

impl Tickets {
    /// `key` outlives restarts, so that a form filled in meanwhile is still taken; what was left does
    /// not, and so tickets that open mailboxes end with the process.
    pub fn new(key: [u8; 32], clock: Clock) -> Result<Self, NoRandomness> {
        Ok(Self { key, boot: random::bytes()?, clock, burned: Mutex::default() })
    }

    /// A ticket of a new session.
    pub fn fresh(&self) -> Result<Ticket, NoRandomness> {
        Ok(self.ticket(random::bytes()?, random::bytes()?))
    }

    /// A ticket for another form of the same session.
    pub fn next(&self, ticket: &Ticket) -> Result<Ticket, NoRandomness> {
        Ok(self.ticket(ticket.session, random::bytes()?))
    }

    /// A ticket for a form that comes back, in another language or to be mended: the same form, as if new.
    pub fn renewed(&self, ticket: &Ticket) -> Ticket {
        self.ticket(ticket.session, ticket.form)
    }

    fn ticket(&self, session: [u8; 16], form: [u8; 16]) -> Ticket {
        Ticket { session, form, issued: self.clock.seconds(), boot: self.boot }
    }

    /// As it stands in a form: 120 hex digits.
    pub fn print(&self, ticket: &Ticket) -> String {
        let bytes = ticket.to_bytes();
        let mac = self.mac(LABEL_TICKET, &bytes);
        hex(&[&bytes[..], mac.get(..16).unwrap_or_default()].concat())
    }

    /// Reads a ticket of a form that sends something.
    pub fn check(&self, text: &str) -> Result<Ticket, TicketError> {
        let ticket = self.authentic(text).ok_or(TicketError::Foreign)?;
        let burned = self.burned.lock().unwrap_or_else(PoisonError::into_inner);
        if burned.contains_key(&ticket.session) {
            return Err(TicketError::Left);
        }
        if self.clock.seconds().saturating_sub(ticket.issued) > LIFE {
            return Err(TicketError::Old);
        }
        Ok(ticket)
    }

    /// Reads a ticket of a form that opens a mailbox.
    pub fn check_opening(&self, text: &str) -> Result<Ticket, TicketError> {
        self.check(text).and_then(|ticket| {
            if ticket.boot == self.boot { Ok(ticket) } else { Err(TicketError::Old) }
        })
    }

    /// Ends a session: none of its tickets is good any more.
    pub fn burn(&self, ticket: &Ticket) {
        let now = self.clock.seconds();
        let mut burned = self.burned.lock().unwrap_or_else(PoisonError::into_inner);
        if burned.len() >= MOST_BURNED {
            burned.retain(|_, at| now.saturating_sub(*at) <= LIFE);
        }
        if burned.len() >= MOST_BURNED {
            let oldest = burned.iter().min_by_key(|(_, at)| **at).map(|(session, _)| *session);
            oldest.and_then(|oldest| burned.remove(&oldest));
        }
        burned.insert(ticket.session, now);
    }

    /// What the id of a dispatch made by this form derives from: the same form with the same content
    /// is the same dispatch.
    pub fn dispatch_seed(&self, ticket: &Ticket) -> DispatchSeed {
        DispatchSeed(self.mac(LABEL_DISPATCH, &ticket.form))
    }

    /// The name of the progress display of this form, which has another one when it comes back: 32 hex digits that tell nothing.
    pub fn progress_token(&self, ticket: &Ticket) -> String {
        hex(self.mac(LABEL_PROGRESS, &ticket.to_bytes()).get(..16).unwrap_or_default())
    }

    /// A text that a page carries and that must come back as it was: its MAC in hex, then itself.
    pub fn sign(&self, text: &str) -> String {
        hex(&self.mac(LABEL_TEXT, text.as_bytes())) + text
    }

    /// The text that [`sign`](Self::sign) was given.
    pub fn signed<'a>(&self, carried: &'a str) -> Option<&'a str> {
        let (mac, text) = carried.split_at_checked(64)?;
        let expected = hex(&self.mac(LABEL_TEXT, text.as_bytes()));
        bool::from(expected.as_bytes().ct_eq(mac.as_bytes())).then_some(text)
    }

    fn authentic(&self, text: &str) -> Option<Ticket> {
        let digits = text.as_bytes();
        if digits.len() != 120 || !digits.is_ascii() {
            return None;
        }
        let mut bytes = [0; 60];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        let (body, mac) = bytes.split_at(44);
        let expected = self.mac(LABEL_TICKET, body);
        let same: bool = expected.get(..16)?.ct_eq(mac).into();
        same.then(|| Ticket::from_bytes(body)).flatten()
    }

    /// HMAC-SHA256 (RFC 2104) over a label and the data.
    fn mac(&self, label: &[u8], data: &[u8]) -> [u8; 32] {
        // An HMAC key may have any length.
        let Ok(mut mac) = <Hmac<Sha256> as Mac>::new_from_slice(&self.key) else { return [0; 32] };
        mac.update(label);
        mac.update(data);
        mac.finalize().into_bytes().into()
    }
}

impl Ticket {
    fn to_bytes(self) -> [u8; 44] {
        let mut out = [0; 44];
        let parts = self
            .session
            .iter()
            .chain(&self.form)
            .copied()
            .chain(self.issued.to_be_bytes())
            .chain(self.boot);
        out.iter_mut().zip(parts).for_each(|(slot, byte)| *slot = byte);
        out
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(Self {
            session: bytes.get(..16)?.try_into().ok()?,
            form: bytes.get(16..32)?.try_into().ok()?,
            issued: u64::from_be_bytes(bytes.get(32..40)?.try_into().ok()?),
            boot: bytes.get(40..44)?.try_into().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaving_burns_every_ticket_of_the_session_and_no_other() {
        let (clock, _) = Clock::manual(1_000_000);
        let tickets = Tickets::new([7; 32], clock).unwrap();
        let first = tickets.fresh().unwrap();
        let second = tickets.next(&first).unwrap();
        let other = tickets.fresh().unwrap();
        assert_ne!(tickets.dispatch_seed(&first).0, tickets.dispatch_seed(&second).0);
        tickets.burn(&second);
        assert_eq!(tickets.check(&tickets.print(&first)).err(), Some(TicketError::Left));
        assert_eq!(tickets.check(&tickets.print(&second)).err(), Some(TicketError::Left));
        assert!(tickets.check(&tickets.print(&other)).is_ok());
    }

    #[test]
    fn an_altered_or_old_ticket_is_refused() {
        let (clock, hand) = Clock::manual(1_000_000);
        let tickets = Tickets::new([7; 32], clock.clone()).unwrap();
        let text = tickets.print(&tickets.fresh().unwrap());
        assert!(tickets.check_opening(&text).is_ok());
        for at in 0..text.len() {
            let mut altered = text.clone().into_bytes();
            altered[at] = if altered[at] == b'0' { b'1' } else { b'0' };
            let altered = String::from_utf8(altered).unwrap();
            assert_eq!(tickets.check(&altered).err(), Some(TicketError::Foreign));
        }
        for wrong in ["", "zz", &text[1..], &"+".repeat(120), &"é".repeat(60)] {
            assert_eq!(tickets.check(wrong).err(), Some(TicketError::Foreign));
        }
        let restarted = Tickets::new([7; 32], clock).unwrap();
        assert!(restarted.check(&text).is_ok());
        assert_eq!(restarted.check_opening(&text).err(), Some(TicketError::Old));
        hand.set(1_000_000 + LIFE + 1);
        assert_eq!(tickets.check(&text).err(), Some(TicketError::Old));
    }
}
