//! The server over real sockets: HTTP, cuts, counts, the page and the control calls.

#![allow(clippy::unwrap_used)]

#[allow(dead_code)]
mod common;

use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, TcpStream};
use std::time::Instant;

use common::platforms::{MEMBER, PHONE, endpoint, is_success, spend, start_all, writes};
use common::{Client, Heard, NOW_S, api, ask, bytes, config, consume, control, eventually, start};
use serde_json::Value;
use tillbook_sandbox::System;
use tillbook_sandbox::fault::Fault;
use tillbook_sandbox::sandy::{NewCard, Settings};
use tillbook_sandbox::server::{Config, Server};

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn a_connection_serves_one_request_after_another() {
    let server = start();
    let mut client = Client::connect(server.address());
    for amount in ["990.00", "980.00", "970.00"] {
        let answer = client.ask(&consume()).whole();
        assert_eq!((answer.status(), answer.header("Connection")), (200, Some("keep-alive")));
        assert_eq!(answer.header("Date"), Some("Sun, 06 Nov 1994 08:49:37 GMT"));
        assert_eq!(json(&answer.text())["amount"], amount);
    }
    let twice = [consume(), consume()].concat();
    assert_eq!(json(&client.ask(&twice).whole().text())["amount"], "960.00");
    assert_eq!(json(&client.hear().whole().text())["amount"], "950.00");
}

#[test]
fn a_client_that_wants_the_connection_closed_gets_it_closed() {
    let server = start();
    for request in ["GET / HTTP/1.1\r\nConnection: close\r\n\r\n", "GET / HTTP/1.0\r\n\r\n"] {
        let mut client = Client::connect(server.address());
        assert_eq!(client.ask(request.as_bytes()).whole().header("Connection"), Some("close"));
        assert!(matches!(client.hear(), Heard::Closed));
    }
}

