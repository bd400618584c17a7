//! The C tools of the machine. A check for which there is none is passed over with a word; CI has gcc.

#![allow(clippy::print_stdout)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::made::here;

/// The shared library that was built together with this test.
pub(crate) fn shared_library() -> Option<PathBuf> {
    if cfg!(not(target_os = "linux")) {
        println!("skipped: no ELF here");
        return None;
    }
    // Where cargo puts what it builds for a test; the one in the folder above may be of another day.
    let deps = std::env::current_exe().expect("a test knows where it is");
    let library = deps.parent()?.join("libtillbook_ffi.so");
    assert!(library.is_file(), "{} is built with the tests", library.display());
    Some(library)
}

/// The functions that a library exports.
pub(crate) fn exported(library: &Path) -> Option<BTreeSet<String>> {
    let nm = Command::new("nm").args(["-D", "--defined-only"]).arg(library).output();
    let Ok(nm) = nm else {
        println!("skipped: no nm");
        return None;
    };
    let text = String::from_utf8(nm.stdout).expect("nm writes text");
    Some(text.lines().filter_map(|line| line.split_whitespace().nth(2)).map(str::to_owned).collect())
}

/// Every compiler of the machine with every standard that the header is for.
pub(crate) fn compilers() -> Vec<(String, &'static str)> {
    let known = [
        ("cc", ["c99", "c11"]),
        ("gcc", ["c99", "c11"]),
        ("clang", ["c99", "c11"]),
        ("g++", ["c++11", "c++17"]),
        ("clang++", ["c++11", "c++17"]),
    ];
    let there = |name: &str| Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success());
    let mut all = Vec::new();
    for (name, standards) in known {
        if there(name) {
            all.extend(standards.map(|standard| (name.to_owned(), standard)));
        } else {
            println!("skipped: no {name}");
        }
    }
    all
}

fn compile(compiler: &str, standard: &str, program: &str, further: &[&str]) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let source = dir.path().join(if standard.starts_with("c++") { "program.cpp" } else { "program.c" });
    std::fs::write(&source, program).expect("the program is written");
    let made = dir.path().join("program");
    let output = Command::new(compiler)
        .arg(format!("-std={standard}"))
        .args(["-Wall", "-Wextra", "-Wpedantic", "-Werror"])
        .args(further)
        .arg("-I")
        .arg(here().join("../include"))
        .arg("-o")
        .args([&made, &source])
        .output()
        .expect("the compiler runs");
    assert!(output.status.success(), "{compiler} -std={standard}:\n{}", String::from_utf8_lossy(&output.stderr));
    (dir, made)
}

/// The program compiles without a warning.
pub(crate) fn compiles(compiler: &str, standard: &str, program: &str) {
    drop(compile(compiler, standard, program, &[]));
}

/// The program compiles without a warning; nothing is linked.
pub(crate) fn compiles_only(compiler: &str, standard: &str, program: &str) {
    drop(compile(compiler, standard, program, &["-c"]));
}

/// What a C program prints.
pub(crate) fn printed(program: &str) -> Option<String> {
    let (compiler, standard) = compilers().into_iter().next()?;
    let (_dir, made) = compile(&compiler, standard, program, &[]);
    let output = Command::new(made).output().expect("the program runs");
    assert!(output.status.success());
    Some(String::from_utf8(output.stdout).expect("it prints text"))
}
