//! How the vault is written fastest: journal, page size, size of a row and of a transaction, beside a
//! plain file with a final sync. `cargo bench --bench store [-- MiB [rounds]]`; figures in
//! README.md beside this file. Interleaved, medians.
#![allow(missing_docs, clippy::unwrap_used, clippy::cast_precision_loss)]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::time::Instant;

use sourdine::base::clock::Day;
use sourdine::base::ids::{DispatchId, MailboxId};
use sourdine::base::kind::DispatchKind;
use sourdine::store::{Dispatch, Mailbox, Publication, Store, Tuning, create};

const KIB: u32 = 1024;
const PIECE: usize = 64 * 1024;

fn main() {
    let mut numbers = std::env::args().skip(1).filter_map(|a| a.parse::<u64>().ok());
    let size = numbers.next().unwrap_or(1024) << 20;
    let rounds = numbers.next().unwrap_or(5);
    let piece: Vec<u8> = (0..PIECE).map(|i| u8::try_from(i * 131 % 251).unwrap()).collect();
    let base = Tuning::default();
    let peers: Vec<(String, Option<Tuning>)> = vec![
        ("plain file, final fsync".into(), None),
        named(&Tuning { wal: true, page_size: 4 * KIB, ..base.clone() }),
        named(&Tuning { wal: true, ..base.clone() }),
        named(&Tuning { page_size: 4 * KIB, ..base.clone() }),
        named(&Tuning { page_size: 16 * KIB, ..base.clone() }),
        named(&Tuning { transaction: 16 << 20, ..base.clone() }),
        named(&Tuning { transaction: 256 << 20, ..base.clone() }),
        named(&Tuning { chunk: 256 << 10, ..base.clone() }),
        named(&Tuning { chunk: 4 << 20, ..base.clone() }),
        named(&base),
    ];
    let mut speeds = vec![Vec::new(); peers.len()];
    let mut written = vec![0_u64; peers.len()];
    for _ in 0..rounds {
        for (peer, (_, tuning)) in peers.iter().enumerate() {
            let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
            let before = bytes_written();
            let begin = Instant::now();
            match tuning {
                None => plain(dir.path(), size, &piece),
                Some(tuning) => vault(dir.path(), size, &piece, tuning),
            }
            speeds[peer].push((size >> 20) as f64 / begin.elapsed().as_secs_f64());
            written[peer] = bytes_written() - before;
        }
    }
    println!("{:44} {:>8} {:>7} {:>9}", "", "MiB/s", "ratio", "written");
    let median = |all: &[f64]| {
        let mut sorted = all.to_vec();
        sorted.sort_by(f64::total_cmp);
        sorted[sorted.len() / 2]
    };
    for ((name, _), (speeds_of, written)) in peers.iter().zip(speeds.iter().zip(written)) {
        let (this, plain) = (median(speeds_of), median(&speeds[0]));
        let ratio = written as f64 / size as f64;
        println!("{name:44} {this:>8.0} {:>7.2} {ratio:>8.2}x", this / plain);
    }
}

fn named(t: &Tuning) -> (String, Option<Tuning>) {
    let journal = if t.wal { "WAL" } else { "TRUNCATE" };
    let name = format!(
        "{journal}, {} KiB pages, {} KiB rows, {} MiB",
        t.page_size / KIB,
        t.chunk >> 10,
        t.transaction >> 20
    );
    (name, Some(t.clone()))
}

fn plain(dir: &Path, size: u64, piece: &[u8]) {
    let mut file = fs::File::create(dir.join("plain")).unwrap();
    for _ in 0..size / PIECE as u64 {
        file.write_all(piece).unwrap();
    }
    file.sync_all().unwrap();
}

fn vault(dir: &Path, size: u64, piece: &[u8], tuning: &Tuning) {
    let data = dir.join("data");
    create(&data, &[], tuning).unwrap();
    let store = Store::open_tuned(&data, 1 << 40, tuning.clone()).unwrap();
    let mut upload = store.upload();
    let mut file = upload.file().unwrap();
    for _ in 0..size / PIECE as u64 {
        file.write_all(piece).unwrap();
    }
    let members = vec![file.finish().unwrap()];
    let mailbox = Mailbox {
        id: MailboxId([1; 16]),
        designation: "a".into(),
        source_recipients: String::new(),
    };
    let (kind, team, day) = (DispatchKind::Submission, "t".into(), Day(0));
    let dispatch = Dispatch { id: DispatchId([2; 16]), kind, team, day, fetched: None, members };
    upload
        .publish(Publication { mailbox, dispatch, sealed_to: None, draft: None, sent_by: None })
        .unwrap();
}

fn bytes_written() -> u64 {
    let io = fs::read_to_string("/proc/self/io").unwrap();
    io.lines().find_map(|line| line.strip_prefix("write_bytes: ")).unwrap().parse().unwrap()
}
