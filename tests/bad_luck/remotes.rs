//! Remotes that answer nothing of use, or worse.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;

use tillbook::{Consume, ErrorCode, Modify, OpenCard, Promise, Recharge, RedeemPoints, Till};
use tillbook_sandbox::fault::{Fault, Standing};

use crate::common::{SOON, Shop, assert_agrees, drain, points, yuan};
use crate::serve;

#[test]
fn whatever_the_remote_answers_reads_fail_typed_and_trade_goes_on() {
    let faults = [
        Fault::Html,
        Fault::EmptyNotApplied,
        Fault::GarbageNotApplied,
        Fault::DropRequest,
        Fault::Answer500,
        Fault::TruncateNotApplied,
        Fault::Errcode300,
        Fault::Status503 { retry_after: None },
        Fault::Status429 { retry_after: None },
        Fault::Hold { ms: 1_000 },
    ];
    for fault in faults {
        let shop = Shop::open();
        let mut config = shop.config();
        config.sandy.as_mut().unwrap().request_timeout_ms = 250;
        let till = Till::open(shop.book(), config).unwrap();
        serve(&till, &["A1", "B1"]);
        let standing = Standing { endpoint: "*".into(), card: None, per_mille: 1000, fault };
        shop.server.faults().with(|faults| faults.add_standing(standing));

        let error = till.pull_catalogue(SOON).unwrap_err();
        assert!(matches!(error.code(), ErrorCode::Unreachable | ErrorCode::RemoteRefused), "{fault}: {error:?}");
        assert_eq!(till.serve_card("Z9", SOON).unwrap_err().code(), ErrorCode::Unreachable, "{fault}");
        assert_eq!(till.serve_card("A1", SOON).unwrap().balances.money.confirmed, yuan("500"), "{fault}");
        assert_eq!(till.serve_phone("13800000001", SOON).unwrap().len(), 1, "{fault}");

        let approved = Some(Promise::OfflineApproved);
        let paid = till.consume(Consume::new("A1", yuan("10")).prefer_online(SOON)).unwrap();
        assert_eq!(paid.promise, approved, "{fault}");
        let recharged = till.recharge(Recharge::new("B1", yuan("10"), 1).offline()).unwrap();
        assert_eq!(recharged.promise, approved, "{fault}");
        assert_eq!(till.redeem_points(RedeemPoints::new("A1", points(5)).offline()).unwrap().promise, approved);
        assert_eq!(till.modify(Modify::new("B1").name("李四").offline()).unwrap().promise, approved, "{fault}");
        assert_eq!(till.open_card(OpenCard::new("N1", "普通会员").offline()).unwrap().promise, approved, "{fault}");
        match till.consume(Consume::new("B1", yuan("1")).require_online(SOON)) {
            Ok(receipt) => assert!(!receipt.is_approved(), "{fault}: {receipt:?}"),
            Err(error) => assert_eq!(error.code(), ErrorCode::Unreachable, "{fault}: {error}"),
        }
        assert_eq!(shop.ledger(), [], "{fault}");

        shop.server.faults().with(|faults| faults.clear());
        drain(&till);
        assert_eq!(shop.ledger().len(), 5, "{fault}");
        for card in ["A1", "B1", "N1"] {
            assert_agrees(&shop, &till, card);
        }
        assert_eq!(till.waiting().unwrap(), [], "{fault}");
    }
}

/// A server that answers every request with the same bytes, or with as many as the client takes.
struct Hostile {
    url: String,
    connections: Arc<AtomicUsize>,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Hostile {
    fn start(answer: impl Fn(&mut TcpStream) + Send + Sync + 'static) -> Hostile {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (connections, over) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let (count, end) = (Arc::clone(&connections), Arc::clone(&over));
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if end.load(Ordering::SeqCst) {
                    return;
                }
                let Ok(mut stream) = stream else { continue };
                count.fetch_add(1, Ordering::SeqCst);
                stream.set_read_timeout(Some(SOON)).unwrap();
                stream.set_write_timeout(Some(SOON)).unwrap();
                let mut request = Vec::new();
                let mut piece = [0; 1024];
                while !request.windows(4).any(|four| four == b"\r\n\r\n") {
                    match stream.read(&mut piece) {
                        Ok(0) | Err(_) => break,
                        Ok(count) => request.extend_from_slice(&piece[..count]),
                    }
                }
                answer(&mut stream);
            }
        });
        Hostile { url, connections, over, thread: Some(thread) }
    }
}

