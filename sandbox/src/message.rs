//! A request and a response, as far as the stand-ins care for them.

use crate::sandy::{Endpoint, Settings};

/// One HTTP request, already read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// The method in capitals, as it stood in the request line.
    pub method: String,
    /// The target: path and, if there was one, the query.
    pub path: String,
    /// Header fields in the order they came.
    pub headers: Vec<(String, String)>,
    /// The body, without any transfer coding.
    pub body: Vec<u8>,
}

impl Request {
    /// A well-formed call of the Sandy endpoint `name` (for instance `"consume"`), with the credentials of `settings`.
    ///
    /// A name that is no endpoint still makes a request; it is the sandbox that answers 404 to it.
    #[must_use]
    pub fn api(settings: &Settings, name: &str, body: &str) -> Self {
        let method = name.parse::<Endpoint>().map_or("POST", Endpoint::method);
        Self {
            method: method.to_owned(),
            path: format!("{}{name}", Endpoint::PREFIX),
            headers: vec![
                ("AUTHORIZATION".to_owned(), settings.token.clone()),
                ("CUSTOMERGUID".to_owned(), settings.restaurant.clone()),
                ("Content-Type".to_owned(), "application/json".to_owned()),
            ],
            body: body.as_bytes().to_vec(),
        }
    }

    /// The first header of this name, whatever its case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }

    /// The path without the query.
    #[must_use]
    pub fn route(&self) -> &str {
        self.path.split('?').next().unwrap_or_default()
    }

    /// The first value of this name in the query, decoded.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<String> {
        let (_, query) = self.path.split_once('?')?;
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }
}

/// One HTTP response. `Content-Length`, `Date` and `Connection` are the server's business and not among its headers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Header fields in the order they are written.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Response {
    /// A response with a JSON body.
    #[must_use]
    pub fn json(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::with_type(status, "application/json; charset=utf-8", body)
    }

    /// A response with a plain text body.
    #[must_use]
    pub fn plain(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::with_type(status, "text/plain; charset=utf-8", body)
    }

    /// A response with a body of the given media type.
    #[must_use]
    pub fn with_type(status: u16, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: vec![("Content-Type".to_owned(), media_type.to_owned())], body: body.into() }
    }

    /// The same response with one more header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// The first header of this name, whatever its case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }

    /// The body as text; bytes that are no UTF-8 are replaced.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

fn find<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}
