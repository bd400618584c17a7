//! Another process on the same book, and a process that may not read it. This very program is started once more for that.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;
use tillbook::{ErrorCode, Till};

use crate::files::config;

/// Names the book that the child is to open.
const BOOK: &str = "TILLBOOK_TEST_BOOK";

/// In the child: opens the book, tells how that went, and holds it until its input ends. Nothing in any other run.
#[test]
fn child() {
    let Some(book) = std::env::var_os(BOOK) else { return };
    let opened = Till::open(Path::new(&book), config());
    let told = opened.as_ref().map_or_else(|error| format!("{:?}", error.code()), |_| "opened".into());
    writeln!(std::io::stdout(), "\nchild: {told}").unwrap();
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
}

struct Other {
    process: Child,
    told: String,
}

impl Other {
    fn start(command: &mut Command, book: &Path) -> std::io::Result<Other> {
        command.args(["--exact", "second_process::child", "--nocapture"]).env(BOOK, book);
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let told = lines.map_while(Result::ok).find_map(|line| Some(line.strip_prefix("child: ")?.to_owned()));
        Ok(Other { process, told: told.unwrap_or_default() })
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn this_program() -> Command {
    Command::new(std::env::current_exe().unwrap())
}

#[test]
fn a_book_is_open_once() {
    let dir = TempDir::new().unwrap();
    let book = dir.path().join("till.db");
    let till = Till::open(&book, config()).unwrap();
    for _ in 0..2 {
        let error = Till::open(&book, config()).unwrap_err();
        assert_eq!(error.code(), ErrorCode::BookInUse);
        assert!(error.is_retryable());
    }
    assert_eq!(Other::start(&mut this_program(), &book).unwrap().told, "BookInUse");
    till.status().unwrap();
    drop(till);
    Till::open(&book, config()).unwrap();
}

#[test]
fn a_process_that_dies_lets_go_of_the_book() {
    let dir = TempDir::new().unwrap();
    let book = dir.path().join("till.db");
    let other = Other::start(&mut this_program(), &book).unwrap();
    assert_eq!(other.told, "opened");
    assert_eq!(Till::open(&book, config()).unwrap_err().code(), ErrorCode::BookInUse);
    drop(other);
    Till::open(&book, config()).unwrap();
}

#[cfg(unix)]
#[test]
fn a_book_that_may_not_be_read_or_written_is_an_error() {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;

    let root = TempDir::new().unwrap();
    let dir = root.path().join("shop");
    fs::create_dir(&dir).unwrap();
    let book = dir.join("till.db");
    drop(Till::open(&book, config()).unwrap());
    let before = fs::read(&book).unwrap();
    // Root may do everything, so a child without its rights tries. (That it can't be started says nothing about the book.)
    let binds = {
        let probe = root.path().join("probe");
        fs::write(&probe, "").unwrap();
        fs::set_permissions(&probe, Permissions::from_mode(0o000)).unwrap();
        fs::File::open(&probe).is_err()
    };
    fs::set_permissions(root.path(), Permissions::from_mode(0o755)).unwrap();
    let attempt = || {
        if binds {
            return Some(
                Till::open(&book, config()).map_or_else(|error| format!("{:?}", error.code()), |_| "opened".into()),
            );
        }
        let nobody = 65_534;
        Other::start(this_program().uid(nobody).gid(nobody), &book).ok().map(|other| other.told.clone())
    };
    let everyone = |mode, names: &[&str]| {
        for name in names {
            fs::set_permissions(dir.join(name), Permissions::from_mode(mode)).unwrap();
        }
    };
    let cases: [(u32, u32, u32); 4] =
        [(0o555, 0o600, 0o600), (0o555, 0o666, 0o000), (0o777, 0o000, 0o666), (0o555, 0o444, 0o666)];
    for (folder, file, lock) in cases {
        let lock_file = dir.join("till.db.lock");
        fs::set_permissions(&dir, Permissions::from_mode(0o777)).unwrap();
        if !lock_file.exists() {
            fs::write(&lock_file, "").unwrap();
        }
        everyone(if binds { file & 0o444 } else { file }, &["till.db"]);
        everyone(if binds { lock & 0o444 } else { lock }, &["till.db.lock"]);
        fs::set_permissions(&dir, Permissions::from_mode(folder)).unwrap();
        let told = attempt();
        fs::set_permissions(&dir, Permissions::from_mode(0o777)).unwrap();
        everyone(0o600, &["till.db", "till.db.lock"]);
        let Some(told) = told else {
            writeln!(std::io::stderr(), "not tried: a child without root's rights can't be started here").unwrap();
            return;
        };
        assert_eq!(told, "NoPermission", "folder {folder:o}, file {file:o}, lock {lock:o}");
        assert!(fs::read(&book).unwrap() == before);
    }
}
