//! A box that is restored on another machine answers at the address that sources know, and never beside the old one.

use std::fs;
use std::process::Stdio;

use super::service::Onion;
use crate::common::backups::{back_up, reopen, restore, with_backups};
use crate::common::{fails, msg, ok};

pub fn a_restored_box_answers_at_the_same_address_and_only_when_the_old_one_is_off() {
    let mut onion = Onion::serve("restored");
    let (address, form) = (onion.hostname(), onion.site.form("en"));
    onion.site.send(&form, "Hello", &[]).must_say(msg("receipt-title"));
    let operator = with_backups(&onion.site);
    let file = back_up(&onion.site, "backup.age");
    let (box_, old) = (onion.site.path("box"), onion.site.path("old"));
    onion.server = None;
    fs::rename(&box_, &old).unwrap();
    ok(&mut restore(&file, &box_, &operator.key));
    // Until its operator says that the old one is off, no tor runs, and no address is made.
    let serve = || {
        let mut command = onion.site.command("serve");
        command.arg("--tor").stdout(Stdio::null());
        command
    };
    assert!(fails(&mut serve()).contains("sourdine reopen") && !box_.join("tor").exists());
    assert!(!reopen(&onion.site, &["yes", "yes", "no"]).status.success());
    assert!(fails(&mut serve()).contains("sourdine reopen") && !box_.join("tor").exists());
    assert!(reopen(&onion.site, &["yes"; 3]).status.success());
    onion.start();
    assert_eq!(onion.hostname(), address);
    onion.site.mailbox(&form.code).must_say(msg("mailbox-title"));
}
