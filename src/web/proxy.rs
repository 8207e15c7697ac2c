//! The line that tor puts before each connection (`HiddenServiceExportCircuitID haproxy`): version 1 of
//! the PROXY protocol, whose address stands for a circuit.
//!
//! `PROXY TCP6 fc00:dead:beef:4dad::AABB:CCDD ::1 SPORT DPORT\r\n`: the last 32 bits are the circuit's number
//! (tor(1) under `HiddenServiceExportCircuitID`; the PROXY protocol, section 2.1).

use std::net::Ipv6Addr;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};

use crate::base::circuit::Circuit;

/// Bytes of the longest line that version 1 allows, its end included.
const LONGEST: usize = 107;
/// The line comes with the connection itself.
const PATIENCE: Duration = Duration::from_secs(5);
/// The upper half of every address that tor makes up for a circuit.
const PREFIX: [u16; 6] = [0xfc00, 0xdead, 0xbeef, 0x4dad, 0, 0];

/// Why a connection has no circuit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoCircuit {
    /// It closed without a byte: somebody looked whether anything listens here.
    Silent,
    /// It did not begin as tor's do, or not in time.
    Crooked,
}

/// Reads the line, and not a byte more.
pub async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Result<Circuit, NoCircuit> {
    let mut line = Vec::with_capacity(LONGEST);
    let whole = async {
        while !line.ends_with(b"\n") {
            // Byte by byte: what follows belongs to the request. The socket is local and the line short.
            match stream.read_u8().await {
                Err(_) if line.is_empty() => return Err(NoCircuit::Silent),
                Ok(byte) if line.len() < LONGEST => line.push(byte),
                _ => return Err(NoCircuit::Crooked),
            }
            // Whoever does not even begin like this is not waited for.
            if !line.iter().zip(b"PROXY ").all(|(a, b)| a == b) {
                return Err(NoCircuit::Crooked);
            }
        }
        parse(&line).ok_or(NoCircuit::Crooked)
    };
    tokio::time::timeout(PATIENCE, whole).await.unwrap_or(Err(NoCircuit::Crooked))
}

/// The circuit of a whole line; `None` for anything that tor does not write.
pub fn parse(line: &[u8]) -> Option<Circuit> {
    let text = std::str::from_utf8(line).ok()?.strip_suffix("\r\n")?;
    let mut words = text.split(' ');
    let mut word = || words.next();
    let known = word()? == "PROXY" && word()? == "TCP6";
    let source: Ipv6Addr = word()?.parse().ok()?;
    let known = known && word()? == "::1" && is_port(word()?) && is_port(word()?);
    let [prefix @ .., high, low] = source.segments();
    let ours = known && words.next().is_none() && prefix == PREFIX;
    ours.then(|| Circuit::Tor(u32::from(high) << 16 | u32::from(low)))
}

fn is_port(text: &str) -> bool {
    // `parse` takes a sign too.
    text.bytes().all(|b| b.is_ascii_digit()) && text.parse::<u16>().is_ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number(line: &str) -> Option<u32> {
        match parse(line.as_bytes()) {
            Some(Circuit::Tor(number)) => Some(number),
            _ => None,
        }
    }

    #[test]
    fn what_tor_writes_is_read() {
        let real = "PROXY TCP6 fc00:dead:beef:4dad::0:1d ::1 29 80\r\n";
        assert_eq!(number(real), Some(0x1d));
        let last = "PROXY TCP6 fc00:dead:beef:4dad::ffff:fffe ::1 65535 80\r\n";
        assert_eq!(number(last), Some(0xffff_fffe));
    }

    #[test]
    fn anything_else_is_refused() {
        for wrong in [
            "",
            "\r\n",
            "GET / HTTP/1.1\r\n",
            "PROXY\r\n",
            "PROXY UNKNOWN\r\n",
            "PROXY TCP4 127.0.0.1 127.0.0.1 29 80\r\n",
            "PROXY TCP6 fc00:dead:beef:4dad::0:1d ::1 29 80\n",
            "PROXY TCP6 fc00:dead:beef:4dad::0:1d ::1 29 80",
            "PROXY TCP6 fc00:dead:beef:4dad::0:1d ::1 29 80 \r\n",
            "PROXY  TCP6 fc00:dead:beef:4dad::0:1d ::1 29 80\r\n",
            "proxy TCP6 fc00:dead:beef:4dad::0:1d ::1 29 80\r\n",
            "PROXY TCP6 fc00:dead:beef:4dad::0:1d ::1 29 65536\r\n",
            "PROXY TCP6 fc00:dead:beef:4dad::0:1d ::1 +29 80\r\n",
            "PROXY TCP6 fc00:dead:beef:4dad::0:1d ::2 29 80\r\n",
            "PROXY TCP6 fc00:dead:beef:4dae::0:1d ::1 29 80\r\n",
            "PROXY TCP6 fc00:dead:beef:4dad:1::1d ::1 29 80\r\n",
            "PROXY TCP6 2001:db8::1 ::1 29 80\r\n",
            "PROXY TCP6 fc00:dead:beef:4dad::0:1d%1 ::1 29 80\r\n",
            "PROXY TCP6 fc00:dead:beef:4dad::0:1d ::1 29 80\r\nPROXY\r\n",
            "PROXY TCP6 fc00:dead:beef:4dad::0:1d ::1 29 80\0\r\n",
        ] {
            assert_eq!(number(wrong), None, "{wrong:?}");
        }
    }

    /// What a connection sends, and what is left of it after the line.
    fn read_from(sent: &[u8]) -> (Result<u32, NoCircuit>, usize) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let mut stream = sent;
        let circuit = runtime.block_on(read(&mut stream));
        let number = circuit.map(|circuit| match circuit {
            Circuit::Tor(number) => number,
            Circuit::Local => unreachable!(),
        });
        (number, stream.len())
    }

    #[test]
    fn not_a_byte_of_the_request_is_taken() {
        let line = "PROXY TCP6 fc00:dead:beef:4dad::0:1d ::1 29 80\r\n";
        let crooked = Err(NoCircuit::Crooked);
        assert_eq!(read_from(format!("{line}GET /").as_bytes()), (Ok(0x1d), 5));
        assert_eq!(read_from(format!("{line}{line}").as_bytes()), (Ok(0x1d), line.len()));
        // What cannot become such a line is not read on.
        assert_eq!(read_from(b"GET / HTTP/1.1\r\n"), (crooked, 15));
        let long = format!("PROXY {}\r\n", "A".repeat(4000));
        assert_eq!(read_from(long.as_bytes()), (crooked, long.len() - LONGEST - 1));
        assert_eq!(read_from(&line.as_bytes()[..20]), (crooked, 0));
        assert_eq!(read_from(b""), (Err(NoCircuit::Silent), 0));
    }

    proptest! {
        #[test]
        fn every_circuit_is_told_from_every_other(number_: u32, port: u16) {
            let (high, low) = (number_ >> 16, number_ & 0xffff);
            let line = format!("PROXY TCP6 fc00:dead:beef:4dad::{high:x}:{low:x} ::1 {port} 80\r\n");
            prop_assert_eq!(number(&line), Some(number_));
        }

        #[test]
        fn no_bytes_make_it_fail(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            parse(&bytes);
            let _ = read_from(&bytes);
        }
    }
}
