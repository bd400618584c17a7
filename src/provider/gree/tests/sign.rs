//! What a request is sealed with.

use super::*;
use crate::provider::gree::sign::Query;
use crate::provider::{Provider, Seal, Secret};
use crate::transport::HttpMethod;

const NONCE: &str = "00000000000000000000000000000000";

fn call(path: &str, body: &str) -> WireCall {
    WireCall { method: HttpMethod::Post, path: path.to_owned(), headers: Vec::new(), body: body.into() }
}

fn sealed(path: &str, body: &str, token: Option<&Secret>) -> String {
    let at = Timestamp::from_millis(1_543_222_562_000);
    let call = gree().seal(call(path, body), &Seal { token, at, nonce: NONCE });
    assert_eq!(call.body, body.as_bytes(), "the body stays as it was");
    call.path
}

#[test]
fn the_documents_vector_holds() {
    let query = Query::default().with("foo", "1").with("bar", "2").with("foo_bar", "3").with("foobar", "4");
    let vector = "546e4aa36d2d624da5ff816ca030951c";
    assert_eq!(query.signature(br#"{"orderNo":123}"#, "XYZ"), vector);
    let more = query.with("sign", "x").with("code", "").with("redirect_url", "");
    assert_eq!(more.signature(br#"{"orderNo":123}"#, "XYZ"), vector, "a sign and what is empty do not count");
}

#[test]
fn a_call_gets_token_time_and_sign() {
    let token = Secret("at B+1".to_owned());
    let path = sealed("/gw/gateway/wk.user.info.query/v1", r#"{"phone":"1"}"#, Some(&token));
    // MD5 of: access_tokenat B+1timestamp1543222562000{"phone":"1"}XYZ
    let sign = "feb1b531d6095e763ed46e1ee742f9c6";
    let query = format!("access_token=at%20B%2B1&timestamp=1543222562000&sign={sign}");
    assert_eq!(path, format!("/gw/gateway/wk.user.info.query/v1?{query}"));
}

#[test]
fn the_calls_that_bring_tokens_are_sealed_without_one() {
    let token = Secret("old".to_owned());
    for (path, name) in [
        ("/gw/gateway/dss.auth.token.query/v1?app_id=wkb1ag2hdad7e6jw1r", "app_id"),
        ("/gw/gateway/dss.auth.token.refresh/v1?refresh_token=rt%2F1", "refresh_token"),
    ] {
        let sealed = sealed(path, "", Some(&token));
        assert!(sealed.starts_with(&format!("{path}&timestamp=1543222562000&sign=")), "{sealed}");
        assert!(!sealed.contains("access_token"), "{name}: {sealed}");
    }
    // What is signed is the value, not how it is written.
    let query = Query::default().with("refresh_token", "rt/1").with("timestamp", "1543222562000");
    let path = sealed("/gw/gateway/dss.auth.token.refresh/v1?refresh_token=rt%2F1", "", None);
    assert!(path.ends_with(&query.signature(b"", "XYZ")), "{path}");
}

#[test]
fn without_a_token_there_is_no_empty_one() {
    let path = sealed("/gw/gateway/wk.user.level.list/v1", "{}", None);
    assert!(path.starts_with("/gw/gateway/wk.user.level.list/v1?timestamp=1543222562000&sign="), "{path}");
}

#[test]
fn a_query_reads_back_what_it_wrote() {
    let query = Query::default().with("a", "1 & 2=3%25").with("中", "王\"小\\明+").with("empty", "");
    let path = format!("/gw/gateway/x/v1?{}", query.encoded());
    let signed = Query::default().with("a", "1 & 2=3%25").with("中", "王\"小\\明+").with("timestamp", "1543222562000");
    assert!(sealed(&path, "", None).ends_with(&signed.signature(b"", "XYZ")));
    assert_eq!(query.encoded(), "a=1%20%26%202%3D3%2525&%E4%B8%AD=%E7%8E%8B%22%E5%B0%8F%5C%E6%98%8E%2B");
}
