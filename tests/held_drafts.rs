//! Held drafts: an upload that breaks, or is put off, loses no file that arrived whole, publishes nothing,
//! and shows itself to nobody but its source. Forms are cut at exact bytes; editors open what comes with
//! stock tools.

mod at_once;
mod broken;
mod choices;
mod forms;
mod limits;
mod seized;
