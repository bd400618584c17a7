//! The two calls of the interface.

use crate::Request;
use crate::wire::Params;

/// One of the interface's calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Endpoint {
    /// A token for the application.
    Token,
    /// Changes of points.
    Change,
}

impl Endpoint {
    /// The path for a token.
    pub const TOKEN_PATH: &'static str = "/system/token";
    /// What every path for changes of points ends in.
    pub const CHANGE_SUFFIX: &'static str = "/points/change";
    /// The path of the document's description; its sample has the settings' default.
    pub const DOCUMENTED_PATH: &'static str = "/api/points/change";

    /// Both calls.
    pub const ALL: [Self; 2] = [Self::Token, Self::Change];

    /// What names the call in a fault plan.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Token => "system/token",
            Self::Change => "points/change",
        }
    }

    /// The method it is called by.
    #[must_use]
    pub const fn method(self) -> &'static str {
        match self {
            Self::Token => "GET",
            Self::Change => "POST",
        }
    }

    /// Whether it changes anything. A token does change the day's count, but no member's points.
    #[must_use]
    pub const fn is_write(self) -> bool {
        matches!(self, Self::Change)
    }

    /// The call a request is for, whatever its method.
    #[must_use]
    pub fn of(request: &Request) -> Option<Self> {
        match request.route() {
            Self::TOKEN_PATH => Some(Self::Token),
            path if path.ends_with(Self::CHANGE_SUFFIX) => Some(Self::Change),
            _ => None,
        }
    }

    /// The first member that a request names, as far as its body can be read.
    #[must_use]
    pub fn member_of(request: &Request) -> Option<String> {
        let elements: Vec<Params> = serde_json::from_slice(&request.body).ok()?;
        elements.first()?.given("mid").ok()?
    }
}
