//! The host's own store of tokens, which several tills share.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use tillbook::TokenSource;

#[derive(Debug, Default)]
pub(crate) struct Host(Mutex<Shelf>);

#[derive(Debug, Default)]
struct Shelf {
    tokens: BTreeMap<String, String>,
    wanted: BTreeSet<String>,
}

impl Host {
    /// The providers that a till has asked a token for in vain.
    pub(crate) fn wanted(&self) -> Vec<String> {
        self.0.lock().map(|shelf| shelf.wanted.iter().cloned().collect()).unwrap_or_default()
    }

    pub(crate) fn put(&self, provider: &str, token: String) {
        if let Ok(mut shelf) = self.0.lock() {
            shelf.wanted.remove(provider);
            shelf.tokens.insert(provider.to_owned(), token);
        }
    }
}

impl TokenSource for Host {
    fn token(&self, provider: &str, refused: Option<&str>) -> Option<String> {
        let mut shelf = self.0.lock().ok()?;
        match shelf.tokens.get(provider) {
            Some(token) if Some(token.as_str()) != refused => Some(token.clone()),
            _ => {
                shelf.wanted.insert(provider.to_owned());
                None
            }
        }
    }
}
