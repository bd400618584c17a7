//! Encrypted books: the key, and what a file is that can't be read with it.
//!
//! With feature `encryption` SQLite is SQLCipher, which encrypts every page of the file and of its log. The key is raw, 32 random
//! bytes that the host keeps: nothing is derived from a passphrase.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use rusqlite::Connection;

use crate::error::{Error, Result};

/// 32 bytes that nobody may see.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct BookKey([u8; 32]);

impl BookKey {
    pub(crate) fn new(bytes: &[u8]) -> Result<Self> {
        if cfg!(not(feature = "encryption")) {
            let rule = "must not be given: this build has no encryption (feature `encryption`)";
            return Err(Error::config("key", rule));
        }
        let bytes = bytes.try_into().map_err(|_| Error::config("key", "must be 32 bytes"))?;
        Ok(BookKey(bytes))
    }

    /// A statement with the key as SQLCipher takes a raw one. Wiped when it is no longer needed.
    #[cfg(feature = "encryption")]
    fn statement(&self, pragma: &str) -> zeroize::Zeroizing<String> {
        use fmt::Write;
        // Long enough from the start: a text that grows leaves copies behind.
        let mut text = zeroize::Zeroizing::new(String::with_capacity(128));
        let _ = write!(text, "PRAGMA {pragma} = \"x'");
        for byte in self.0 {
            let _ = write!(text, "{byte:02x}");
        }
        text.push_str("'\"");
        text
    }
}

#[cfg(feature = "encryption")]
impl Drop for BookKey {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.0);
    }
}

impl fmt::Debug for BookKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BookKey(not shown)")
    }
}

/// Gives a new connection the book's key, if there is one. Asserts that the cipher is really there: plain SQLite would take the
/// key without a word and write everything in the clear.
#[cfg_attr(not(feature = "encryption"), expect(clippy::unnecessary_wraps, reason = "with the feature it can fail"))]
pub(super) fn unlock(conn: &Connection, key: Option<&BookKey>) -> Result<()> {
    #[cfg(feature = "encryption")]
    if let Some(key) = key {
        use rusqlite::OptionalExtension;
        let cipher: Option<String> = conn.query_row("PRAGMA cipher_version", [], |row| row.get(0)).optional()?;
        if cipher.is_none_or(|cipher| cipher.is_empty()) {
            return Err(Error::config("key", "can't be used: the SQLite that is linked has no cipher"));
        }
        // By itself it writes to the host's standard error. What it finds is told as an error.
        conn.execute_batch("PRAGMA cipher_log_level = NONE")?;
        conn.execute_batch(&key.statement("key"))?;
    }
    #[cfg(not(feature = "encryption"))]
    let _ = (conn, key);
    Ok(())
}

/// Encrypts everything anew. The connection goes on with the new key.
#[cfg(feature = "encryption")]
pub(super) fn rekey(conn: &Connection, key: &BookKey) -> Result<()> {
    conn.execute_batch(&key.statement("rekey"))?;
    // What stands in the file is still of the old key until the log has been moved there.
    conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(())
}

/// A file that is no database, one that is damaged and one that is encrypted with another key are different news.
pub(super) fn unreadable(error: rusqlite::Error, path: &Path, key: Option<&BookKey>) -> Error {
    if error.sqlite_error_code() != Some(rusqlite::ErrorCode::NotADatabase) {
        return error.into();
    }
    match (key, looks(path)) {
        (Some(_), Looks::Plain) => Error::wrong_key("the book is not encrypted"),
        (Some(_), _) => Error::wrong_key("it is another one"),
        (None, Looks::Encrypted) => Error::wrong_key("the file looks encrypted, and no key was given"),
        (None, _) => Error::not_a_book("no SQLite database"),
    }
}

/// Whether a file is encrypted, as far as that can be told without its key.
pub(crate) fn looks_encrypted(path: &Path) -> bool {
    looks(path) == Looks::Encrypted
}

#[derive(PartialEq, Eq)]
enum Looks {
    Plain,
    Encrypted,
    Neither,
}

/// What a file looks like by its first page. An encrypted one is random throughout: of 4,096 random bytes hardly a value is
/// missing, of a page of anything else many are.
fn looks(path: &Path) -> Looks {
    let mut page = [0; 4096];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut page).map(|()| file.metadata()));
    let Ok(Ok(file)) = read else { return Looks::Neither };
    if page.starts_with(b"SQLite format 3\0") {
        return Looks::Plain;
    }
    let mut seen = [false; 256];
    page.iter().for_each(|byte| seen[usize::from(*byte)] = true);
    let values = seen.iter().filter(|seen| **seen).count();
    if file.len() % 4096 == 0 && values >= 250 { Looks::Encrypted } else { Looks::Neither }
}

#[cfg(all(test, not(feature = "encryption")))]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::ErrorCode;

    #[test]
    fn without_the_feature_a_key_is_refused() {
        let error = BookKey::new(&[7; 32]).unwrap_err();
        assert_eq!((error.code(), error.field()), (ErrorCode::InvalidConfig, Some("key")));
    }

    #[test]
    fn a_file_that_looks_encrypted_is_told_from_garbage() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("book");
        let not_a_database = || {
            let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_NOTADB);
            rusqlite::Error::SqliteFailure(code, None)
        };
        let mut noise = Vec::new();
        for block in 0_u32..256 {
            noise.extend_from_slice(ring::digest::digest(&ring::digest::SHA256, &block.to_be_bytes()).as_ref());
        }
        for (bytes, code) in [
            (noise.clone(), ErrorCode::WrongKey),
            (noise[..5000].to_vec(), ErrorCode::NotABook),
            (b"text".repeat(2048), ErrorCode::NotABook),
            (Vec::new(), ErrorCode::NotABook),
        ] {
            std::fs::write(&path, bytes).unwrap();
            assert_eq!(unreadable(not_a_database(), &path, None).code(), code);
        }
    }
}
