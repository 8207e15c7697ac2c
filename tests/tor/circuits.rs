//! Two circuits are told apart by the line that tor writes in front of every connection.

use std::collections::HashSet;
use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::network::Network;
use super::service::{Onion, within};
use crate::common::msg;

/// Connections that the box leaves to one circuit.
const SHARE: usize = 16;
/// Codes that it checks for one circuit at once, and then one a second.
const CHECKS: usize = 30;
/// Whoever tries many: so many at a time, so many times.
const AT_ONCE: usize = 8;
const EACH: usize = 5;

/// What a line stands for: `PROXY TCP6 fc00:dead:beef:4dad::X:Y ::1 P 80`, as tor(1) describes
/// `HiddenServiceExportCircuitID haproxy`. The address is the circuit's.
fn circuit(line: &str) -> String {
    let (port, words) = (|text: &str| text.parse::<u16>().is_ok(), line.split(' '));
    let words: Vec<_> = words.collect();
    let ["PROXY", "TCP6", circuit, "::1", from, "80\r\n"] = words[..] else { panic!("{line:?}") };
    let number =
        circuit.strip_prefix("fc00:dead:beef:4dad::").unwrap_or_else(|| panic!("{line:?}"));
    let halves: Vec<_> = number.split(':').collect();
    assert_eq!(halves.len(), 2, "{line:?}");
    assert!(halves.iter().all(|half| u16::from_str_radix(half, 16).is_ok()), "{line:?}");
    assert!(port(from), "{line:?}");
    circuit.to_owned()
}

pub fn a_circuit_is_one_visitor_and_has_its_share() {
    let onion = Onion::by_hand("anne");
    one_is_told_from_another(&onion);
    nobody_holds_more_connections_than_a_share(&onion);
    whoever_tries_codes_waits_and_nobody_else_does(&onion);
}

fn one_is_told_from_another(onion: &Onion) {
    let (_, recorder) = onion.by_hand.as_ref().unwrap();
    let circuits_of = |visitor: &str| {
        recorder.take();
        for path in ["/?lang=en", "/drop?lang=en", "/mailbox?lang=en"] {
            assert_eq!(onion.visit_as(visitor, path, &[]).status, 200, "{visitor} {path}");
        }
        let lines = recorder.take();
        assert_eq!(lines.len(), 3, "{lines:?}");
        let mut circuits: Vec<_> = lines.iter().map(|line| circuit(line)).collect();
        circuits.dedup();
        circuits
    };
    let (anne, bob) = (circuits_of("anne"), circuits_of("bob"));
    println!("circuits: {anne:?} {bob:?}");
    assert_eq!((anne.len(), bob.len()), (1, 1), "{anne:?} {bob:?}");
    assert_ne!(anne, bob);
    assert_eq!(circuits_of("anne"), anne);
}

/// A connection of a visitor who never ends the first line. Ends when dropped.
struct Dangling(Child);

impl Dangling {
    fn open(onion: &Onion, visitor: &str) -> Self {
        let host = onion.site.base.trim_start_matches("http://");
        let mut command = Command::new("curl");
        command.args(Network::shared().source().visitor(visitor));
        command.args(["-s", &format!("telnet://{host}:80")]);
        command.stdin(Stdio::piped()).stdout(Stdio::null());
        let mut process = command.spawn().unwrap();
        process.stdin.as_mut().unwrap().write_all(b"GET /").unwrap();
        Self(process)
    }

    fn is_open(&mut self) -> bool {
        self.0.try_wait().unwrap().is_none()
    }
}

impl Drop for Dangling {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn nobody_holds_more_connections_than_a_share(onion: &Onion) {
    let (_, recorder) = onion.by_hand.as_ref().unwrap();
    let wanted = SHARE + 8;
    recorder.take();
    let mut all: Vec<_> = (0..wanted).map(|_| Dangling::open(onion, "hog")).collect();
    let mut lines = Vec::new();
    let arrived = || {
        lines.extend(recorder.take());
        (lines.len() >= wanted).then_some(())
    };
    within(Duration::from_secs(200), "connections to arrive", arrived, || onion.tail());
    let open = || {
        let open = all.iter_mut().filter_map(|one| one.is_open().then_some(())).count();
        (open <= SHARE).then_some(open)
    };
    let open = within(Duration::from_secs(200), "the rest to be closed", open, || onion.tail());
    println!("circuits: {open} of {wanted} connections stay open");
    assert!(open > 0);
    assert_eq!(onion.visit_as("bob", "/?lang=en", &[]).status, 200);
}

fn whoever_tries_codes_waits_and_nobody_else_does(onion: &Onion) {
    let (_, recorder) = onion.by_hand.as_ref().unwrap();
    let (anne, hog) = (Tries::new(onion, "anne"), Tries::new(onion, "hog"));
    for again in [true, false] {
        recorder.take();
        let (begin, done) = (Instant::now(), AtomicUsize::new(0));
        let (slow, quick) = thread::scope(|scope| {
            let one = || {
                let each = (0..EACH).map(|_| (hog.one(), done.fetch_add(1, Ordering::Relaxed)));
                each.map(|(took, _)| took).fold(0.0, f64::max)
            };
            let all: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(one)).collect();
            let tired = || (done.load(Ordering::Relaxed) >= CHECKS).then_some(());
            within(Duration::from_secs(200), "many codes to be tried", tired, || onion.tail());
            let quick = (0..3).map(|_| anne.one()).fold(0.0, f64::max);
            assert!(done.load(Ordering::Relaxed) < AT_ONCE * EACH, "anne waited behind them all");
            (all.into_iter().map(|thread| thread.join().unwrap()).fold(0.0, f64::max), quick)
        });
        let took = begin.elapsed().as_secs_f64();
        println!(
            "circuits: {} codes in {took:.1} s; the slowest {slow:.1} s, of another visitor \
             {quick:.1} s",
            AT_ONCE * EACH
        );
        let circuits: HashSet<_> = recorder.take().iter().map(|line| circuit(line)).collect();
        if circuits.len() > 2 && again {
            continue; // one broke meanwhile, and the next has a share of its own
        }
        let least = Duration::from_secs((AT_ONCE * EACH - CHECKS) as u64).as_secs_f64() - 0.5;
        assert!(took > least, "too quick");
        return;
    }
}

/// Codes that nobody sent anything under, tried by a visitor: they cost what any other costs.
struct Tries<'a> {
    onion: &'a Onion,
    visitor: &'static str,
    fields: [String; 2],
}

impl<'a> Tries<'a> {
    fn new(onion: &'a Onion, visitor: &'static str) -> Self {
        let hidden = |path, name| onion.visit_as(visitor, path, &[]).hidden(name);
        let code = format!("code={}", hidden("/drop?lang=en", "code"));
        let ticket = format!("ticket={}", hidden("/mailbox?lang=en", "ticket"));
        Self { onion, visitor, fields: [code, ticket] }
    }

    /// Seconds that one takes.
    fn one(&self) -> f64 {
        let begin = Instant::now();
        let [code, ticket] = &self.fields;
        let fields = ["--data-urlencode", code, "--data-urlencode", ticket];
        let page = self.onion.visit_as(self.visitor, "/mailbox?lang=en", &fields);
        page.must_say(msg("mailbox-nothing-title"));
        begin.elapsed().as_secs_f64()
    }
}
