//! RSA keys out of PEM, and what is done with them: SHA256withRSA, PKCS#1 v1.5, in Base64.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::rsa::PublicKeyComponents;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair};

/// Signs what goes out.
pub(super) struct PrivateKey(RsaKeyPair);

impl PrivateKey {
    /// An unencrypted PKCS#8 key of 2048 bits or more.
    pub(super) fn from_pem(pem: &str) -> Option<Self> {
        RsaKeyPair::from_pkcs8(&der_of(pem, "PRIVATE KEY")?).ok().map(PrivateKey)
    }

    /// Always the same for the same text: this padding draws no random numbers. `None` only where the machine has none to
    /// blind the computation with.
    pub(super) fn sign(&self, text: &str) -> Option<String> {
        let mut signature = vec![0; self.0.public().modulus_len()];
        self.0.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature).ok()?;
        Some(STANDARD.encode(signature))
    }
}

/// Verifies what comes in.
pub(super) struct PublicKey(PublicKeyComponents<Vec<u8>>);

impl PublicKey {
    /// A `SubjectPublicKeyInfo` with an RSA key of 2048 to 8192 bits.
    pub(super) fn from_pem(pem: &str) -> Option<Self> {
        let (n, e) = rsa_numbers(&der_of(pem, "PUBLIC KEY")?)?;
        let usable = (256..=1024).contains(&n.len()) && n.last()? % 2 == 1 && (1..=5).contains(&e.len());
        usable.then_some(PublicKey(PublicKeyComponents { n, e }))
    }

    pub(super) fn verifies(&self, text: &str, signature: &str) -> bool {
        let Ok(signature) = STANDARD.decode(signature.trim()) else { return false };
        self.0.verify(&RSA_PKCS1_2048_8192_SHA256, text.as_bytes(), &signature).is_ok()
    }
}

/// The bytes between the two lines that name `label`. Vendors also hand keys out without these lines.
fn der_of(pem: &str, label: &str) -> Option<Vec<u8>> {
    let (begin, end) = (format!("-----BEGIN {label}-----"), format!("-----END {label}-----"));
    let inner = match pem.split_once(&begin) {
        Some((_, rest)) => rest.split_once(&end)?.0,
        None => pem,
    };
    let inner: String = inner.split_ascii_whitespace().collect();
    STANDARD.decode(inner).ok().filter(|der| !der.is_empty())
}

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const SEQUENCE: u8 = 0x30;

/// Object identifier 1.2.840.113549.1.1.1 (rsaEncryption) with its NULL parameter.
const RSA_ENCRYPTION: [u8; 13] = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];

/// Modulus and exponent of `SEQUENCE { SEQUENCE { rsaEncryption }, BIT STRING { SEQUENCE { n, e } } }`: the signature
/// library takes the inner part only, and does not say whether it is one before there is a signature.
fn rsa_numbers(info: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let (info, []) = element(info, SEQUENCE)? else { return None };
    let (algorithm, rest) = element(info, SEQUENCE)?;
    let (bits, []) = element(rest, BIT_STRING)? else { return None };
    let (0, key) = bits.split_first()? else { return None };
    let (numbers, []) = element(key, SEQUENCE)? else { return None };
    let (n, rest) = element(numbers, INTEGER)?;
    let (e, []) = element(rest, INTEGER)? else { return None };
    // A positive number whose first bit is set has a zero byte in front.
    let unsigned = |number: &[u8]| number.strip_prefix(&[0]).unwrap_or(number).to_vec();
    (algorithm == RSA_ENCRYPTION).then(|| (unsigned(n), unsigned(e)))
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
