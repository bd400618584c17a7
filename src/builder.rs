//! Opening a till with parts of the host's own.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::chain_key::ChainKey;
use crate::clock::{Clock, Entropy, SystemClock, SystemEntropy, mint_id};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::store::{Access, BookKey, Identity, OpenOptions, RemoteIdentity, Store};
use crate::sync::{Engine, Runtime, TokenSource};
use crate::till::Till;
use crate::transport::Transport;

/// Opens a till with parts of the host's own.
///
/// ```no_run
/// use std::sync::Arc;
/// use tillbook::{Config, SandyConfig, SystemClock, TillBuilder};
/// let config = Config::new("Noodle House", "Store 1", "Till 3", SandyConfig::new("https://pos.example", "agent", "{GUID}"));
/// let till = TillBuilder::new(config).clock(Arc::new(SystemClock::new())).open("till.db")?;
/// # Ok::<(), tillbook::Error>(())
/// ```
pub struct TillBuilder {
    config: Config,
    transport: Option<Arc<dyn Transport>>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    vfs: Option<String>,
    key: Option<Result<BookKey>>,
    token_source: Option<Arc<dyn TokenSource>>,
}

impl TillBuilder {
    /// With the machine's clock and randomness, and with feature `http` the built-in transport.
    #[must_use]
    pub fn new(config: Config) -> Self {
        TillBuilder {
            config,
            transport: built_in_transport(),
            clock: Arc::new(SystemClock::new()),
            entropy: Arc::new(SystemEntropy),
            vfs: None,
            key: None,
            token_source: None,
        }
    }

    /// The host's own way to send requests.
    #[must_use]
    pub fn transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.transport = Some(transport);
        self
    }

    /// The host's own clock.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// The host's own randomness.
    #[must_use]
    pub fn entropy(mut self, entropy: Arc<dyn Entropy>) -> Self {
        self.entropy = entropy;
        self
    }

    /// The host's own store of tokens, for remotes whose credentials several tills share.
    #[must_use]
    pub fn token_source(mut self, source: Arc<dyn TokenSource>) -> Self {
        self.token_source = Some(source);
        self
    }

    /// A SQLite VFS by its registered name.
    #[must_use]
    pub fn vfs(mut self, name: impl Into<String>) -> Self {
        self.vfs = Some(name.into());
        self
    }

    /// The secret that the chain of entries is kept with, instead of the configuration's.
    #[must_use]
    pub fn chain_key(mut self, key: ChainKey) -> Self {
        self.config.chain_key = Some(key);
        self
    }

    /// The high-water file: see [`Config::high_water`].
    #[must_use]
    pub fn high_water(mut self, path: impl Into<PathBuf>) -> Self {
        self.config.high_water = Some(path.into());
        self
    }

    /// The key of an encrypted book: 32 bytes, which the host keeps. A new book is encrypted with it. Needs feature `encryption`.
    #[must_use]
    pub fn key(mut self, key: &[u8]) -> Self {
        self.key = Some(BookKey::new(key));
        self
    }

    /// Opens the book at `path`, or makes a new one there.
    ///
    /// # Errors
    /// As [`Till::open`].
    pub fn open(mut self, path: impl AsRef<Path>) -> Result<Till> {
        let Some(transport) = self.transport.take() else {
            return Err(Error::config("transport", "must be given: this build has none of its own (feature `http`)"));
        };
        Ok(Till::run(Runtime::new(self.engine(path.as_ref())?, transport)))
    }

    /// Opens the book without anything around it.
    pub(crate) fn engine(self, path: &Path) -> Result<Engine> {
        self.config.check()?;
        if path.as_os_str().is_empty() {
            return Err(Error::config("path", "must not be empty"));
        }
        let providers = self.config.providers()?;
        for provider in &providers {
            if let Some(rules) = provider.tokens()
                && !rules.is_sole_user()
                && self.token_source.is_none()
            {
                let rule = "must be true, or the host must supply tokens: the quota of its calls is for one till";
                return Err(Error::config(rules.sole_user_key(), rule).of_section(provider.name()));
            }
        }
        let identity = Identity {
            merchant: self.config.merchant.clone(),
            store: self.config.store.clone(),
            till: self.config.till.clone(),
            training: self.config.training,
            remotes: providers
                .iter()
                .map(|provider| RemoteIdentity {
                    provider: provider.name(),
                    base_url: provider.base_url().to_owned(),
                    tenant: provider.tenant().to_owned(),
                })
                .collect(),
        };
        let new_book_id = mint_id(self.entropy.as_ref());
        let access = Access { vfs: self.vfs, key: self.key.transpose()? };
        let (high_water, chain_key) = (self.config.high_water.clone(), self.config.chain_key.clone());
        let store = Store::open(path, &OpenOptions { identity, new_book_id, access, chain_key, high_water })?;
        Engine::start(store, self.config, providers, self.token_source, self.clock, self.entropy)
    }
}

#[cfg(feature = "http")]
#[expect(clippy::unnecessary_wraps, reason = "without the feature there is none")]
fn built_in_transport() -> Option<Arc<dyn Transport>> {
    Some(Arc::new(crate::http::HttpTransport::new()))
}

#[cfg(not(feature = "http"))]
fn built_in_transport() -> Option<Arc<dyn Transport>> {
    None
}
