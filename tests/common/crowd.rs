//! A store as years fill it: rows by the thousand, written past the store's own code, without content.

use std::path::Path;

use rusqlite::{Connection, params};

/// Adds so many mailboxes with ten dispatches each (one in five a reply) to a team; of every second mailbox
/// `reader` has fetched all.
pub fn fill(data: &Path, team: &str, reader: &str, mailboxes: u32, last: i64) {
    let mut db = Connection::open(data.join("index.db")).unwrap();
    let rows = db.transaction().unwrap();
    for number in 0..mailboxes {
        let id = id(1, number, 0);
        // Three letters that are not in order, then the number in letters.
        let word: String = format!("{:05}", number * 7 % mailboxes)
            .bytes()
            .map(|digit| char::from(digit - b'0' + b'a'))
            .collect();
        let day = last - i64::from(number % 150);
        rows.execute(
            "INSERT INTO mailbox VALUES (?, ?, 'age1nobody', ?)",
            params![id, format!("crowd-{word}"), day],
        )
        .unwrap();
        rows.execute("INSERT INTO party VALUES (?, ?, 1)", params![id, team]).unwrap();
        rows.execute("INSERT INTO correspondence VALUES (?, ?, ?)", params![team, id, day])
            .unwrap();
        for position in 0..10 {
            let dispatch = self::id(2, number, position);
            let reply = position % 5 == 4;
            rows.execute(
                "INSERT INTO dispatch (id, mailbox, kind, team, day, position) VALUES (?, ?, ?, ?, ?, ?)",
                params![dispatch, id, reply, team, day - i64::from(position), 10 - position],
            )
            .unwrap();
            for member in 0..2 {
                rows.execute(
                    "INSERT INTO member VALUES (?, ?, ?, 16800)",
                    params![dispatch, member, self::id(3 + member, number, position)],
                )
                .unwrap();
            }
            if !reply && number % 2 == 0 {
                rows.execute("INSERT INTO fetch VALUES (?, ?, ?)", params![dispatch, reader, last])
                    .unwrap();
            }
        }
    }
    rows.commit().unwrap();
}

/// Spread over the whole b-tree, as random ids are.
fn id(kind: u8, number: u32, position: u32) -> [u8; 16] {
    let mut id = [kind; 16];
    let mixed = (u64::from(number) * 16 + u64::from(position)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    id[..8].copy_from_slice(&mixed.to_be_bytes());
    id
}
