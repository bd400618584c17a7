//! A configuration seen from outside: its secrets, its remotes' addresses, and what of it may be shown.

use crate::config::Config;
use crate::error::{Error, Result};
use crate::provider;
use crate::secret::is_reference;

impl Config {
    /// The configuration as it may be shown to support: each secret is `***`, an address has neither a user's name nor a query,
    /// all else is as it is. The same keys as in a configuration's file; a mask is refused when it is read back.
    ///
    /// ```
    /// use tillbook::{Config, SandyConfig};
    ///
    /// let sandy = SandyConfig::new("https://vip.example.com", "agent", "{DEFAULT-AUTO-8E5A}");
    /// let masked = Config::new("Noodle House", "Store 1", "Till 3", sandy).masked();
    /// assert_eq!(masked["sandy"]["token"], "***");
    /// assert_eq!(masked["sandy"]["base_url"], "https://vip.example.com");
    /// assert_eq!(masked["timeout_ms"], 3000);
    /// ```
    #[must_use]
    pub fn masked(&self) -> serde_json::Value {
        // Strings for keys and no value that JSON does not know: there is nothing that could fail.
        serde_json::to_value(self).unwrap_or_default()
    }

    /// Every secret with its key. The values of extra headers are among them.
    pub(crate) fn each_secret(&mut self, work: &mut dyn FnMut(&str, &mut String) -> Result<()>) -> Result<()> {
        let headers = |section: &str,
                       headers: &mut Vec<(String, String)>,
                       work: &mut dyn FnMut(&str, &mut String) -> Result<()>| {
            let key = format!("{section}.extra_headers");
            headers.iter_mut().try_for_each(|(_, value)| work(&key, value))
        };
        if let Some(key) = &mut self.chain_key {
            key.as_text(|text| work("chain_key", text))?;
        }
        if let Some(sandy) = &mut self.sandy {
            work("sandy.token", &mut sandy.token)?;
            work("sandy.guid", &mut sandy.guid)?;
            headers("sandy", &mut sandy.extra_headers, work)?;
        }
        if let Some(freemud) = &mut self.freemud {
            work("freemud.access_token", &mut freemud.access_token)?;
            freemud.private_key.iter_mut().try_for_each(|pem| work("freemud.private_key", pem))?;
            freemud.platform_key.iter_mut().try_for_each(|pem| work("freemud.platform_key", pem))?;
            headers("freemud", &mut freemud.extra_headers, work)?;
        }
        if let Some(gree) = &mut self.gree {
            work("gree.app_secret", &mut gree.app_secret)?;
            headers("gree", &mut gree.extra_headers, work)?;
        }
        if let Some(yonyou) = &mut self.yonyou {
            work("yonyou.app_secret", &mut yonyou.app_secret)?;
            headers("yonyou", &mut yonyou.extra_headers, work)?;
        }
        Ok(())
    }

    /// A configuration that was read without [`Config::from_json`] may still only name its secrets.
    pub(crate) fn check_resolved(&self) -> Result<()> {
        self.clone().each_secret(&mut |key, text| match is_reference(text) {
            true => Err(Error::config(key.to_owned(), "must be resolved, as Config::from_json does")),
            false => Ok(()),
        })
    }

    /// Practice never reaches a live remote, and a live till never one for practice.
    pub(crate) fn check_training(&self) -> Result<()> {
        let listed = |host: &str| self.training_hosts.iter().any(|listed| listed.eq_ignore_ascii_case(host));
        if self.training_hosts.iter().any(|host| !provider::is_host(host)) {
            return Err(Error::config("training_hosts", "must hold names of hosts, without port or path"));
        }
        let addresses = [
            ("sandy.base_url", self.sandy.as_ref().map(|sandy| &sandy.base_url)),
            ("freemud.base_url", self.freemud.as_ref().map(|freemud| &freemud.base_url)),
            ("gree.base_url", self.gree.as_ref().map(|gree| &gree.base_url)),
            ("yonyou.base_url", self.yonyou.as_ref().map(|yonyou| &yonyou.base_url)),
        ];
        for (key, url) in addresses.into_iter().filter_map(|(key, url)| Some((key, url?))) {
            let host = provider::host(url).unwrap_or_default();
            if self.training && !provider::is_for_tests(&host) && !listed(&host) {
                return Err(Error::config(key, "must be this machine or one of training_hosts in a training book"));
            }
            if !self.training && listed(&host) {
                return Err(Error::config(key, "must not be one of training_hosts in a live book"));
            }
        }
        Ok(())
    }
}
