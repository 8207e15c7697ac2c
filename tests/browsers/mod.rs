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
mod pages;
mod replay;
mod robot;
mod room;
mod screens;
mod tour;

/// A test for each of these engines, named after the scenario: `scenario::Firefox`. One engine tells whether
/// the scenario works; whether it does in the others, too, is asked by `tests/run --long`.
#[macro_export]
macro_rules! each_engine {
    ($scenario:ident: $($engine:ident),* $(; long: $($further:ident),+)?) => {
        mod $scenario {
            $(
                #[test]
                #[allow(non_snake_case, reason = "an engine's name")]
                fn $engine() {
                    super::$scenario($crate::browsers::engine::Engine::$engine);
                }
            )*
            $($(
                #[test]
                #[ignore = "long: every engine for every scenario"]
                #[allow(non_snake_case, reason = "an engine's name")]
                fn $further() {
                    super::$scenario($crate::browsers::engine::Engine::$further);
                }
            )+)?
        }
    };
}
