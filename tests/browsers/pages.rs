//! Every page in every state, as the tour took it, and everything that is asked of a page.

use super::engine::Engine;
use super::tour::Tour;
use super::{checks, crawl, screens};
use crate::common::side_by_side;

/// One test, because the tour is what takes long.
#[test]
fn every_page_in_every_state() {
    let tour = Tour::take();
    let states = &tour.states;
    side_by_side(&[
        ("small, alone, silent", &|| crawl::every_page_is_small_alone_and_silent(states)),
        ("links and buttons", &|| crawl::every_link_and_button_leads_to_a_page(&tour)),
        ("valid HTML", &|| checks::the_html_of_every_page_is_valid(states, "pages")),
        ("no barrier", &|| checks::axe_finds_no_barrier_on_any_page(states)),
        ("fits", &|| screens::every_page_fits_and_is_one_request(Engine::Firefox, states)),
    ]);
}
