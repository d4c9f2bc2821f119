//! Signing and checking tokens, and the public keys.

use super::claims::Wire;
use super::{AUDIENCE, Claims, LEEWAY, LONGEST_LIFETIME, MAX_LENGTH, TYPE};
use crate::Millis;
use crate::keys::KeyRing;
use base64ct::{Base64UrlUnpadded, Encoding};
use chrono::{DateTime, Utc};
use ed25519_dalek::{SigningKey, VerifyingKey};
use jwt_compact::alg::Ed25519;
use jwt_compact::{AlgorithmExt, Header, UntrustedToken};
use serde::{Deserialize, Serialize};

/// Why a token is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// The secret does not hold usable keys.
    #[error("the signing keys are not usable")]
    Keys,
    /// It is not a token, or not one of ours for this use.
    #[error("the token is not valid")]
    Invalid,
    /// It was one of ours.
    #[error("the token has expired")]
    Expired,
}

/// The keys that sign and check access tokens ([`crate::keys::SIGNING`]): the first signs, all verify.
pub struct SigningKeys(Vec<Key>);

struct Key {
    kid: String,
    secret: SigningKey,
    public: VerifyingKey,
    from: Millis,
}

/// A public key (RFC 8037), with the times of OpenID Federation 1.0, section 8.7.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Jwk {
    /// `OKP`.
    pub kty: &'static str,
    /// `Ed25519`.
    pub crv: &'static str,
    /// The key, base64url.
    pub x: String,
    /// Its name in a token's header.
    pub kid: String,
    /// `sig`.
    #[serde(rename = "use")]
    pub usage: &'static str,
    /// `EdDSA`.
    pub alg: &'static str,
    /// When it begins to sign, in Unix seconds; absent: it always did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nbf: Option<i64>,
    /// When the last token that it signed has expired, in Unix seconds; absent: no other key takes over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exp: Option<i64>,
}

/// The only header that is accepted: no key, no address of a key, nothing critical.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StrictHeader {
    alg: String,
    kid: String,
    typ: String,
}

impl SigningKeys {
    /// With these keys.
    ///
    /// # Errors
    /// [`TokenError::Keys`] when one is not an Ed25519 seed of 32 bytes.
    pub fn new(ring: &KeyRing) -> Result<Self, TokenError> {
        let keys = ring.all().iter().map(|key| {
            let seed = key.bytes.as_slice().try_into();
            let secret = SigningKey::from_bytes(seed.map_err(|_| TokenError::Keys)?);
            Ok(Key {
                kid: key.kid.clone(),
                public: secret.verifying_key(),
                secret,
                from: key.from,
            })
        });
        keys.collect::<Result<_, _>>().map(Self)
    }

    /// The public keys, for the JWKS address; the one that signs first.
    #[must_use]
    pub fn public(&self) -> Vec<Jwk> {
        let seconds = |at: Millis| at.0.div_euclid(1_000);
        let successor = |key: &Key| {
            let later = self.0.iter().map(|other| other.from);
            later.filter(|from| *from > key.from).min()
        };
        let jwk = |key: &Key| Jwk {
            kty: "OKP",
            crv: "Ed25519",
            x: Base64UrlUnpadded::encode_string(key.public.as_bytes()),
            kid: key.kid.clone(),
            usage: "sig",
            alg: "EdDSA",
            nbf: (key.from > Millis(0)).then(|| seconds(key.from)),
            exp: successor(key).map(|from| seconds(from + LONGEST_LIFETIME + LEEWAY)),
        };
        self.0.iter().map(jwk).collect()
    }

    /// Signs a token with the first key.
    ///
    /// # Errors
    /// [`TokenError::Keys`], never for keys that were parsed.
    pub fn issue(&self, claims: &Claims, issuer: &str, now: Millis) -> Result<String, TokenError> {
        let key = self.0.first().ok_or(TokenError::Keys)?;
        let header = Header::empty()
            .with_key_id(key.kid.clone())
            .with_token_type(TYPE);
        let mut content = jwt_compact::Claims::new(Wire::new(claims, issuer));
        content.issued_at = Some(moment(now)?);
        content.not_before = Some(moment(now)?);
        content.expiration = Some(moment(claims.expires)?);
        Ed25519
            .token(&header, &content, &key.secret)
            .map_err(|_| TokenError::Keys)
    }

    /// Checks a token: length, form, header, key, signature; then time, issuer and audience.
    ///
    /// # Errors
    /// Why it is not accepted; which check failed is not told apart but for expiry.
    pub fn verify(&self, token: &str, issuer: &str, now: Millis) -> Result<Claims, TokenError> {
        if token.len() > MAX_LENGTH {
            return Err(TokenError::Invalid);
        }
        let key = self.key(token)?;
        let token = UntrustedToken::new(token).map_err(|_| TokenError::Invalid)?;
        let token = Ed25519.validator::<Wire>(&key.public).validate(&token);
        let token = token.map_err(|_| TokenError::Invalid)?;
        let claims = token.claims();
        let (Some(expires), Some(not_before)) = (claims.expiration, claims.not_before) else {
            return Err(TokenError::Invalid);
        };
        if claims.custom.iss != issuer || claims.custom.aud != AUDIENCE {
            return Err(TokenError::Invalid);
        }
        if Millis(not_before.timestamp_millis()) > now + LEEWAY {
            return Err(TokenError::Invalid);
        }
        let expires = Millis(expires.timestamp_millis());
        if expires <= now {
            Err(TokenError::Expired)
        } else {
            Ok(claims.custom.claims(expires))
        }
    }

    /// The one key that the header names.
    fn key(&self, token: &str) -> Result<&Key, TokenError> {
        let (header, _) = token.split_once('.').ok_or(TokenError::Invalid)?;
        let header = Base64UrlUnpadded::decode_vec(header).map_err(|_| TokenError::Invalid)?;
        let header: StrictHeader =
            serde_json::from_slice(&header).map_err(|_| TokenError::Invalid)?;
        if header.alg != "EdDSA" || header.typ != TYPE {
            return Err(TokenError::Invalid);
        }
        self.0
            .iter()
            .find(|key| key.kid == header.kid)
            .ok_or(TokenError::Invalid)
    }
}

fn moment(at: Millis) -> Result<DateTime<Utc>, TokenError> {
    DateTime::from_timestamp(at.0.div_euclid(1_000), 0).ok_or(TokenError::Invalid)
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