impl Drop for Hostile {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.url.trim_start_matches("http://"));
        let _ = self.thread.take().unwrap().join();
    }
}

/// Writes until the client has had enough.
fn pour(stream: &mut TcpStream, piece: &[u8], bytes: usize) {
    let mut left = bytes;
    while left > 0 && stream.write_all(piece).is_ok() {
        left = left.saturating_sub(piece.len());
    }
}

#[test]
fn a_hostile_server_costs_a_failed_read_and_nothing_else() {
    type Answer = fn(&mut TcpStream);
    const HUGE: usize = 10 << 20;
    let cases: &[(&str, Answer)] = &[
        ("a huge body", |stream| {
            pour(stream, format!("HTTP/1.1 200 OK\r\nContent-Length: {HUGE}\r\n\r\n").as_bytes(), 1);
            pour(stream, &[b' '; 65_536], HUGE);
        }),
        ("a huge body without a length", |stream| {
            pour(stream, b"HTTP/1.1 200 OK\r\n\r\n", 1);
            pour(stream, &[b'['; 65_536], HUGE);
        }),
        ("a huge chunked body", |stream| {
            pour(stream, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", 1);
            let chunk = [b"10000\r\n".as_slice(), &[b'{'; 65_536], b"\r\n"].concat();
            pour(stream, &chunk, HUGE);
        }),
        ("a deep body", |stream| {
            pour(stream, b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", 1);
            pour(stream, &[b'['; 1_000], 100_000);
        }),
        ("endless headers", |stream| {
            pour(stream, b"HTTP/1.1 200 OK\r\n", 1);
            pour(stream, b"X-More: of the same\r\n", HUGE);
        }),
        ("one endless header", |stream| {
            pour(stream, b"HTTP/1.1 200 OK\r\nX-Long: ", 1);
            pour(stream, &[b'x'; 65_536], HUGE);
        }),
        ("endless interim answers", |stream| pour(stream, b"HTTP/1.1 100 Continue\r\n\r\n", HUGE)),
        ("another protocol", |stream| pour(stream, b"SSH-2.0-OpenSSH_9.6\r\n", 1)),
        ("a wrong length", |stream| pour(stream, b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n[]", 1)),
        ("nothing", |_| ()),
    ];
    let mut answers: Vec<(&str, Hostile)> =
        cases.iter().map(|&(name, answer)| (name, Hostile::start(answer))).collect();
    let elsewhere = Hostile::start(|stream| pour(stream, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]", 1));
    for status in [301, 302, 303, 307, 308] {
        let head = format!("HTTP/1.1 {status} Go\r\nLocation: {}/\r\nContent-Length: 0\r\n\r\n", elsewhere.url);
        answers.push(("a redirect", Hostile::start(move |stream| pour(stream, head.as_bytes(), 1))));
    }
    for (name, hostile) in &answers {
        let shop = Shop::open();
        let mut config = shop.config();
        config.sandy.as_mut().unwrap().base_url.clone_from(&hostile.url);
        config.policy.unknown_card = true;
        let till = Till::open(shop.book(), config).unwrap();
        let error = till.pull_catalogue(SOON).unwrap_err();
        assert_eq!(error.code(), ErrorCode::Unreachable, "{name}: {error:?}");
        assert_eq!(till.serve_card("A1", SOON).unwrap_err().code(), ErrorCode::Unreachable, "{name}");
        let receipt = till.consume(Consume::new("A1", yuan("10")).prefer_online(SOON)).unwrap();
        assert_eq!(receipt.promise, Some(Promise::OfflineApproved), "{name}");
        assert!(hostile.connections.load(Ordering::SeqCst) > 0, "{name}");
    }
    assert_eq!(elsewhere.connections.load(Ordering::SeqCst), 0, "no redirect is followed: the token would go with it");
}
