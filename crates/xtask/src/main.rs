//! `cargo xtask`: everything that building, trying and testing Lockstep takes, with nothing but cargo.

mod browser;
mod build;
mod command;
mod node;
mod page;
mod play;
mod process;
mod project;
mod serve;
mod wasm;

use clap::Parser;

fn main() -> std::process::ExitCode {
    match command::Xtask::parse().run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}
