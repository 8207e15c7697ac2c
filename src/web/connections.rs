//! Connections that are open. When all are taken, the one that has been idle for longest ends, first of the
//! circuit that holds most. One that an upload or a download uses never does.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use super::slots::{Holder, Slot, Slots};
use crate::base::circuit::Circuit;

/// At once, of all circuits. More than all uploads and downloads together.
const TOTAL: usize = 512;
/// At once, of one circuit: a browser opens six.
const SHARE: usize = 16;

/// What a connection is doing.
#[derive(Default)]
pub struct Connection {
    /// Taken from a counter of all connections' activity: the lowest has been idle for longest.
    active: AtomicU64,
    /// Uploads and downloads under way on it, which have slots of their own.
    kept: AtomicUsize,
}

/// A connection that was admitted.
pub type Admitted = Slot<u32, Connection>;

/// All connections of a listener.
pub struct Connections {
    slots: Arc<Slots<u32, Connection>>,
    clock: Arc<AtomicU64>,
}

impl Default for Connections {
    fn default() -> Self {
        Self { slots: Slots::new(TOTAL, SHARE), clock: Arc::default() }
    }
}

impl Connections {
    /// Admits a connection; `None` when everything that is open is in use.
    pub fn admit(&self, circuit: Circuit) -> Option<Admitted> {
        let active = AtomicU64::new(self.clock.fetch_add(1, Ordering::Relaxed));
        let connection = Connection { active, kept: AtomicUsize::new(0) };
        self.slots.acquire_or_evict(circuit.number(), connection, 0, |connection, _| {
            let kept = connection.kept.load(Ordering::Relaxed) > 0;
            (!kept).then(|| connection.active.load(Ordering::Relaxed))
        })
    }

    /// Who comes over it, for handlers.
    pub fn visitor(&self, circuit: Circuit, admitted: &Admitted) -> Visitor {
        Visitor { circuit, connection: admitted.holder.clone(), clock: self.clock.clone() }
    }
}

/// Who sends a request. Each carries one as an extension.
#[derive(Clone)]
pub struct Visitor {
    circuit: Circuit,
    connection: Arc<Holder<u32, Connection>>,
    clock: Arc<AtomicU64>,
}

impl Visitor {
    /// The key of every share.
    pub fn circuit(&self) -> Circuit {
        self.circuit
    }

    /// The connection is not idle: a request was read from it, or a step of a display written.
    pub fn active(&self) {
        let now = self.clock.fetch_add(1, Ordering::Relaxed);
        self.connection.about.active.store(now, Ordering::Relaxed);
    }

    /// The connection stays open while this lives: an upload or a download has a slot of its own.
    pub fn keep(&self) -> Kept {
        self.connection.about.kept.fetch_add(1, Ordering::Relaxed);
        Kept(self.connection.clone())
    }
}

/// See [`Visitor::keep`].
pub struct Kept(Arc<Holder<u32, Connection>>);

impl Drop for Kept {
    fn drop(&mut self) {
        self.0.about.kept.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admit(all: &Connections, number: u32) -> Option<(Admitted, Visitor)> {
        let circuit = Circuit::Tor(number);
        let admitted = all.admit(circuit)?;
        let visitor = all.visitor(circuit, &admitted);
        Some((admitted, visitor))
    }

    #[test]
    fn a_circuits_own_idle_connection_gives_way_to_its_next() {
        let all = Connections::default();
        let (other, _) = admit(&all, 2).unwrap();
        let own: Vec<_> = (0..SHARE).map(|_| admit(&all, 1).unwrap()).collect();
        let _kept = own[0].1.keep();
        own[1].1.active();
        let _next = admit(&all, 1).unwrap();
        let which: Vec<_> = (0..SHARE).filter(|at| own[*at].0.is_evicted()).collect();
        // The first is in use, the second was active later than the third.
        assert_eq!(which, [2]);
        assert!(!other.is_evicted());
    }

    #[test]
    fn silent_connections_of_a_thousand_circuits_keep_nobody_out() {
        let all = Connections::default();
        let flood: Vec<_> = (0..1000).map(|circuit| admit(&all, circuit).unwrap()).collect();
        let (slot, _) = admit(&all, 5000).unwrap();
        assert!(!slot.is_evicted());
        let open = flood.iter().filter(|(slot, _)| !slot.is_evicted());
        assert_eq!(open.count(), TOTAL - 1);
    }

    #[test]
    fn one_circuit_that_uses_all_it_has_is_refused_more() {
        let all = Connections::default();
        let own: Vec<_> = (0..SHARE).map(|_| admit(&all, 1).unwrap()).collect();
        let _kept: Vec<_> = own.iter().map(|(_, visitor)| visitor.keep()).collect();
        assert!(admit(&all, 1).is_none());
        assert!(admit(&all, 2).is_some());
    }
}
