//! Real browsers with scripts off: what a source and an editor see and do, from the first page to leaving.

mod broken;
pub mod browser;
mod checks;
mod crawl;
mod desk_life;
mod desk_tour;
pub mod engine;
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
                    super::$scenario($crate::browsers::engine::Engine::$engine);
                }
            )+
        }
    };
}
