//! Compiling the programs and what they are run under.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// How a program is made and run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Build {
    /// As a host would.
    Plain,
    /// With AddressSanitizer, LeakSanitizer and UndefinedBehaviorSanitizer in the program.
    Sanitized,
    /// Under valgrind, which looks into the library as well.
    Valgrind,
}

/// A program that can be run.
pub(crate) struct Made {
    /// Holds it, and the library by the name that it looks for.
    _folder: TempDir,
    /// To be run with its arguments behind it.
    pub(crate) command: Command,
    pub(crate) name: String,
}

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/c")
}

fn there(program: &str) -> bool {
    let there = Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success());
    if !there {
        println!("skipped: no {program}");
    }
    there
}

/// The shared library that was built together with this test, or the one that `tests/sanitize` names.
fn shared_library() -> PathBuf {
    if let Some(named) = std::env::var_os("TILLBOOK_LIBRARY") {
        return named.into();
    }
    let test = std::env::current_exe().expect("a test knows where it is");
    // Where cargo puts what it builds for a test; the one in the folder above may be of another day.
    test.parent().expect("it lies in a folder").join("libtillbook_ffi.so")
}

/// Compiles and links a program. `None` where the machine can't.
pub(crate) fn compiled(program: &str, build: Build) -> Option<Made> {
    let compiler = std::env::var("TILLBOOK_CC").unwrap_or_else(|_| "cc".into());
    if !there(&compiler) || (build == Build::Valgrind && !there("valgrind")) {
        return None;
    }
    let folder = TempDir::new().expect("a temporary folder");
    let library = shared_library();
    assert!(library.is_file(), "{} is built with the tests", library.display());
    // The library's SONAME names the ABI: a program looks for that.
    let link = |name: &str| {
        std::os::unix::fs::symlink(&library, folder.path().join(name)).expect("the library gets its names");
    };
    link("libtillbook.so");
    link(&format!("libtillbook.so.{}", tillbook_ffi::TILLBOOK_ABI_MAJOR));
    let made = folder.path().join(program);
    let mut compile = Command::new(&compiler);
    compile.args(["-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-g", "-pthread", "-I"]);
    compile.arg(here().join("../../../include"));
    if build == Build::Sanitized {
        compile.args(["-fsanitize=address,undefined", "-fno-sanitize-recover=undefined", "-fno-omit-frame-pointer"]);
    }
    compile.arg("-o").arg(&made).arg(here().join(format!("{program}.c")));
    compile.arg("-L").arg(folder.path()).arg("-ltillbook");
    compile.arg(format!("-Wl,-rpath,{}", folder.path().display()));
    let output = compile.output().expect("the compiler runs");
    assert!(output.status.success(), "{program}.c:\n{}", String::from_utf8_lossy(&output.stderr));
    let mut command = match build {
        Build::Plain | Build::Sanitized => Command::new(&made),
        Build::Valgrind => valgrind(&made),
    };
    // What a callback's thread holds while the process ends is reachable; anything else that is lost counts.
    command.env("ASAN_OPTIONS", "detect_leaks=1:abort_on_error=0:exitcode=9");
    command.env("UBSAN_OPTIONS", "print_stacktrace=1");
    // For what takes its time under valgrind.
    command.env("TILLBOOK_SLOW", if build == Build::Valgrind { "1" } else { "0" });
    Some(Made { _folder: folder, command, name: format!("{program} ({build:?})") })
}

fn valgrind(made: &Path) -> Command {
    let mut command = Command::new("valgrind");
    command.args(["--quiet", "--leak-check=full", "--error-exitcode=9", "--errors-for-leak-kinds=definite,possible"]);
    // The programs' children are forks that end with _exit; what the parent had is not theirs to free.
    command.args(["--show-leak-kinds=definite,possible", "--child-silent-after-fork=yes", "--fair-sched=yes"]);
    command.arg(format!("--suppressions={}", here().join("valgrind.supp").display()));
    command.arg(made);
    command
}
