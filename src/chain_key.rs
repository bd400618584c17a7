//! The key that the chain of entries is kept with.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::Result;

/// A secret of the host that the chain of entries is kept with: who does not have it can't change a line of the book without
/// [`Till::check`](crate::Till::check) finding it. At least 16 bytes. It shows itself nowhere.
///
/// ```
/// use tillbook::ChainKey;
/// let key = ChainKey::new(b"thirty-two bytes of true chance!".to_vec());
/// assert_eq!(format!("{key:?}"), "ChainKey");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ChainKey(Vec<u8>);

impl ChainKey {
    /// Takes a key. Its length is checked when a till is opened with it.
    #[must_use]
    pub fn new(bytes: impl Into<Vec<u8>>) -> ChainKey {
        ChainKey(bytes.into())
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether nobody can guess it by trying.
    pub(crate) fn is_long_enough(&self) -> bool {
        self.0.len() >= 16
    }
}

impl ChainKey {
    /// Lets `work` have the key as the text of a configuration, which may name where it stands. One of bytes is itself.
    pub(crate) fn as_text(&mut self, work: impl FnOnce(&mut String) -> Result<()>) -> Result<()> {
        let Ok(mut text) = String::from_utf8(self.0.clone()) else { return Ok(()) };
        work(&mut text)?;
        self.0 = text.into_bytes();
        Ok(())
    }
}

impl<'de> Deserialize<'de> for ChainKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<ChainKey, D::Error> {
        crate::secret::text::deserialize(deserializer).map(|text| ChainKey(text.into_bytes()))
    }
}

impl Serialize for ChainKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        crate::secret::text::serialize("", serializer)
    }
}

impl std::fmt::Debug for ChainKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ChainKey")
    }
}
