//! Gives the shared library its SONAME, with the ABI's major number, so that a program finds only what it was linked for.

const ABI: &str = "src/abi.rs";

/// The number in `pub const TILLBOOK_ABI_MAJOR: u32 = 1;`: that constant is the one place that tells it.
fn abi_major() -> u32 {
    let source = std::fs::read_to_string(ABI).unwrap_or_else(|error| panic!("{ABI}: {error}"));
    let line = source.lines().find_map(|line| line.strip_prefix("pub const TILLBOOK_ABI_MAJOR: u32 = "));
    let line = line.unwrap_or_else(|| panic!("{ABI} has no line `pub const TILLBOOK_ABI_MAJOR: u32 = ...;`"));
    let number = line.split(';').next().unwrap_or_default();
    number.parse().unwrap_or_else(|error| panic!("{ABI}: TILLBOOK_ABI_MAJOR is {number:?}: {error}"))
}

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed={ABI}");
    let abi = abi_major();
    let os = std::env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    if matches!(os.as_str(), "linux" | "freebsd" | "android") {
        println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libtillbook.so.{abi}");
    }
}
