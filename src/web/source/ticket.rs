//! Tickets: every form carries one, so that leaving can be final and a form sent twice counts once.
//!
//! A ticket names a *visit* (what leaving burns: one chain of pages in one tab) and a *form* (what a
//! dispatch's id derives from). It is authenticated and says nothing about a code.

use hmac::{Hmac, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::base::clock::Day;
use crate::base::ids::{DispatchSeed, hex};
use crate::base::random::{self, NoRandomness};
use crate::dropbox::retention;

const LABEL_TICKET: &[u8] = b"sourdine/v1/ticket";
const LABEL_DISPATCH: &[u8] = b"sourdine/v1/ticket-dispatch";
const LABEL_PROGRESS: &[u8] = b"sourdine/v1/ticket-progress";
const LABEL_TEXT: &[u8] = b"sourdine/v1/text";

/// Bytes of a ticket, and of its MAC.
const TICKET: usize = 48;
const MAC: usize = 16;

/// What a genuine ticket says. Its day is the finest time in it: a page tells nobody the server's clock.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Ticket {
    visit: [u8; 16],
    form: [u8; 16],
    /// New each time a form is shown.
    showing: [u8; 8],
    day: Day,
}

/// Why a ticket is not good.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TicketError {
    /// Not ours, or altered.
    Foreign,
    /// Its visit may have been left: what was left so long ago is not remembered.
    Old,
}

/// Makes and reads tickets. Whether a visit was left is asked of the store.
pub struct Tickets {
    key: [u8; 32],
}

impl Tickets {
    /// `key` outlives restarts, and so do tickets.
    pub fn new(key: [u8; 32]) -> Self {
        Self { key }
    }

    /// As it stands in a form: 128 hex digits.
    pub fn print(&self, ticket: &Ticket) -> String {
        let bytes = ticket.to_bytes();
        let mac = self.mac(LABEL_TICKET, &bytes);
        hex(&[&bytes[..], mac.get(..MAC).unwrap_or_default()].concat())
    }

    /// Reads a ticket. It is good as long as left visits are remembered, counted in the same recorded days:
    /// no ticket outlives that memory, whatever the clock did.
    pub fn read(&self, text: &str, today: Day) -> Result<Ticket, TicketError> {
        let ticket = self.authentic(text).ok_or(TicketError::Foreign)?;
        if today.0.saturating_sub(ticket.day.0) > retention::BURNED {
            return Err(TicketError::Old);
        }
        Ok(ticket)
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
        if digits.len() != 2 * (TICKET + MAC) || !digits.is_ascii() {
            return None;
        }
        let mut bytes = [0; TICKET + MAC];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        let (body, mac) = bytes.split_at(TICKET);
        let expected = self.mac(LABEL_TICKET, body);
        let same: bool = expected.get(..MAC)?.ct_eq(mac).into();
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
    /// Of a new visit.
    pub fn fresh(today: Day) -> Result<Self, NoRandomness> {
        let (visit, form, showing) = (random::bytes()?, random::bytes()?, random::bytes()?);
        Ok(Self { visit, form, showing, day: today })
    }

    /// For another form of the same visit.
    pub fn next(&self, today: Day) -> Result<Self, NoRandomness> {
        Ok(Self { visit: self.visit, ..Self::fresh(today)? })
    }

    /// For a form that comes back, in another language or to be mended: the same form, as if new.
    pub fn renewed(&self, today: Day) -> Result<Self, NoRandomness> {
        Ok(Self { form: self.form, ..self.next(today)? })
    }

    /// What leaving burns.
    pub fn visit(&self) -> [u8; 16] {
        self.visit
    }

    fn to_bytes(self) -> [u8; TICKET] {
        let mut out = [0; TICKET];
        let parts = self
            .visit
            .iter()
            .chain(&self.form)
            .chain(&self.showing)
            .copied()
            .chain(self.day.0.to_be_bytes());
        out.iter_mut().zip(parts).for_each(|(slot, byte)| *slot = byte);
        out
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(Self {
            visit: bytes.get(..16)?.try_into().ok()?,
            form: bytes.get(16..32)?.try_into().ok()?,
            showing: bytes.get(32..40)?.try_into().ok()?,
            day: Day(i64::from_be_bytes(bytes.get(40..48)?.try_into().ok()?)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Day = Day(20_000);

    #[test]
    fn all_tickets_of_a_visit_bear_its_name_and_each_form_its_own() {
        let tickets = Tickets::new([7; 32]);
        let first = Ticket::fresh(TODAY).unwrap();
        let second = first.next(TODAY).unwrap();
        let again = second.renewed(Day(TODAY.0 + 1)).unwrap();
        assert_eq!((first.visit(), second.visit()), (second.visit(), again.visit()));
        assert_ne!(first.visit(), Ticket::fresh(TODAY).unwrap().visit());
        let seed = |ticket| tickets.dispatch_seed(ticket).0;
        assert_ne!(seed(&first), seed(&second));
        assert_eq!(seed(&second), seed(&again));
        assert_ne!(tickets.progress_token(&second), tickets.progress_token(&again));
    }

    #[test]
    fn a_ticket_is_good_for_seven_days_over_a_restart_and_an_altered_one_never() {
        let tickets = Tickets::new([7; 32]);
        let text = tickets.print(&Ticket::fresh(TODAY).unwrap());
        let on = |day| Tickets::new([7; 32]).read(&text, Day(day)).err();
        assert_eq!(on(TODAY.0), None);
        assert_eq!(on(TODAY.0 + 7), None);
        assert_eq!(on(TODAY.0 + 8), Some(TicketError::Old));
        for at in 0..text.len() {
            let mut altered = text.clone().into_bytes();
            altered[at] = if altered[at] == b'0' { b'1' } else { b'0' };
            let altered = String::from_utf8(altered).unwrap();
            assert_eq!(tickets.read(&altered, TODAY).err(), Some(TicketError::Foreign));
        }
        for wrong in ["", "zz", &text[1..], &"+".repeat(128), &"é".repeat(64)] {
            assert_eq!(tickets.read(wrong, TODAY).err(), Some(TicketError::Foreign));
        }
        let other = Tickets::new([8; 32]).read(&text, TODAY);
        assert_eq!(other.err(), Some(TicketError::Foreign));
    }
}
