//! The catalogue of refusal codes. A code is never renamed and never changes its status.

/// Declares the catalogue once: code, status and title.
macro_rules! catalogue {
    ($($variant:ident = $code:literal, $status:literal, $title:literal;)*) => {
        /// What is wrong with a request. The catalogue is closed.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, rename = "ProblemCode"))]
        pub enum Code {
            $(
                #[doc = $title]
                #[cfg_attr(feature = "ts", ts(rename = $code))]
                $variant,
            )*
        }

        impl Code {
            /// The whole catalogue, by status.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The stable code.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// The HTTP status.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$variant => $status,)* }
            }

            /// The same for people, whatever the request.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }

            /// The code of that name.
            #[must_use]
            pub fn find(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

catalogue! {
    BadRequest = "bad_request", 400, "The request cannot be understood";
    InvalidJson = "invalid_json", 400, "The body is not the JSON that is wanted";
    InvalidMultipart = "invalid_multipart", 400, "The body is not well-formed multipart form data";
    IdempotencyKeyMissing = "idempotency_key_missing", 400, "The Idempotency-Key header is missing or unusable";
    UnsupportedGrant = "unsupported_grant_type", 400, "The grant type is not supported";

    Unauthenticated = "unauthenticated", 401, "No credentials were given";
    InvalidToken = "invalid_token", 401, "The token is not valid";
    TokenExpired = "token_expired", 401, "The token has expired";
    InvalidClient = "invalid_client", 401, "The client credentials are not valid";
    PairingInvalid = "pairing_invalid", 401, "The pairing is not valid or has expired";
    PairingUsed = "pairing_used", 401, "The pairing was used already";
    TicketInvalid = "ticket_invalid", 401, "The ticket is missing or not valid";
    TicketExpired = "ticket_expired", 401, "The ticket has expired";
    TicketUsed = "ticket_used", 401, "The ticket was used already";

    Forbidden = "forbidden", 403, "This principal may not do this";
    OriginNotAllowed = "origin_not_allowed", 403, "Pages of this origin may not do this";
    QuotaReached = "quota_reached", 403, "A quota of this host session is reached";
    NotAdmitted = "not_admitted", 403, "The seat is not admitted to this session";
    Removed = "removed", 403, "The host has removed this participant";

    NotFound = "not_found", 404, "There is nothing here";
    UnknownCode = "unknown_code", 404, "No live run has this code";
    MethodNotAllowed = "method_not_allowed", 405, "The method is not allowed here";
    NotAcceptable = "not_acceptable", 406, "None of the accepted media types is available";

    AlreadyCreated = "already_created", 409, "It was created already and its answer held a secret";
    IdempotencyInFlight = "idempotency_in_flight", 409, "The same request is still being worked on";
    Conflict = "conflict", 409, "The present state does not allow this";
    NameTaken = "name_taken", 409, "Another participant has this name";
    Locked = "locked", 409, "The host has closed the run to new participants";
    RunFull = "run_full", 409, "The run has as many participants as it may have";
    NotFinished = "not_finished", 409, "The results are not stored yet";

    RunOver = "run_over", 410, "The run is over";
    PreconditionFailed = "precondition_failed", 412, "It was changed meanwhile";
    TooLarge = "too_large", 413, "The body is too large";
    UnsupportedMediaType = "unsupported_media_type", 415, "The media type of the body is not supported";
    RangeNotSatisfiable = "range_not_satisfiable", 416, "The range lies outside of the file";

    Invalid = "invalid", 422, "The request is not valid";
    InvalidName = "invalid_name", 422, "The name is not usable";
    UnreadableSet = "unreadable_set", 422, "The question set cannot be read";
    IdempotencyKeyReused = "idempotency_key_reused", 422, "The Idempotency-Key was used for another request";
    TooManyQuestions = "too_many_questions", 422, "The run would have too many questions, or too large ones";

    UpgradeRequired = "upgrade_required", 426, "This address speaks WebSocket only";
    PreconditionRequired = "precondition_required", 428, "The If-Match header is missing";
    RateLimited = "rate_limited", 429, "Too many requests";
    TooManyGuesses = "too_many_guesses", 429, "Too many wrong codes";

    Internal = "internal", 500, "Something went wrong on our side";
    Unavailable = "unavailable", 503, "A part of the service did not answer";
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write as _;

    #[test]
    fn every_code_is_unique_and_found_by_its_name() {
        for (index, code) in Code::ALL.iter().enumerate() {
            assert_eq!(Code::find(code.as_str()), Some(*code));
            assert!(
                Code::ALL
                    .iter()
                    .skip(index + 1)
                    .all(|other| other.as_str() != code.as_str())
            );
        }
    }

    #[test]
    fn the_catalogue_changes_only_on_purpose() {
        let mut list = String::new();
        for code in Code::ALL {
            writeln!(list, "{} {}", code.status(), code).unwrap();
        }
        insta::assert_snapshot!(list);
    }
}
