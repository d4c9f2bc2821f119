use super::*;
use crate::keys::test_ring;
use crate::token::Principal;
use crate::{ClientId, Role, SeatId, SpeedrunId, TenantId};
use ed25519_dalek::Signer;
use serde_json::{Value, json};

const NOW: Millis = Millis(1_800_000_000_000);
const ISSUER: &str = "https://lectern.example";

fn keys(kid: &str, fill: u8) -> SigningKeys {
    SigningKeys::new(&test_ring(&[(kid, fill)])).unwrap()
}

fn claims() -> Claims {
    Claims {
        tenant: TenantId::from_hash([1; 16]),
        principal: Principal::Client(ClientId::from_hash([2; 16])),
        expires: NOW + Millis::minutes(15),
    }
}

fn header() -> Value {
    json!({ "alg": "EdDSA", "kid": "a", "typ": "at+jwt" })
}

fn body() -> Value {
    let seconds = NOW.0 / 1_000;
    json!({
        "iss": ISSUER, "aud": "lectern", "exp": seconds + 900, "nbf": seconds, "iat": seconds,
        "tenant": TenantId::from_hash([1; 16]), "role": "client", "sub": ClientId::from_hash([2; 16]),
    })
}

/// Signs whatever is given with key `a`, as an attacker with the key could.
fn signed(header: &Value, body: &Value) -> String {
    let part = |value: &Value| Base64UrlUnpadded::encode_string(value.to_string().as_bytes());
    let text = format!("{}.{}", part(header), part(body));
    let signature = keys("a", 1).0[0].secret.sign(text.as_bytes());
    format!(
        "{text}.{}",
        Base64UrlUnpadded::encode_string(&signature.to_bytes())
    )
}

fn with(mut value: Value, field: &str, to: Value) -> Value {
    value[field] = to;
    value
}

fn without(mut value: Value, field: &str) -> Value {
    value.as_object_mut().unwrap().remove(field);
    value
}

fn refuses(name: &str, token: &str, error: TokenError) {
    assert_eq!(
        keys("a", 1).verify(token, ISSUER, NOW),
        Err(error),
        "{name}"
    );
}

#[test]
fn a_token_says_what_was_put_in() {
    let seat = Claims {
        principal: Principal::Seat {
            seat: SeatId::from_hash([3; 16]),
            run: SpeedrunId::from_hash([4; 16]),
            role: Role::Wall,
        },
        ..claims()
    };
    for claims in [claims(), seat] {
        let token = keys("a", 1).issue(&claims, ISSUER, NOW).unwrap();
        assert_eq!(keys("a", 1).verify(&token, ISSUER, NOW), Ok(claims));
    }
    assert!(
        keys("a", 1)
            .verify(&signed(&header(), &body()), ISSUER, NOW)
            .is_ok()
    );
}

#[test]
fn two_keys_are_live_during_rotation_and_the_first_signs() {
    let both = SigningKeys::new(&test_ring(&[("b", 2), ("a", 1)])).unwrap();
    let before = keys("a", 1).issue(&claims(), ISSUER, NOW).unwrap();
    assert!(both.verify(&before, ISSUER, NOW).is_ok());
    assert!(
        keys("b", 2)
            .verify(&both.issue(&claims(), ISSUER, NOW).unwrap(), ISSUER, NOW)
            .is_ok()
    );
    assert_eq!(both.public().len(), 2);
}

#[test]
fn a_header_that_is_not_exactly_ours_is_refused() {
    let h = header;
    let bad = [
        ("none", with(h(), "alg", json!("none"))),
        ("HS256", with(h(), "alg", json!("HS256"))),
        ("foreign kid", with(h(), "kid", json!("b"))),
        ("missing kid", without(h(), "kid")),
        ("wrong typ", with(h(), "typ", json!("ticket+jwt"))),
        ("missing typ", without(h(), "typ")),
        ("jwk", with(h(), "jwk", json!({ "kty": "OKP" }))),
        ("jku", with(h(), "jku", json!("https://evil.example/keys"))),
        ("x5u", with(h(), "x5u", json!("https://evil.example/cert"))),
        ("x5c", with(h(), "x5c", json!(["MII"]))),
        ("crit", with(h(), "crit", json!(["exp"]))),
    ];
    for (name, header) in bad {
        refuses(name, &signed(&header, &body()), TokenError::Invalid);
    }
}

