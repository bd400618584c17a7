//! The key that the chain of entries is kept with.

use serde::Deserialize;

/// A secret of the host that the chain of entries is kept with: who does not have it can't change a line of the book without
/// [`Till::check`](crate::Till::check) finding it. At least 16 bytes. It shows itself nowhere.
///
/// ```
/// use tillbook::ChainKey;
/// let key = ChainKey::new(b"thirty-two bytes of true chance!".to_vec());
/// assert_eq!(format!("{key:?}"), "ChainKey");
/// ```
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
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

impl From<String> for ChainKey {
    fn from(text: String) -> ChainKey {
        ChainKey(text.into_bytes())
    }
}

impl std::fmt::Debug for ChainKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ChainKey")
    }
}
