//! `cargo xtask`: everything that building, trying and testing Lockstep takes, with nothing but cargo.

mod browser;
mod build;
mod command;
mod forward;
mod generate;
mod mutate;
mod node;
mod page;
mod play;
mod process;
mod project;
mod ready;
mod scaffold;
mod serve;
mod test;
mod trunk;
mod wasm;

fn main() -> std::process::ExitCode {
    command::run().unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        std::process::ExitCode::FAILURE
    })
}
