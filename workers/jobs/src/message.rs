//! What a queue delivers: read once, believed only when it has the form of one of our messages.

use crate::guard::Failure;
use lectern_live::object::EndedMessage;
use worker::wasm_bindgen::JsValue;

/// What the name of every dead-letter queue holds, in each environment.
const DEAD: &str = "-dead";

/// Whether a queue holds what no consumer could work off.
pub(crate) fn is_dead_letter_queue(queue: &str) -> bool {
    queue.contains(DEAD)
}

/// The queue whose messages end in this dead-letter queue.
pub(crate) fn source_of(dead_letter_queue: &str) -> String {
    dead_letter_queue.replacen(DEAD, "", 1)
}

/// A message's body as JSON text, whatever it was sent as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Body(pub(crate) String);

impl Body {
    /// Reads what the platform hands over. What JSON cannot say becomes `null`.
    pub(crate) fn read(value: &JsValue) -> Self {
        let text = worker::js_sys::JSON::stringify(value)
            .ok()
            .and_then(|text| text.as_string());
        Self(text.unwrap_or_else(|| "null".to_owned()))
    }

    /// The message in it.
    pub(crate) fn ended(&self) -> Result<EndedMessage, Failure> {
        serde_json::from_str(&self.0).map_err(|error| Failure::Poison(error.to_string()))
    }

    /// Whose it is, as far as it can be read.
    pub(crate) fn tenant(&self) -> Option<String> {
        self.ended().ok().map(|message| message.tenant.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lectern_identity::{OutboxId, SpeedrunId, TenantId};

    #[test]
    fn the_queues_of_every_environment_are_told_apart() {
        for (dead, source) in [
            ("lectern-results-dead", "lectern-results"),
            ("lectern-results-dead-staging", "lectern-results-staging"),
        ] {
            assert!(is_dead_letter_queue(dead));
            assert!(!is_dead_letter_queue(source));
            assert_eq!(source_of(dead), source);
        }
    }

    #[test]
    fn what_is_not_one_of_our_messages_is_poison() {
        let no_outbox = r#"{"kind":"speedruns","tenant":"ten_x","session":"run_x"}"#;
        for body in ["null", "7", "[]", "{}", "\"{}\"", "not json", no_outbox] {
            let body = Body(body.to_owned());
            assert!(matches!(body.ended(), Err(Failure::Poison(_))), "{body:?}");
            assert_eq!(body.tenant(), None);
        }
    }

    #[test]
    fn a_message_is_read_as_it_was_sent() {
        let sent = EndedMessage {
            kind: "speedruns".to_owned(),
            tenant: TenantId::from_hash([1; 16]),
            session: SpeedrunId::from_hash([2; 16]).to_string(),
            outbox: OutboxId::from_hash([3; 16]),
        };
        let body = Body(serde_json::to_string(&sent).unwrap());
        assert_eq!(body.ended().unwrap(), sent);
        assert_eq!(body.tenant(), Some(sent.tenant.to_string()));
    }
}
