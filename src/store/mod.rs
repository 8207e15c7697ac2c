//! Floor 1: the store. It takes opaque bytes and ids and cannot reach the crypto.
//!
//! Two SQLite files in one private directory: `index.db` (small rows, WAL, so that pages are read
//! while uploads run) and `vault.db` (ciphertext in chunk rows, rollback journal, so that every byte
//! is written once). One thread writes both; see [`writer`]. The index is the truth: a file in the
//! vault that no row of the index names does not exist, and start-up removes it; one that is named is
//! never removed.

mod ahead;
mod burned;
mod copy;
mod days;
mod desk;
mod draft;
mod draft_rows;
mod editor;
mod error;
mod files;
mod handle;
mod journal;
mod key_sets;
mod live;
mod migration;
mod reader;
mod records;
mod removal;
mod restore;
mod rows;
mod schema;
mod upload;
mod writer;

pub use copy::IndexCopy;
pub use desk::{DeskDispatch, Filter, Frozen, InboxPage, InboxQuery, InboxRow};
pub use editor::Account;
pub use error::StoreError;
pub use handle::{Recovered, Store, disk_size, free_space};
pub use journal::{Did, JournalLine};
pub use migration::Migrated;
pub use reader::FileReader;
pub use records::{
    Dispatch, Draft, FromDraft, HeldFile, Mailbox, Publication, Published, SealedTo, StoredFile,
    Tuning,
};
pub use removal::{Cutoffs, Withdrawal};
pub use restore::Restoring;
pub use rows::{Counts, SourceMailbox};
pub use schema::{barred, create, is_served, upgrade};
pub use upload::{FileWriter, Upload};
pub use writer::HEARTBEAT;
