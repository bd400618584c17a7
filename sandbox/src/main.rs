//! Runs a sandbox until it is killed.

#![forbid(unsafe_code)]

use std::io::{self, Write};
use std::process::ExitCode;
use std::thread;

use lexopt::{Arg, Parser, ValueExt};
use tillbook_sandbox::sandy::{Gender, NewCard};
use tillbook_sandbox::server::{Config, Server};

const HELP: &str = "\
A stand-in for the Sandy POS card API, with faults to order.

Usage: tillbook-sandbox [--port PORT]

  --port PORT  the port on 127.0.0.1 to listen on (default 8787; 0 takes a free one)
  -h, --help   this text

GET / of the running sandbox tells what it offers.
";

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
enum Command {
    Help,
    Run { port: u16 },
}

fn parse(mut arguments: Parser) -> Result<Command, lexopt::Error> {
    let mut port = 8787;
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Long("port") => port = arguments.value()?.parse()?,
            Arg::Long("help") | Arg::Short('h') => return Ok(Command::Help),
            unknown => return Err(unknown.unexpected()),
        }
    }
    Ok(Command::Run { port })
}

fn main() -> ExitCode {
    let outcome = match parse(Parser::from_env()) {
        Ok(Command::Help) => io::stdout().write_all(HELP.as_bytes()),
        Ok(Command::Run { port }) => run(port),
        Err(error) => {
            let _ = write!(io::stderr(), "{error}\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(port: u16) -> io::Result<()> {
    let server = Server::start(Config { port, cards: demo_cards(), ..Config::default() })?;
    let mut out = io::stdout();
    writeln!(out, "{}", server.url())?;
    // Whoever started it with a pipe waits for this line.
    out.flush()?;
    loop {
        thread::park();
    }
}

fn demo_cards() -> Vec<NewCard> {
    vec![
        NewCard::new("M000123", 2)
            .with_holder("Chan Kan Seng", "66538536", Some(Gender::Female))
            .with_balance(1_449_380, 2_555),
        NewCard::new("wx001", 1).with_holder("黄小明", "13800001234", Some(Gender::Male)).with_balance(20_000, 100),
        NewCard::new("000001", 3).with_holder("王芳", "13900005678", Some(Gender::Female)),
    ]
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_a_port_a_call_for_help_or_an_error() {
        let table: &[(&[&str], Option<Command>)] = &[
            (&[], Some(Command::Run { port: 8787 })),
            (&["--port", "0"], Some(Command::Run { port: 0 })),
            (&["--port=9000"], Some(Command::Run { port: 9000 })),
            (&["--help"], Some(Command::Help)),
            (&["-h"], Some(Command::Help)),
            (&["--port"], None),
            (&["--port", "70000"], None),
            (&["--listen", "0.0.0.0"], None),
            (&["8787"], None),
        ];
        for (arguments, expected) in table {
            assert_eq!(parse(Parser::from_args(arguments.iter())).ok().as_ref(), expected.as_ref(), "{arguments:?}");
        }
    }

    #[test]
    fn the_demo_cards_can_be_seeded() {
        Server::start(Config { cards: demo_cards(), ..Config::default() }).unwrap().stop();
    }
}
