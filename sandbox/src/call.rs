//! The four systems side by side: which of them a request is for, and what it asks of it.

use crate::{Request, freemud, gree, sandy, yonyou};

/// One of the remote systems.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum System {
    /// [`sandy`].
    Sandy,
    /// [`gree`].
    Gree,
    /// [`freemud`].
    Freemud,
    /// [`yonyou`].
    Yonyou,
}

impl System {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Sandy, Self::Gree, Self::Freemud, Self::Yonyou];

    /// Its name in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sandy => "sandy",
            Self::Gree => "gree",
            Self::Freemud => "freemud",
            Self::Yonyou => "yonyou",
        }
    }

    /// The system under whose paths a request lies.
    #[must_use]
    pub fn of(request: &Request) -> Option<Self> {
        let route = request.route();
        if route.starts_with(sandy::Endpoint::PREFIX) {
            Some(Self::Sandy)
        } else if route.starts_with(gree::Endpoint::PREFIX) {
            Some(Self::Gree)
        } else if route.starts_with(freemud::Endpoint::PREFIX) {
            Some(Self::Freemud)
        } else {
            yonyou::Endpoint::of(request).map(|_| Self::Yonyou)
        }
    }
}

/// A call of one of the systems' interfaces: what faults and counts go by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Whose interface it is.
    pub system: System,
    /// The call's name, as a fault plan names it. No two systems share one.
    pub endpoint: &'static str,
    /// Whether it changes anything.
    pub is_write: bool,
    /// The card or the member that it names.
    pub card: Option<String>,
}

impl Call {
    /// The call that a request is, whatever its method; none for a path outside the interfaces.
    #[must_use]
    pub fn of(request: &Request) -> Option<Self> {
        let system = System::of(request)?;
        let (endpoint, is_write, card) = match system {
            System::Sandy => {
                let endpoint = sandy::Endpoint::of(request)?;
                (endpoint.name(), endpoint.is_write(), sandy::Endpoint::card_of(request))
            }
            System::Gree => {
                let endpoint = gree::Endpoint::of(request)?;
                (endpoint.name(), endpoint.is_write(), gree::Endpoint::member_of(request))
            }
            System::Freemud => {
                let endpoint = freemud::Endpoint::of(request)?;
                (endpoint.name(), endpoint.is_write(), freemud::Endpoint::member_of(request))
            }
            System::Yonyou => {
                let endpoint = yonyou::Endpoint::of(request)?;
                (endpoint.name(), endpoint.is_write(), yonyou::Endpoint::member_of(request))
            }
        };
        Some(Self { system, endpoint, is_write, card })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_systems_share_a_name() {
        let sandy = sandy::Endpoint::ALL.map(sandy::Endpoint::name);
        let gree = gree::Endpoint::ALL.map(gree::Endpoint::name);
        let freemud = freemud::Endpoint::ALL.map(freemud::Endpoint::name);
        let yonyou = yonyou::Endpoint::ALL.map(yonyou::Endpoint::name);
        let all: Vec<&str> = [&sandy[..], &gree, &freemud, &yonyou].concat();
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
    }

    #[test]
    fn a_path_tells_the_system_and_the_call() {
        let table = [
            ("/api2/member-cjb/consume", Some((System::Sandy, "consume"))),
            ("/gw/gateway/wk.user.info.query/v1?sign=x", Some((System::Gree, "wk.user.info.query"))),
            ("/member/score/opt/15", Some((System::Freemud, "score/opt/15"))),
            ("/system/token?from_account=a", Some((System::Yonyou, "system/token"))),
            ("/yilian/points/change?token=t", Some((System::Yonyou, "points/change"))),
            ("/api/points/change", Some((System::Yonyou, "points/change"))),
            ("/member/score/opt/2", None),
            ("/api/points", None),
            ("/", None),
        ];
        for (path, expected) in table {
            let request = Request { path: path.to_owned(), ..Request::default() };
            assert_eq!(Call::of(&request).map(|call| (call.system, call.endpoint)), expected, "{path}");
        }
    }
}
