//! RSA keys out of PEM files, and what is done with them: SHA256withRSA with the padding of PKCS#1 v1.5.

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A client's private key, for tests alone: it is published with this source.
pub const TEST_CLIENT_KEY_PEM: &str = include_str!("keys/test-client-private.pem");
/// The public key to [`TEST_CLIENT_KEY_PEM`], which the platform would be given.
pub const TEST_CLIENT_PUBLIC_KEY_PEM: &str = include_str!("keys/test-client-public.pem");
/// The platform's private key, for tests alone: it is published with this source.
pub const TEST_PLATFORM_KEY_PEM: &str = include_str!("keys/test-platform-private.pem");
/// The public key to [`TEST_PLATFORM_KEY_PEM`], which a client would be given.
pub const TEST_PLATFORM_PUBLIC_KEY_PEM: &str = include_str!("keys/test-platform-public.pem");

/// The text is no key of the kind that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("no RSA key of 2048 bits or more in PEM: a private one in PKCS#8, a public one in SubjectPublicKeyInfo")]
pub struct BadKey;

/// A private key: it signs.
#[derive(Clone, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct PrivateKey {
    pem: String,
    pair: Arc<RsaKeyPair>,
}

impl PrivateKey {
    /// Reads a PKCS#8 PEM, not encrypted.
    ///
    /// # Errors
    /// [`BadKey`].
    pub fn from_pem(pem: &str) -> Result<Self, BadKey> {
        let pair = RsaKeyPair::from_pkcs8(&der(pem, "PRIVATE KEY")?).map_err(|_| BadKey)?;
        Ok(Self { pem: pem.to_owned(), pair: Arc::new(pair) })
    }

    /// The signature in Base64. The same text always gets the same one: this padding draws no random numbers.
    #[must_use]
    pub fn sign(&self, text: &str) -> String {
        let mut signature = vec![0; self.pair.public().modulus_len()];
        // A key that was read can sign; the buffer is as long as it has to be.
        match self.pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature) {
            Ok(()) => STANDARD.encode(signature),
            Err(_) => String::new(),
        }
    }
}

/// A public key: it verifies.
#[derive(Clone, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct PublicKey {
    pem: String,
    /// The inner `RSAPublicKey`.
    der: Vec<u8>,
}

impl PublicKey {
    /// Reads a `SubjectPublicKeyInfo` PEM, the usual one ("BEGIN PUBLIC KEY").
    ///
    /// # Errors
    /// [`BadKey`].
    pub fn from_pem(pem: &str) -> Result<Self, BadKey> {
        let der = rsa_public_key(&der(pem, "PUBLIC KEY")?).ok_or(BadKey)?.to_vec();
        Ok(Self { pem: pem.to_owned(), der })
    }

    /// Whether the signature (in Base64) is this text's.
    #[must_use]
    pub fn verify(&self, text: &str, signature: &str) -> bool {
        let Ok(signature) = STANDARD.decode(signature) else { return false };
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &self.der).verify(text.as_bytes(), &signature).is_ok()
    }
}

/// The bytes between the lines that name `label`.
fn der(pem: &str, label: &str) -> Result<Vec<u8>, BadKey> {
    let (begin, end) = (format!("-----BEGIN {label}-----"), format!("-----END {label}-----"));
    let (_, rest) = pem.split_once(&begin).ok_or(BadKey)?;
    let (inner, _) = rest.split_once(&end).ok_or(BadKey)?;
    let inner: String = inner.split_ascii_whitespace().collect();
    STANDARD.decode(inner).map_err(|_| BadKey)
}

/// `SEQUENCE { SEQUENCE { rsaEncryption, NULL }, BIT STRING }`: what the bit string holds.
fn rsa_public_key(info: &[u8]) -> Option<&[u8]> {
    const SEQUENCE: u8 = 0x30;
    const BIT_STRING: u8 = 0x03;
    const RSA_ENCRYPTION: [u8; 13] = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
    let (info, []) = element(info, SEQUENCE)? else { return None };
    let (algorithm, rest) = element(info, SEQUENCE)?;
    let (bits, []) = element(rest, BIT_STRING)? else { return None };
    let (0, key) = bits.split_first()? else { return None };
    let (_, []) = element(key, SEQUENCE)? else { return None };
    (algorithm == RSA_ENCRYPTION).then_some(key)
}

/// The content of the first DER element, which has to have this tag, and what follows it.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&[found, first], rest) = der.split_first_chunk()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81 | 0x82 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    if found == tag { rest.split_at_checked(length) } else { None }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey(..)")
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PublicKey(..)")
    }
}

impl PartialEq for PrivateKey {
    fn eq(&self, other: &Self) -> bool {
        self.pem == other.pem
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for PrivateKey {}
impl Eq for PublicKey {}

impl TryFrom<String> for PrivateKey {
    type Error = BadKey;

    fn try_from(pem: String) -> Result<Self, BadKey> {
        Self::from_pem(&pem)
    }
}

impl TryFrom<String> for PublicKey {
    type Error = BadKey;

    fn try_from(pem: String) -> Result<Self, BadKey> {
        Self::from_pem(&pem)
    }
}

impl From<PrivateKey> for String {
    fn from(key: PrivateKey) -> Self {
        key.pem
    }
}

impl From<PublicKey> for String {
    fn from(key: PublicKey) -> Self {
        key.pem
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_the_texts_and_the_keys_alone() {
        let client = PrivateKey::from_pem(TEST_CLIENT_KEY_PEM).unwrap();
        let signature = client.sign("appId=1&ver=1");
        assert_eq!(signature, client.sign("appId=1&ver=1"));
        let public = PublicKey::from_pem(TEST_CLIENT_PUBLIC_KEY_PEM).unwrap();
        assert!(public.verify("appId=1&ver=1", &signature));
        assert!(!public.verify("appId=1&ver=2", &signature));
        assert!(!public.verify("appId=1&ver=1", "skip"));
        assert!(!PublicKey::from_pem(TEST_PLATFORM_PUBLIC_KEY_PEM).unwrap().verify("appId=1&ver=1", &signature));
    }

    #[test]
    fn a_key_of_the_wrong_kind_is_none() {
        assert_eq!(PrivateKey::from_pem(TEST_CLIENT_PUBLIC_KEY_PEM), Err(BadKey));
        assert_eq!(PublicKey::from_pem(TEST_CLIENT_KEY_PEM), Err(BadKey));
        let halved = TEST_CLIENT_PUBLIC_KEY_PEM.lines().filter(|line| line.len() != 64).collect::<Vec<_>>().join("\n");
        for pem in ["", "MIIB", "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----", halved.as_str()] {
            assert_eq!(PublicKey::from_pem(pem), Err(BadKey), "{pem}");
        }
    }
}
