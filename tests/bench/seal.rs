//! What post-quantum keys cost: sealing to five classic and to five post-quantum recipients, in turn, and how long the
//! headers are. `cargo bench --bench seal [-- MiB [rounds]]`. Medians.
#![allow(missing_docs, clippy::unwrap_used, clippy::cast_precision_loss)]

use std::io;
use std::time::Instant;

use sourdine::crypto::inspect;
use sourdine::crypto::post_quantum::Identity;
use sourdine::crypto::seal::Recipients;

const EDITORS: usize = 5;
const PIECE: usize = 64 * 1024;

fn main() {
    let mut numbers = std::env::args().skip(1).filter_map(|a| a.parse::<u64>().ok());
    let size = numbers.next().unwrap_or(1024) << 20;
    let rounds = numbers.next().unwrap_or(5);
    let classic = || age::x25519::Identity::generate().to_public().to_string().parse().unwrap();
    let post_quantum = || Identity::generate().unwrap().to_public().into();
    let teams = [
        ("classic", Recipients::proven((0..EDITORS).map(|_| classic()).collect()).unwrap()),
        (
            "post-quantum",
            Recipients::proven((0..EDITORS).map(|_| post_quantum()).collect()).unwrap(),
        ),
    ];
    let piece: Vec<u8> = (0..PIECE).map(|i| u8::try_from(i * 131 % 251).unwrap()).collect();
    let mut seconds = [Vec::new(), Vec::new()];
    for _ in 0..rounds {
        for ((_, team), seconds) in teams.iter().zip(&mut seconds) {
            let begin = Instant::now();
            let mut writer = team.seal_file(io::sink()).unwrap();
            for _ in 0..size / PIECE as u64 {
                writer.write(&piece).unwrap();
            }
            writer.finish().unwrap();
            seconds.push(begin.elapsed().as_secs_f64());
        }
    }
    let median = |all: &[f64]| {
        let mut sorted = all.to_vec();
        sorted.sort_by(f64::total_cmp);
        sorted[sorted.len() / 2]
    };
    let first = median(&seconds[0]);
    println!("{:14} {:>8} {:>11} {:>12} {:>12}", "", "MiB/s", "x classic", "header of 5", "of 6");
    for ((name, team), seconds) in teams.iter().zip(&seconds) {
        let header = |team: &Recipients| {
            let sealed = team.seal_manifest(b"{}", Vec::new()).unwrap();
            let outside = inspect::outside(sealed.as_slice(), sealed.len() as u64).unwrap();
            // 16 bytes of nonce, one of each 64 KiB's tags.
            sealed.len() as u64 - outside.plaintext - 32
        };
        let more = if *name == "classic" { classic() } else { post_quantum() };
        let (this, six) = (median(seconds), team.with(more).unwrap());
        let speed = (size >> 20) as f64 / this;
        println!(
            "{name:14} {speed:>8.0} {:>11.2} {:>12} {:>12}",
            this / first,
            header(team),
            header(&six)
        );
    }
}
