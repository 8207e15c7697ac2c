//! Connections that are open: so many in all, so many for a circuit. When they are all taken, the one that
//! has asked for nothing for longest ends, first from the circuit that holds most. What is in use, by an upload
//! or the like, ends last, and only where its circuit holds more than others.

use std::cmp::Reverse;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use super::roster::{Entry, Held, Place, Roster, Rule};
use crate::base::circuit::Circuit;

/// At once, of all circuits. More than all that is kept together (see [`Visitor::keep`]).
const MOST: usize = 512;
/// At once, of one circuit: a browser opens six.
const SHARE: usize = 16;

/// What a connection is doing.
#[derive(Default)]
pub struct Connection {
    /// Counts up with every connection and every request: the lowest has been silent for longest.
    asked: AtomicU64,
    /// How much is under way on it that has a place of its own elsewhere.
    kept: AtomicUsize,
}

/// All connections of a listener.
#[derive(Default)]
pub struct Connections {
    roster: Arc<Roster<Connection>>,
    clock: Arc<AtomicU64>,
}

impl Connections {
    /// Takes a place for a connection; `None` when everything that is open is in use.
    pub fn admit(&self, circuit: Circuit) -> Option<Place<Connection>> {
        let asked = AtomicU64::new(self.clock.fetch_add(1, Ordering::Relaxed));
        let yields = |entry: &Entry<Connection>, held: Held| {
            let kept = entry.about.kept.load(Ordering::Relaxed) > 0;
            let asked = entry.about.asked.load(Ordering::Relaxed);
            (!kept || held.hogs()).then_some((u8::from(kept), Reverse(held.theirs), asked))
        };
        let rule = Rule { share: SHARE, classes: &[(MOST, &|_| true)], yields: &yields };
        self.roster.take(circuit, Connection { asked, ..Connection::default() }, &rule)
    }

    /// Who comes over it, for handlers.
    pub fn visitor(&self, place: &Place<Connection>) -> Visitor {
        Visitor { connection: place.entry.clone(), clock: self.clock.clone() }
    }
}

/// Who sends a request. Each carries one as an extension.
#[derive(Clone)]
pub struct Visitor {
    connection: Arc<Entry<Connection>>,
    clock: Arc<AtomicU64>,
}

impl Visitor {
    /// The key of what is shared out.
    pub fn circuit(&self) -> Circuit {
        self.connection.circuit
    }

    /// A whole request was read from this connection.
    pub fn asks(&self) {
        let now = self.clock.fetch_add(1, Ordering::Relaxed);
        self.connection.about.asked.store(now, Ordering::Relaxed);
    }

    /// The connection stays open while this lives: an upload, a download or a display has a place.
    pub fn keep(&self) -> Kept {
        self.connection.about.kept.fetch_add(1, Ordering::Relaxed);
        Kept(self.connection.clone())
    }
}

/// See [`Visitor::keep`].
pub struct Kept(Arc<Entry<Connection>>);

impl Drop for Kept {
    fn drop(&mut self) {
        self.0.about.kept.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admit(all: &Connections, circuit: u32) -> (Option<Place<Connection>>, Option<Visitor>) {
        let place = all.admit(Circuit::Tor(circuit));
        let visitor = place.as_ref().map(|place| all.visitor(place));
        (place, visitor)
    }

    #[test]
    fn a_circuits_own_oldest_connection_makes_room_for_its_next() {
        let all = Connections::default();
        let other = admit(&all, 2);
        let own: Vec<_> = (0..SHARE).map(|_| admit(&all, 1)).collect();
        let _kept = own[0].1.as_ref().unwrap().keep();
        own[1].1.as_ref().unwrap().asks();
        let _next = admit(&all, 1);
        let gone =
            |place: &(Option<Place<Connection>>, _)| place.0.as_ref().unwrap().entry.is_dismissed();
        let which: Vec<_> = (0..SHARE).filter(|at| gone(&own[*at])).collect();
        // The first is in use, the second asked later than the third.
        assert_eq!(which, [2]);
        assert!(!gone(&other));
    }

    #[test]
    fn silent_connections_of_a_thousand_circuits_keep_nobody_out() {
        let all = Connections::default();
        let flood: Vec<_> = (0..1000).map(|circuit| admit(&all, circuit)).collect();
        let (place, _) = admit(&all, 5000);
        assert!(!place.unwrap().entry.is_dismissed());
        let open = flood.iter().filter(|(place, _)| !place.as_ref().unwrap().entry.is_dismissed());
        assert_eq!(open.count(), MOST - 1);
    }

    #[test]
    fn one_circuit_that_uses_all_it_has_is_refused_more() {
        let all = Connections::default();
        let own: Vec<_> = (0..SHARE).map(|_| admit(&all, 1)).collect();
        let _kept: Vec<_> =
            own.iter().map(|(_, visitor)| visitor.as_ref().unwrap().keep()).collect();
        assert!(admit(&all, 1).0.is_none());
        assert!(admit(&all, 2).0.is_some());
    }
}
