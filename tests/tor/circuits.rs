//! Two circuits are told apart by the line that tor writes in front of every connection.

use crate::service::Onion;

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

#[test]
fn a_circuit_is_one_visitor_and_another_circuit_another() {
    let onion = Onion::by_hand("anne");
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
