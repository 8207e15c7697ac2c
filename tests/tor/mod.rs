//! Real Tor: a network of Debian's `tor` on loopback, real circuits, a real onion service. Nothing is
//! mocked, and nothing leaves this machine.

mod circuits;
mod daemon;
mod desk;
mod firefox;
mod life;
mod loopback;
mod network;
mod recorder;
mod restored;
mod service;
mod visits;

use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::common::side_by_side;

/// One test, because the network takes half a minute to begin.
#[test]
fn over_a_private_network() {
    network::Network::shared();
    side_by_side(&[
        (
            "a_circuit_is_one_visitor_and_has_its_share",
            &circuits::a_circuit_is_one_visitor_and_has_its_share,
        ),
        (
            "the_desk_is_there_for_editors_who_were_let_in_and_for_nobody_else",
            &desk::the_desk_is_there_for_editors_who_were_let_in_and_for_nobody_else,
        ),
        (
            "a_source_sends_20_megabytes_and_reads_the_answer",
            &firefox::a_source_sends_20_megabytes_and_reads_the_answer,
        ),
        (
            "tor_dies_during_an_upload_and_what_arrived_whole_is_sent_later",
            &life::tor_dies_during_an_upload_and_what_arrived_whole_is_sent_later,
        ),
        (
            "the_parent_is_killed_and_everything_ends_and_begins_again",
            &life::the_parent_is_killed_and_everything_ends_and_begins_again,
        ),
        (
            "a_restored_box_answers_at_the_same_address_and_only_when_the_old_one_is_off",
            &restored::a_restored_box_answers_at_the_same_address_and_only_when_the_old_one_is_off,
        ),
        ("nothing_leaves_this_machine", &loopback::nothing_leaves_this_machine),
        (
            "a_source_sends_comes_back_and_reads_the_answer",
            &visits::a_source_sends_comes_back_and_reads_the_answer,
        ),
    ]);
}

/// Writes what a torrc needs to be of this network, and its client's port, into the file that is named, and stays until
/// that file is removed.
#[test]
#[ignore = "long: a network for tests/package/trial"]
fn a_network_for_another_program() {
    let Some(file) = std::env::var_os("SOURDINE_NETWORK") else { return };
    let (network, file) = (network::Network::shared(), Path::new(&file));
    let text = format!("# socks {}\n{}", network.source().port, network.include_lines());
    fs::write(file.with_extension("new"), text).unwrap();
    fs::rename(file.with_extension("new"), file).unwrap();
    let gone = || (!file.exists()).then_some(());
    service::within(Duration::from_secs(3000), "the end", gone, String::new);
}