#[test]
fn claims_of_another_time_issuer_audience_or_role_are_refused() {
    let seconds = NOW.0 / 1_000;
    let b = body;
    let bad = [
        ("missing exp", without(b(), "exp")),
        ("missing nbf", without(b(), "nbf")),
        ("not yet valid", with(b(), "nbf", json!(seconds + 60))),
        (
            "wrong issuer",
            with(b(), "iss", json!("https://evil.example")),
        ),
        ("missing issuer", without(b(), "iss")),
        ("wrong audience", with(b(), "aud", json!("other"))),
        ("missing audience", without(b(), "aud")),
        ("unknown role", with(b(), "role", json!("operator"))),
        ("seat without run", with(b(), "role", json!("seat"))),
        (
            "tenant of another kind",
            with(b(), "tenant", json!("run_0000000000000000000000000a")),
        ),
    ];
    for (name, body) in bad {
        refuses(name, &signed(&header(), &body), TokenError::Invalid);
    }
    refuses(
        "expired",
        &signed(&header(), &with(b(), "exp", json!(seconds))),
        TokenError::Expired,
    );
    assert!(
        keys("a", 1)
            .verify(
                &signed(&header(), &with(b(), "nbf", json!(seconds + 4))),
                ISSUER,
                NOW
            )
            .is_ok()
    );
}

#[test]
fn a_truncated_changed_or_huge_token_is_refused() {
    let token = signed(&header(), &body());
    let (text, signature) = token.rsplit_once('.').unwrap();
    let (head, _) = text.split_once('.').unwrap();
    let foreign = keys("a", 9).issue(&claims(), ISSUER, NOW).unwrap();
    let huge = with(body(), "padding", json!("x".repeat(100_000)));
    let bad = [
        String::new(),
        "..".into(),
        "a.b.c".into(),
        text.into(),
        format!("{text}."),
        format!("{head}.{head}.{signature}"),
        token[..token.len() - 1].into(),
        token[..token.len() / 2].into(),
        format!("{token}A"),
        foreign,
        signed(&header(), &huge),
        "x".repeat(100_000),
    ];
    for token in bad {
        refuses("forged", &token, TokenError::Invalid);
    }
}

#[test]
fn a_key_that_is_no_seed_is_refused() {
    let key = Base64UrlUnpadded::encode_string(&[1; 33]);
    let ring = KeyRing::parse(&[json!([{ "kid": "a", "key": key }]).to_string()]).unwrap();
    assert!(matches!(SigningKeys::new(&ring), Err(TokenError::Keys)));
}

#[test]
fn the_key_set_says_when_a_key_begins_to_sign_and_when_its_last_token_has_expired() {
    let place = |kid: &str, fill, from| {
        let key = Base64UrlUnpadded::encode_string(&[fill; 32]);
        json!([{ "kid": kid, "key": key, "from": from }]).to_string()
    };
    let times = |secrets: &[String]| {
        let keys = SigningKeys::new(&KeyRing::parse(secrets).unwrap()).unwrap();
        let times = keys.public().into_iter();
        times.map(|key| (key.nbf, key.exp)).collect::<Vec<_>>()
    };
    let (old, new) = (place("a", 1, 0), place("b", 2, 1_000));
    assert_eq!(times(std::slice::from_ref(&old)), [(None, None)]);
    let week = 7 * 24 * 3_600;
    let both = [(None, Some(1_000 + week + 5)), (Some(1_000), None)];
    assert_eq!(times(&[old, new]), both);
}

#[test]
fn nothing_that_is_signed_outlives_the_longest_lifetime() {
    let lifetimes = [
        crate::token::CLIENT_LIFETIME,
        crate::token::SEAT_LIFETIME,
        crate::tenant::HOST_SESSION_LIFETIME,
        crate::ticket::LIFETIME,
        crate::pairing::LIFETIME,
    ];
    assert_eq!(lifetimes.into_iter().max(), Some(LONGEST_LIFETIME));
}
