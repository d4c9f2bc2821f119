//! Dead letters: what no consumer could work off is kept in D1, where an operator lists and re-drives it.
//!
//! Limit: the platform's own, 128 KB a message.

use crate::{Fate, guard::Failure, message, message::Body};
use lectern_edge::{clock, store::Database};
use sha2::{Digest, Sha256};
use worker::Env;

/// Stores a dead letter. The same message again is the same letter; one that was re-driven and came
/// back is listed anew.
pub(crate) async fn store(env: &Env, queue: &str, body: &Body) -> Result<Fate, Failure> {
    let insert = "INSERT INTO dead_letters (id, queue, body, received_at) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (id) DO UPDATE SET received_at = excluded.received_at, redriven_at = NULL
        WHERE redriven_at IS NOT NULL";
    let (id, source) = (id(body), message::source_of(queue));
    let values = [
        (&id).into(),
        (&source).into(),
        (&body.0).into(),
        clock::now().0.into(),
    ];
    Database::of(env)?.run(insert, &values).await?;
    Ok(Fate::Done("dead_letter"))
}

/// A letter's id: its outbox row's, or for poison the hash of the body.
fn id(body: &Body) -> String {
    match body.ended() {
        Ok(message) => message.outbox.to_string(),
        Err(_) => {
            let hash = Sha256::digest(body.0.as_bytes());
            let hex: String = hash
                .iter()
                .take(16)
                .map(|byte| format!("{byte:02x}"))
                .collect();
            format!("sha_{hex}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_poison_is_the_same_letter_and_other_poison_another() {
        let letter = |text: &str| id(&Body(text.to_owned()));
        assert_eq!(letter("{}"), letter("{}"));
        assert_ne!(letter("{}"), letter("[]"));
        assert_eq!(letter("{}").len(), 36);
    }

    #[test]
    fn a_message_of_ours_is_known_by_its_outbox_row() {
        let outbox = lectern_identity::OutboxId::from_hash([7; 16]);
        let tenant = lectern_identity::TenantId::from_hash([1; 16]);
        let body = format!(
            r#"{{"kind":"unknown","tenant":"{tenant}","session":"x","outbox":"{outbox}"}}"#
        );
        assert_eq!(id(&Body(body)), outbox.to_string());
    }
}
