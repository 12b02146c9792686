//! Gives the page a 16 MiB stack: SQL nested deeply recurses in the parsers, and where the 1 MiB
//! that wasm-ld gives by default overflows, the whole module traps.

const STACK_BYTES: u32 = 16 * 1024 * 1024;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_ARCH").as_deref() == Ok("wasm32") {
        println!("cargo::rustc-link-arg-bins=-zstack-size={STACK_BYTES}");
    }
}