#[test]
fn a_body_may_come_in_chunks_and_in_pieces() {
    let server = start();
    let settings = Settings::default();
    let head = format!(
        "POST /api2/member-cjb/consume HTTP/1.1\r\nauthorization: {}\r\ncustomerguid: {}\r\n",
        settings.token, settings.restaurant
    );
    let mut client = Client::connect(server.address());
    client.send(head.as_bytes());
    client.send(b"Transfer-Encoding: chunked\r\n\r\n");
    for piece in ["e\r\n{\"card_id\":\"A\"", "\r\n", "c\r\n,\"money\":10}\r", "\n0\r\nTrailer: x\r", "\n\r\n"] {
        client.send(piece.as_bytes());
    }
    assert_eq!(json(&client.hear().whole().text())["amount"], "990.00");
    client.send(format!("{head}Expect: 100-continue\r\nContent-Length: 26\r\n\r\n").as_bytes());
    let mut interim = [0; 25];
    client.0.read_exact(&mut interim).unwrap();
    assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");
    assert_eq!(json(&client.ask(br#"{"card_id":"A","money":10}"#).whole().text())["amount"], "980.00");
}

#[test]
fn nonsense_is_answered_and_the_connection_closed() {
    let long = format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(20_000));
    let many = format!("GET / HTTP/1.1\r\n{}\r\n", "X: y\r\n".repeat(65));
    let table = [
        ("nonsense\r\n\r\n", 400),
        ("GET / HTTP/2.0\r\n\r\n", 400),
        ("POST /x HTTP/1.1\r\nContent-Length: ten\r\n\r\n", 400),
        ("POST /x HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        ("POST /x HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        ("POST /x HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        ("POST /x HTTP/1.1\r\nContent-Length: 2000000\r\n\r\n", 413),
        ("POST /x HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n", 413),
        ("POST /x HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        ("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        ("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n", 400),
        ("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffff\r\n", 413),
        (long.as_str(), 431),
        (many.as_str(), 431),
    ];
    let server = start();
    for (request, status) in table {
        let mut client = Client::connect(server.address());
        assert_eq!(client.ask(request.as_bytes()).whole().status(), status, "{request:.60}");
        assert!(matches!(client.hear(), Heard::Closed), "{request:.60}");
    }
    assert_eq!(ask(&server, b"GET /elsewhere HTTP/1.1\r\n\r\n").whole().status(), 404);
    assert_eq!(ask(&server, b"POST / HTTP/1.1\r\n\r\n").whole().status(), 405);
}

#[test]
fn only_loopback_addresses_and_sound_settings_are_taken() {
    let base = || Config { cards: Vec::new(), ..config() };
    let table = [
        Config { ip: IpAddr::V4(Ipv4Addr::UNSPECIFIED), ..base() },
        Config { cards: vec![NewCard::new("A", 77)], ..base() },
        Config { settings: Settings { opening_fen: -1, ..Settings::default() }, ..base() },
    ];
    for config in table {
        assert_eq!(Server::start(config).unwrap_err().kind(), ErrorKind::InvalidInput);
    }
}

#[test]
fn a_cut_refuses_and_resets_and_a_restore_takes_the_same_port() {
    let server = start();
    let mut idle = Client::connect(server.address());
    idle.ask(&consume()).whole();
    server.faults().with(|plan| plan.once("consume", Fault::Hold { ms: 60_000 }));
    let mut held = Client::connect(server.address());
    held.send(&consume());
    // The held request has been read once it is counted.
    eventually("the request is read", || server.requests().count("consume") == 2);
    server.cut();
    server.cut();
    assert!(matches!(idle.hear(), Heard::Reset));
    assert!(matches!(held.hear(), Heard::Reset));
    assert_eq!(TcpStream::connect(server.address()).unwrap_err().kind(), ErrorKind::ConnectionRefused);
    for _ in 0..20 {
        server.restore().unwrap();
        server.restore().unwrap();
        assert_eq!(ask(&server, &api("getcardinfo", r#"{"card_id":"A"}"#)).whole().status(), 200);
        server.cut();
        assert_eq!(TcpStream::connect(server.address()).unwrap_err().kind(), ErrorKind::ConnectionRefused);
    }
    server.restore().unwrap();
    assert_eq!(json(&ask(&server, &consume()).whole().text())["amount"], "980.00");
}

#[test]
fn a_server_ends_promptly_whatever_is_under_way() {
    let server = start();
    let address = server.address();
    server.faults().with(|plan| {
        plan.once("consume", Fault::Hold { ms: 600_000 });
        plan.once("consume", Fault::ExecuteLate { after_ms: 600_000, hold_ms: 600_000 });
    });
    let mut clients: Vec<Client> = (0..3).map(|_| Client::connect(address)).collect();
    clients[0].send(&consume());
    clients[1].send(&consume());
    eventually("the request is read", || server.requests().count("consume") == 2);
    let began = Instant::now();
    server.stop();
    // Ten minutes are asked for above; a bound this wide can't fail on a busy machine.
    assert!(began.elapsed() < common::PATIENCE);
    assert!(clients.iter_mut().all(|client| matches!(client.hear(), Heard::Reset)));
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn too_many_connections_are_turned_away() {
    let server = Server::start(Config { max_connections: 1, ..config() }).unwrap();
    let mut first = Client::connect(server.address());
    assert_eq!(first.ask(&consume()).whole().status(), 200);
    assert_eq!(Client::connect(server.address()).hear().whole().status(), 503);
    assert_eq!(first.ask(&consume()).whole().status(), 200);
}

#[test]
fn requests_are_counted_and_those_at_once_for_a_card_too() {
    let server = start();
    for _ in 0..3 {
        ask(&server, &consume());
    }
    assert_eq!((server.requests().count("consume"), server.requests().most_at_once()), (3, 1));

    // A client that hangs up and asks again isn't asking twice at once, though the server still holds the first.
    server.faults().with(|plan| plan.once("consume", Fault::Hold { ms: 60_000 }));
    let mut gone = Client::connect(server.address());
    gone.send(&consume());
    eventually("the request is read", || server.requests().count("consume") == 4);
    drop(gone);
    ask(&server, &consume());
    assert_eq!(server.requests().most_at_once(), 1);

    // One that waits while another asks is.
    server.faults().with(|plan| plan.once("consume", Fault::Hold { ms: 60_000 }));
    let mut waiting = Client::connect(server.address());
    waiting.send(&consume());
    eventually("the request is read", || server.requests().count("consume") == 6);
    ask(&server, &api("getcardinfo", r#"{"card_id":"A"}"#));
    ask(&server, &api("getcardinfo", r#"{"card_id":"B"}"#));
    let seen = server.requests();
    assert_eq!((seen.most_at_once["A"], seen.most_at_once["B"], seen.most_writes_at_once()), (2, 1, 1));
    assert_eq!(seen.total(), 8);
}

#[test]
fn every_answer_of_the_interface_can_be_delayed() {
    let server = Server::start(Config { delay_ms: 30, ..config() }).unwrap();
    let mut client = Client::connect(server.address());
    let began = Instant::now();
    client.ask(&consume()).whole();
    assert!(began.elapsed().as_millis() >= 30);
    server.set_delay_ms(0);
    client.ask(&consume()).whole();
}

/// The words of a shell line in single quotes.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for letter in line.chars() {
        match letter {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            other => words.last_mut().unwrap().push(other),
        }
    }
    assert!(!quoted, "{line}");
    words
}

/// The request that curl would make of a line.
fn request_of(line: &str, url: &str) -> Vec<u8> {
    let words = words(line);
    let mut words = words.iter().map(String::as_str);
    assert_eq!((words.next(), words.next()), (Some("curl"), Some("-s")));
    let (mut method, mut path, mut headers, mut body) = ("", "", String::new(), "");
    while let Some(word) = words.next() {
        match word {
            "-X" => method = words.next().unwrap(),
            "-H" => headers += &format!("{}\r\n", words.next().unwrap()),
            "--data" => body = words.next().unwrap(),
            target => path = target.strip_prefix(url).unwrap(),
        }
    }
    format!("{method} {path} HTTP/1.1\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

#[test]
fn the_lines_of_the_page_work_from_top_to_bottom() {
    let server = start();
    for _ in 0..2 {
        let page = ask(&server, b"GET / HTTP/1.1\r\n\r\n").whole();
        assert_eq!(page.header("Content-Type"), Some("text/plain; charset=utf-8"));
        let text = page.text();
        let lines: Vec<&str> = text.lines().filter(|line| line.starts_with("curl ")).collect();
        for path in tillbook_sandbox::sandy::Endpoint::ALL {
            assert!(lines.iter().any(|line| line.contains(&format!("/{}'", path.name()))), "{path:?}");
        }
        for path in ["/member/", "/system/token?", "/yilian/points/change?", "/control/gree/ledger'"] {
            assert!(lines.iter().any(|line| line.contains(path)), "{path}");
        }
        for credential in
            ["AUTHORIZATION: test", "app_secret: XYZ", "access_token: test", "app_key: opa6fdd4bea98b95ad7"]
        {
            assert!(text.lines().any(|line| line == credential), "{credential}");
        }
        for line in lines {
            let answer = ask(&server, &request_of(line, &server.url())).whole();
            assert_eq!(answer.status(), 200, "{line}\n{}", answer.text());
            let told = json(&answer.text());
            let errcode = told.get("errcode").filter(|errcode| **errcode != 0 && **errcode != "0");
            assert_eq!(errcode, None, "{line}\n{told}");
            assert!(told.get("statusCode").is_none_or(|status| status == "100"), "{line}\n{told}");
        }
    }
}

#[test]
fn the_control_calls_show_and_change_the_sandbox() {
    let server = start();
    let (status, text) = control(&server, "POST", "/control/consume", r#"{"card":"A","money":"12.50"}"#);
    assert_eq!(status, 200);
    let line = &json(&text)["ledger"][0];
    assert_eq!((&line["kind"], &line["money_change_fen"]), (&"consume".into(), &(-1_250).into()));
    assert_eq!(line["source"]["other_till"]["org_name"], "聚客西餐");
    assert_eq!(line["time_s"], NOW_S);

    let (_, text) = control(&server, "POST", "/control/settings", r#"{"expired":true,"delay_ms":1}"#);
    assert_eq!((&json(&text)["settings"]["expired"], &json(&text)["delay_ms"]), (&true.into(), &1.into()));
    assert_eq!(json(&ask(&server, &consume()).whole().text())["errcode"], 300);
    control(&server, "POST", "/control/settings", r#"{"expired":false,"delay_ms":0}"#);

    let fault = r#"{"endpoint":"consume","fault":"status-429:7"}"#;
    assert_eq!(control(&server, "POST", "/control/faults", fault).0, 200);
    let answer = ask(&server, &consume()).whole();
    assert_eq!((answer.status(), answer.header("Retry-After")), (429, Some("7")));

    let (_, text) = control(&server, "GET", "/control/state", "");
    let state = json(&text);
    assert_eq!(state["cards"][0]["number"], "A");
    assert_eq!(state["cards"][0]["amount_fen"], 98_750);
    assert_eq!(state["requests"]["per_endpoint"]["consume"], 2);
    let (_, text) = control(&server, "GET", "/control/ledger", "");
    assert_eq!(json(&text).as_array().unwrap().len(), 3);
}

#[test]
fn a_control_call_that_can_do_nothing_says_why() {
    let server = start();
    let table = [
        ("POST", "/control/withdraw", r#"{"card":"A","money":5000}"#, 409),
        ("POST", "/control/withdraw", r#"{"card":"nobody","money":1}"#, 409),
        ("POST", "/control/withdraw", r#"{"card":"A"}"#, 409),
        ("POST", "/control/card", r#"{"card":"A"}"#, 409),
        ("POST", "/control/card", "no json", 409),
        ("POST", "/control/settings", r#"{"expierd":true}"#, 400),
        ("POST", "/control/settings", r#"{"opening_fen":-1}"#, 400),
        ("POST", "/control/settings", r#"{"expired":"perhaps"}"#, 400),
        ("POST", "/control/faults", r#"{"endpoint":"*","fault":"nonsense"}"#, 400),
        ("POST", "/control/faults", r#"{"endpoint":"*","fault":"html","per_mile":5}"#, 400),
        ("POST", "/control/faults", "[", 400),
        ("GET", "/control/withdraw", "", 405),
        ("DELETE", "/control/state", "", 405),
        ("GET", "/control/nonsense", "", 404),
    ];
    for (method, path, body, status) in table {
        assert_eq!(control(&server, method, path, body).0, status, "{method} {path} {body}");
    }
    let (ledger, pending) =
        (server.sandy().with(|sandy| sandy.ledger().len()), server.faults().with(|plan| plan.pending().len()));
    assert_eq!((ledger, pending), (2, 0));
}

#[test]
fn a_half_written_request_ends_with_its_connection() {
    let server = start();
    let mut client = Client::connect(server.address());
    client.0.write_all(&consume()[..40]).unwrap();
    drop(client);
    assert_eq!(json(&ask(&server, &consume()).whole().text())["amount"], "990.00");
}

#[test]
fn all_systems_answer_side_by_side() {
    let server = start_all();
    let before = System::ALL.map(|system| writes(&server, system));
    let mut client = Client::connect(server.address());
    for count in 1..=3 {
        for system in System::ALL {
            let answer = client.ask(&bytes(&spend(&server, system, count))).whole();
            assert_eq!((answer.status(), answer.header("Date")), (200, Some("Sun, 06 Nov 1994 08:49:37 GMT")));
            assert!(is_success(system, &answer.text()), "{}", answer.text());
        }
    }
    let seen = server.requests();
    for (system, before) in System::ALL.into_iter().zip(before) {
        assert_eq!((writes(&server, system), seen.count(endpoint(system))), (before + 3, 3), "{system:?}");
    }
    assert_eq!((seen.most_writes_at_once[MEMBER], seen.most_writes_at_once["34"]), (1, 1));
    assert!(server.yonyou().wait_until(common::PATIENCE, |yonyou| yonyou.points("34") == Some(70)));
    assert_eq!(server.freemud().with(|freemud| freemud.member(MEMBER).map(|member| member.points)), Some(70));
    assert_eq!(server.gree().with(|gree| gree.member(PHONE).map(|member| member.score)), Some(70));
}

#[test]
fn a_fault_for_one_system_leaves_the_others_alone() {
    for struck in System::ALL {
        let server = start_all();
        server.faults().with(|plan| plan.once(endpoint(struck), Fault::Html));
        for system in System::ALL {
            let answer = ask(&server, &bytes(&spend(&server, system, 1))).whole();
            assert_eq!(answer.text().starts_with("<!DOCTYPE"), system == struck, "{struck:?}: {}", answer.text());
        }
        let answer = ask(&server, &bytes(&spend(&server, struck, 2))).whole();
        assert!(is_success(struck, &answer.text()), "{}", answer.text());
    }
}

#[test]
fn the_control_calls_reach_every_system() {
    let server = start_all();
    let table = [
        ("POST", "/control/gree/points", r#"{"member":"13800000000","change":-5}"#, 200),
        ("POST", "/control/gree/points", r#"{"member":"nobody","change":-5}"#, 409),
        ("POST", "/control/gree/settings", r#"{"order_no_unique":true}"#, 200),
        ("POST", "/control/freemud/points", r#"{"memberId":"115589208394311926","change":-5}"#, 200),
        ("POST", "/control/freemud/points", r#"{"memberId":"115589208394311926","change":-500}"#, 409),
        ("POST", "/control/freemud/code", r#"{"memberId":"115589208394311926","code":"77"}"#, 200),
        ("POST", "/control/freemud/forget-key", r#"{"id":"k"}"#, 200),
        ("POST", "/control/freemud/push", r#"{"seq":2}"#, 200),
        ("POST", "/control/freemud/push", r#"{"seq":99}"#, 400),
        ("POST", "/control/freemud/settings", r#"{"points_per_yuan":"2"}"#, 200),
        ("POST", "/control/freemud/settings", r#"{"points_per_yuan":"-2"}"#, 400),
        ("POST", "/control/yonyou/points", r#"{"mid":"34","change":-5}"#, 200),
        ("POST", "/control/yonyou/points", r#"{"mid":"34"}"#, 409),
        ("POST", "/control/yonyou/settings", r#"{"online":false}"#, 200),
        ("POST", "/control/yonyou/settings", r#"{"path":"/nowhere"}"#, 400),
        ("POST", "/control/yonyou/expire-tokens", "", 200),
        ("GET", "/control/yonyou/nonsense", "", 404),
        ("GET", "/control/nobody/state", "", 404),
    ];
    for (method, path, body, status) in table {
        let (got, text) = control(&server, method, path, body);
        assert_eq!(got, status, "{method} {path} {body}\n{text}");
    }
    for system in ["gree", "freemud", "yonyou"] {
        let ledger = json(&control(&server, "GET", &format!("/control/{system}/ledger"), "").1);
        assert_eq!(ledger.as_array().unwrap().last().unwrap()["points_change"], -5, "{system}");
    }
    let state = json(&control(&server, "GET", "/control/yonyou/state", "").1);
    assert_eq!((&state["members"]["34"], &state["settings"]["online"]), (&95.into(), &false.into()));
    assert_eq!(json(&control(&server, "GET", "/control/freemud/state", "").1)["members"][0]["points"], 95);
    assert_eq!(json(&control(&server, "GET", "/control/gree/state", "").1)["members"][0]["score"], 95);
}
