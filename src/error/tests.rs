use super::*;
use crate::messages::samples;

#[test]
fn each_code_belongs_to_one_domain() {
    let found: Vec<(ErrorCode, ErrorDomain)> =
        samples::all().iter().map(|error| (error.code(), error.domain())).collect();
    let (request, decision, remote) = (ErrorDomain::Request, ErrorDomain::Decision, ErrorDomain::Remote);
    let (book, life) = (ErrorDomain::Book, ErrorDomain::Life);
    let expected = [
        (ErrorCode::InvalidInput, request),
        (ErrorCode::Refused, decision),
        (ErrorCode::Conflict, request),
        (ErrorCode::LaneHeld, decision),
        (ErrorCode::Unreachable, remote),
        (ErrorCode::NotFound, request),
        (ErrorCode::Unsupported, decision),
        (ErrorCode::WrongState, decision),
        (ErrorCode::RemoteRefused, remote),
        (ErrorCode::RemoteRefused, remote),
        (ErrorCode::UnknownReference, decision),
        (ErrorCode::InvalidConfig, request),
        (ErrorCode::WrongMerchant, book),
        (ErrorCode::BookInUse, book),
        (ErrorCode::NotABook, book),
        (ErrorCode::NewerBook, book),
        (ErrorCode::Corrupt, book),
        (ErrorCode::NoPermission, book),
        (ErrorCode::DiskFull, book),
        (ErrorCode::Storage, book),
        (ErrorCode::Poisoned, life),
        (ErrorCode::Closed, life),
        (ErrorCode::Restored, book),
        (ErrorCode::WrongKey, book),
    ];
    assert_eq!(found, expected);
}

#[test]
fn the_system_underneath_is_told_by_its_number() {
    let native = |kind| Error::new(kind).native_code();
    let os = || std::io::Error::from_raw_os_error(13);
    let sqlite = |code| Kind::Sqlite(rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None));
    let cases = [
        (Kind::Io { context: "can't lock the book", source: os() }, Some(13)),
        (Kind::Config { key: "file".into(), rule: String::new(), source: Some(os()) }, Some(13)),
        (sqlite(rusqlite::ffi::SQLITE_IOERR_FSYNC), Some(1034)),
        (sqlite(rusqlite::ffi::SQLITE_FULL), Some(13)),
        (Kind::Sqlite(rusqlite::Error::QueryReturnedNoRows), None),
        (Kind::Closed, None),
    ];
    for (kind, code) in cases {
        let shown = format!("{kind:?}");
        assert_eq!(native(kind), code, "{shown}");
    }
}

#[test]
fn a_remotes_code_is_kept_unless_it_is_odd() {
    let long = "x".repeat(65);
    for (code, kept) in [("110003", true), ("-4", true), ("", false), ("1 2", false), ("失败", false), (&long, false)]
    {
        let error = Error::remote_refused_with(code, format!("{code} no such member"));
        assert_eq!(error.remote_code(), kept.then_some(code));
        assert_eq!(error.to_string(), format!("the remote refused: {code} no such member"));
    }
    assert_eq!(Error::remote_refused("the code was not sent").remote_code(), None);
}

#[test]
fn a_key_is_told_as_it_stands_in_the_whole_configuration() {
    let error = Error::config("types.accrue", "must have an operation of 1 to 10").of_section("freemud");
    assert_eq!(error.field(), Some("freemud.types.accrue"));
    assert_eq!(Error::not_found("card").of_section("freemud").field(), None);
}

#[test]
fn what_a_remote_says_shows_no_full_phone_number() {
    for (said, shown) in [
        ("member 13812345678 not found", "member ****5678 not found"),
        ("code 300, twice: 1380000123413800001235", "code 300, twice: ****1235"),
        ("会员13800001234", "会员****1234"),
        ("123456", "123456"),
        ("", ""),
    ] {
        assert_eq!(masked(said), shown);
    }
    let Err(card) = crate::CardNumber::new("13800138000\r") else { panic!("it has a line break") };
    assert!(!format!("{card} {card:?}").contains("138"), "{card}");
}

#[test]
fn a_personal_value_is_never_in_the_message() {
    let error = Error::invalid_personal("phone", "must be 5 to 20 digits", "13812345678x");
    assert!(!format!("{error} {error:?}").contains("138"), "{error}");
}

#[test]
fn a_long_or_odd_value_is_shortened_and_escaped() {
    let error = Error::invalid("card", "must be shorter", format!("a\n{}", "x".repeat(500)));
    let text = error.to_string();
    assert!(text.contains("\\n") && text.len() < 120, "{text}");
}
