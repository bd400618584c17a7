//! What the platform sends on its own (1.4 and 1.5): a member was registered, or a member's points have changed.
//!
//! Nothing in a push is taken for a figure. It names a member, who is then asked about.

use std::fmt::Write;

use ring::digest;

use super::envelope::{self, Envelope, SKIP};
use super::requests::Desk;
use crate::error::{Error, Result};
use crate::provider::Push;
use crate::provider::wire::Fields;

/// Understands a push.
pub(super) fn understand(desk: &Desk, body: &[u8]) -> Result<Push> {
    let garbled = || Error::remote_refused("a push that is none in the dialect");
    let text = std::str::from_utf8(body).map_err(|_| garbled())?;
    let envelope = Envelope::of(text).or_else(|| Envelope::of(&mended(text))).ok_or_else(garbled)?;
    check_signature(desk, &envelope)?;
    for (name, own) in [("partnerId", &desk.config.partner_id), ("appId", &desk.config.app_id)] {
        if envelope.filled(name).is_some_and(|told| told != own) {
            return Err(Error::remote_refused("a push for another merchant or application"));
        }
    }
    let content = envelope.body().ok_or_else(garbled)?;
    let strict = mended(content);
    let fields = Fields::of_body(content.as_bytes()).or_else(|| Fields::of_body(strict.as_bytes()));
    let fields = fields.ok_or_else(garbled)?;
    let (reference, phone) = (fields.filled("memberId"), fields.filled("mobile"));
    if reference.is_none() && phone.is_none() {
        return Err(Error::remote_refused("a push that names nobody"));
    }
    Ok(Push {
        mark: fields.filled("transNo").unwrap_or_else(|| hash(body)),
        reference,
        phone,
        acknowledgement: envelope::acknowledgement(|text| desk.sign(text)),
    })
}

/// Anybody can send to an address that takes pushes.
fn check_signature(desk: &Desk, envelope: &Envelope) -> Result<()> {
    let unsigned = envelope.filled("sign").is_none_or(|sign| sign == SKIP);
    match &desk.platform {
        Some(key) if envelope.is_signed_by(key) => Ok(()),
        Some(_) if unsigned && desk.config.accept_unsigned_pushes => Ok(()),
        Some(_) => Err(Error::remote_refused("a push whose signature is missing or wrong")),
        None if desk.config.accept_unsigned_pushes => Ok(()),
        None => Err(Error::remote_refused("a push that can't be verified: no platform_key is set")),
    }
}

/// Strict JSON out of what the samples show: single quotes around strings, and line breaks within.
fn mended(text: &str) -> String {
    let mut strict = String::with_capacity(text.len() + 16);
    let mut within: Option<char> = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (within, c) {
            (None, '\'' | '"') => {
                within = Some(c);
                strict.push('"');
            }
            (None, c) => strict.push(c),
            (Some(_), '\\') => match chars.next() {
                // Strict JSON knows no escaped single quote.
                Some('\'') => strict.push('\''),
                Some(escaped) => strict.extend(['\\', escaped]),
                None => strict.push('\\'),
            },
            (Some(quote), c) if c == quote => {
                within = None;
                strict.push('"');
            }
            (Some(_), '"') => strict.push_str("\\\""),
            (Some(_), c) if c.is_ascii_control() => {
                let _ = write!(strict, "\\u{:04x}", u32::from(c));
            }
            (Some(_), c) => strict.push(c),
        }
    }
    strict
}

/// SHA-256 in hexadecimal digits.
fn hash(body: &[u8]) -> String {
    digest::digest(&digest::SHA256, body).as_ref().iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
