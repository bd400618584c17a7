//! The library as C programs see it: each program in this folder is compiled, linked with the shared library, and run
//! against a sandbox; once as it is, and once with the sanitizers of the C compiler.
#![cfg(target_os = "linux")]
#![allow(clippy::print_stdout, reason = "a test that is passed over says so")]

mod compiler;
mod shop;

use compiler::{Build, compiled};

/// Runs a program in every way that this machine has; under valgrind, which takes ten times as long, where it is asked for:
/// `TILLBOOK_VALGRIND=1 cargo test -p tillbook-ffi --test c`.
fn run(program: &str) {
    let builds = [Build::Plain, Build::Sanitized, Build::Valgrind];
    let set = |name| std::env::var_os(name).is_some();
    let asked_for = |build: &Build| match build {
        // A library with a sanitizer in it needs a program with the same one.
        Build::Plain => !set("TILLBOOK_LIBRARY"),
        Build::Sanitized => true,
        Build::Valgrind => set("TILLBOOK_VALGRIND"),
    };
    let made = builds.into_iter().filter(asked_for).filter_map(|build| compiled(program, build));
    let failed: Vec<String> = made.filter_map(|made| shop::Shop::open().visit(made).err()).collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn a_shops_day() {
    run("trade");
}

#[test]
fn no_bad_call_crashes_or_does_anything() {
    run("bad_calls");
}

#[test]
fn callbacks_may_call_back_and_end_what_they_belong_to() {
    run("callbacks");
}

#[test]
fn a_hosts_transport_may_answer_nonsense_and_hang() {
    run("transport");
}

#[test]
fn a_till_may_be_closed_while_others_trade() {
    run("threads");
}

#[test]
fn a_forked_child_is_told() {
    run("fork");
}

#[test]
fn a_host_may_give_the_tokens() {
    run("tokens");
}

#[test]
fn a_managers_day() {
    run("desk");
}
