//! Runs a sandbox until it is killed.

#![forbid(unsafe_code)]

use std::io::{self, Write};
use std::process::ExitCode;
use std::thread;

use lexopt::{Arg, Parser, ValueExt};
use tillbook_sandbox::freemud::{
    self, Coupon, Freemud, NewMember, PrivateKey, PublicKey, Sex, TEST_CLIENT_PUBLIC_KEY_PEM, TEST_PLATFORM_KEY_PEM,
};
use tillbook_sandbox::gree::{self, Gree, Profile};
use tillbook_sandbox::sandy::{Gender, NewCard};
use tillbook_sandbox::server::{Clock, Config, Server};
use tillbook_sandbox::yonyou::{self, Yonyou};

const HELP: &str = "\
Stand-ins for the Sandy POS card API and for the member platforms of Gree, Freemud and Yonyou, with faults to order.

Usage: tillbook-sandbox [--port PORT]

  --port PORT  the port on 127.0.0.1 to listen on (default 8787; 0 takes a free one)
  -h, --help   this text

All four answer at one address and are told apart by their paths. GET / of the running sandbox tells what it offers
and what a client has to be configured with.
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
    let server = Server::start(demo(port).map_err(io::Error::other)?)?;
    let mut out = io::stdout();
    writeln!(out, "{}", server.url())?;
    // Whoever started it with a pipe waits for this line.
    out.flush()?;
    loop {
        thread::park();
    }
}

/// All four systems with somebody to serve in each.
fn demo(port: u16) -> Result<Config, String> {
    let clock = Clock::system();
    let now_ms = clock.now_ms();
    let gree = demo_gree(now_ms).map_err(|refusal| refusal.to_string())?;
    let yonyou = demo_yonyou(now_ms).map_err(|errcode| errcode.to_string())?;
    let freemud = demo_freemud(now_ms)?;
    Ok(Config { port, cards: demo_cards(), gree, freemud, yonyou, clock, ..Config::default() })
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

fn demo_gree(now_ms: i64) -> Result<Gree, gree::Refusal> {
    let mut gree = Gree::new(gree::Settings::default());
    gree.office(now_ms).add_member("13800001234", Profile::new("黄小明"), 100, 350)?;
    gree.office(now_ms).add_member("13900005678", Profile::new("王芳"), 0, 0)?;
    Ok(gree)
}

/// Signs and verifies with the test keys, and takes unsigned requests as well.
fn demo_freemud(now_ms: i64) -> Result<Freemud, String> {
    let bad_key = |error: freemud::BadKey| error.to_string();
    let settings = freemud::Settings {
        client_key: Some(PublicKey::from_pem(TEST_CLIENT_PUBLIC_KEY_PEM).map_err(bad_key)?),
        allow_skip: true,
        platform_key: Some(PrivateKey::from_pem(TEST_PLATFORM_KEY_PEM).map_err(bad_key)?),
        ..freemud::Settings::default()
    };
    let mut freemud = Freemud::new(settings);
    let coupon = Coupon {
        code: "880001".to_owned(),
        name: "满100减10".to_owned(),
        kind: 1,
        limit: "2019-10-1 至 2039-10-10 当天有效".to_owned(),
    };
    for member in [
        NewMember::new("13800001234").with_holder("黄小明", Sex::Male).with_points(100).with_coupon(coupon),
        NewMember::new("13900005678").with_holder("王芳", Sex::Female),
    ] {
        freemud.seed(now_ms, member).map_err(|status| status.to_string())?;
    }
    Ok(freemud)
}

fn demo_yonyou(now_ms: i64) -> Result<Yonyou, yonyou::Errcode> {
    let mut yonyou = Yonyou::new(yonyou::Settings::default());
    yonyou.seed(now_ms, "34", 1_000)?;
    yonyou.seed(now_ms, "10000001", 0)?;
    Ok(yonyou)
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
    fn the_demo_can_be_started() {
        let server = Server::start(demo(0).unwrap()).unwrap();
        let members = [
            server.gree().with(|gree| gree.members().count()),
            server.freemud().with(|freemud| freemud.members().count()),
        ];
        assert_eq!(members, [2, 2]);
    }
}
