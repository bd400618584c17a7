//! What the programs trade with: a sandbox of their own, and somebody who does what they ask for.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tillbook_sandbox::gree::{Gree, Profile, Settings};
use tillbook_sandbox::sandy::NewCard;
use tillbook_sandbox::server::{Config, Server};

use crate::compiler::Made;

/// No program takes longer, valgrind included: one that hangs is ended and fails.
const PATIENCE: Duration = Duration::from_secs(170);

pub(crate) struct Shop {
    server: Server,
    folder: TempDir,
}

impl Shop {
    /// With two cards, `A1` (500.00, 300 points, pays 80 %) and `B1` (100.00), and a member at Gree.
    pub(crate) fn open() -> Shop {
        let cards = vec![
            NewCard::new("A1", 2).with_holder("王小明", "13800000001", None).with_balance(500_00, 300),
            NewCard::new("B1", 1).with_holder("Ms Li", "13800000002", None).with_balance(100_00, 0),
        ];
        let server = Server::start(Config { cards, ..Config::default() }).expect("a sandbox on a free port");
        let now_ms = server.now_ms();
        server.gree().with(|gree: &mut Gree| {
            gree.office(now_ms).add_member("13800001234", Profile::new("黄小明"), 100, 350).expect("a member");
        });
        Shop { server, folder: TempDir::new().expect("a temporary folder") }
    }

    /// Runs a program to its end; the error tells how it failed. Lines that begin with `ask` are questions; others are shown.
    pub(crate) fn visit(self, mut made: Made) -> Result<(), String> {
        let command: &mut Command = made.command.arg(self.folder.path()).arg(self.server.url());
        let began = Instant::now();
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a program that was made can be run");
        let mut answers = child.stdin.take().expect("it is piped");
        let questions = BufReader::new(child.stdout.take().expect("it is piped"));
        let (told, lines) = std::sync::mpsc::channel();
        std::thread::spawn(move || questions.lines().map_while(Result::ok).try_for_each(|line| told.send(line)));
        loop {
            match lines.recv_timeout(PATIENCE.saturating_sub(began.elapsed())) {
                Ok(line) => match line.strip_prefix("ask ") {
                    // A program that is gone has its exit status looked at below.
                    Some(question) => drop(writeln!(answers, "{}", self.done(question))),
                    None => println!("{}: {line}", made.name),
                },
                Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => break,
                Err(std::sync::mpsc::RecvTimeoutError::Timeout) => {
                    child.kill().expect("it can be ended");
                    let _ = child.wait();
                    return Err(format!("{} hangs", made.name));
                }
            }
        }
        let status = child.wait().expect("it ends");
        println!("{}: {} ms", made.name, began.elapsed().as_millis());
        if status.success() { Ok(()) } else { Err(format!("{}: {status}", made.name)) }
    }

    /// Does what a program asks for and answers it.
    fn done(&self, question: &str) -> String {
        let (now_s, now_ms) = (self.server.now_s(), self.server.now_ms());
        match question {
            "cut" => self.server.cut(),
            "restore" => self.server.restore().expect("the port is still there"),
            "loss A1" => self.server.sandy().with(|sandy| sandy.office(now_s, "office").loss("A1").expect("a card")),
            "lift A1" => self.server.sandy().with(|sandy| sandy.office(now_s, "office").lift("A1").expect("a card")),
            "take R08" => self.server.sandy().with(|sandy| {
                let card = NewCard::new("R08", 1).with_holder("Mr Qian", "13800000009", None);
                sandy.office(now_s, "office").open(card).expect("a free number");
            }),
            "token" => return self.server.gree().with(|gree| gree.office(now_ms).issue_tokens().access_token),
            "expire" => self.server.gree().with(|gree| gree.office(now_ms).expire_tokens()),
            "secret" => return Settings::default().app_secret,
            "id" => return Settings::default().app_id,
            _ => panic!("a program asks for {question}"),
        }
        "done".into()
    }
}
