//! The interface itself: from a request to an answer.

use super::endpoint::Endpoint;
use super::errcode::Errcode;
use super::settings::Settings;
use super::state::Yonyou;
use crate::wire::{Object, Params, array, quoted};
use crate::{Request, Response};

/// How the platform words an error.
#[must_use]
pub fn error_answer(errcode: Errcode) -> Response {
    let object = Object::new().text("errcode", errcode.code()).text("errmsg", &errcode.to_string());
    Response::json(200, object.end())
}

/// A well-formed request for a token, with the credentials of `settings`.
#[must_use]
pub fn token_request(settings: &Settings) -> Request {
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("from_account", &settings.from_account)
        .append_pair("app_key", &settings.app_key)
        .append_pair("app_secret", &settings.app_secret)
        .finish();
    request(Endpoint::Token, Endpoint::TOKEN_PATH, &query, "")
}

/// A well-formed request for changes of points, with the credentials of `settings`.
#[must_use]
pub fn change_request(settings: &Settings, token: &str, body: &str) -> Request {
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("from_account", &settings.from_account)
        .append_pair("to_account", &settings.to_account)
        .append_pair("app_key", &settings.app_key)
        .append_pair("token", token)
        .finish();
    request(Endpoint::Change, &settings.path, &query, body)
}

fn request(endpoint: Endpoint, path: &str, query: &str, body: &str) -> Request {
    Request {
        method: endpoint.method().to_owned(),
        path: format!("{path}?{query}"),
        headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
        body: body.as_bytes().to_vec(),
    }
}

impl Yonyou {
    /// Answers one request at `now_ms` (epoch milliseconds).
    ///
    /// A path outside the interface gets 404, a wrong method 405; everything else is the platform's own answer, with the
    /// status 200 even for an error.
    pub fn handle(&mut self, now_ms: i64, request: &Request) -> Response {
        let here = |path: &str| path == self.settings.path || path == Endpoint::DOCUMENTED_PATH;
        let endpoint = match Endpoint::of(request) {
            Some(Endpoint::Change) if !here(request.route()) => None,
            other => other,
        };
        let Some(endpoint) = endpoint else { return Response::plain(404, "no such path\n") };
        if request.method != endpoint.method() {
            return Response::plain(405, "method not allowed\n").with_header("Allow", endpoint.method());
        }
        let outcome = match endpoint {
            Endpoint::Token => self.token(now_ms, request),
            Endpoint::Change => self.changes(now_ms, request),
        };
        match outcome {
            Ok(body) => Response::json(200, body),
            Err(errcode) => error_answer(errcode),
        }
    }

    /// The platform's answer when it fails, as a fault shows it.
    #[must_use]
    pub fn internal_error(&self) -> Response {
        error_answer(Errcode::Platform)
    }

    fn token(&mut self, now_ms: i64, request: &Request) -> Result<String, Errcode> {
        let settings = &self.settings;
        let known = [
            ("from_account", &settings.from_account),
            ("app_key", &settings.app_key),
            ("app_secret", &settings.app_secret),
        ];
        check(request, known)?;
        let token = self.tokens.fetch(now_ms, &self.settings)?;
        let inner = Object::new()
            .text("id", &token)
            .text("appkey", &self.settings.app_key)
            .raw("expiresIn", self.settings.token_life_s);
        Ok(Object::new().text("errcode", "0").text("errmsg", "").raw("token", inner.end()).end())
    }

    fn changes(&mut self, now_ms: i64, request: &Request) -> Result<String, Errcode> {
        let settings = &self.settings;
        let known = [
            ("from_account", &settings.from_account),
            ("to_account", &settings.to_account),
            ("app_key", &settings.app_key),
        ];
        check(request, known)?;
        let token = request.query("token").filter(|token| !token.is_empty()).ok_or(Errcode::MissingParameter)?;
        if !self.tokens.is_good(now_ms, &token) {
            return Err(Errcode::TokenExpired);
        }
        if !self.settings.online {
            return Err(Errcode::NotOnline);
        }
        let failure = self.failures.pop_front();
        if let Some(failure) = failure.filter(|failure| !failure.applied) {
            return Err(failure.errcode);
        }
        let elements: Vec<Params> = serde_json::from_slice(&request.body).map_err(|_| Errcode::BadParameter)?;
        let answers = self.change(now_ms, &elements)?;
        if let Some(failure) = failure {
            return Err(failure.errcode);
        }
        let zero = if self.settings.success_as_text { quoted("0") } else { "0".to_owned() };
        Ok(Object::new().raw("errcode", zero).raw("data", array(answers)).end())
    }
}

/// Whether the query names the application.
fn check(request: &Request, known: [(&str, &String); 3]) -> Result<(), Errcode> {
    for (name, expected) in known {
        let told = request.query(name).filter(|told| !told.is_empty()).ok_or(Errcode::MissingParameter)?;
        if told != *expected {
            return Err(Errcode::UnknownApplication);
        }
    }
    Ok(())
}
