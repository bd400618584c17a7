//! The library as C programs see it: each program in this folder is compiled, linked with the shared library, and run
//! against a sandbox; once as it is, and once with the sanitizers of the C compiler.
#![cfg(target_os = "linux")]
#![allow(clippy::print_stdout, reason = "a test that is passed over says so")]

mod compiler;
mod shop;

use compiler::{Build, compiled};

/// The programs that need nothing but themselves and a folder say so with an empty shop.
fn run(program: &str) {
    run_as(program, Build::Plain);
    run_as(program, Build::Sanitized);
}

fn run_as(program: &str, build: Build) {
    let Some(made) = compiled(program, build) else { return };
    shop::Shop::open().visit(made);
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

/// Much slower, and it sees what the compiler's sanitizers don't: reads by the library itself.
/// `TILLBOOK_VALGRIND=1 cargo test -p tillbook-ffi --test c valgrind`.
#[test]
fn under_valgrind() {
    if std::env::var_os("TILLBOOK_VALGRIND").is_none() {
        println!("skipped: TILLBOOK_VALGRIND is not set");
        return;
    }
    for program in ["trade", "bad_calls", "callbacks", "transport", "threads", "fork", "tokens"] {
        let began = std::time::Instant::now();
        run_as(program, Build::Valgrind);
        println!("{program} under valgrind: {} s", began.elapsed().as_secs());
    }
}
