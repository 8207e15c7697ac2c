//! Real browsers with scripts off: what a source and an editor see and do, from the first page to leaving.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod broken;
mod browser;
mod checks;
#[path = "../common/mod.rs"]
mod common;
mod crawl;
#[path = "../common/crowd.rs"]
mod crowd;
#[path = "../common/desk.rs"]
mod desk;
mod desk_life;
mod desk_tour;
mod engine;
mod life;
mod line;
mod looks;
mod replay;
mod robot;
mod screens;
mod tour;

/// A test for each of these engines, named after the scenario: `scenario::firefox`.
#[macro_export]
macro_rules! each_engine {
    ($scenario:ident: $($engine:ident),+) => {
        mod $scenario {
            $(
                #[test]
                #[allow(non_snake_case, reason = "an engine's name")]
                fn $engine() {
                    super::$scenario($crate::engine::Engine::$engine);
                }
            )+
        }
    };
}
