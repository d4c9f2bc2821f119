//! Codes of refusals that people bring about, or can do something about.
//!
//! Every such code has a sentence in every language; a new code of the API or of an engine does not
//! compile here until it is given one, or named as technical.

import type { ProblemCode } from '../generated/ProblemCode';
import type { Reason } from '../generated/Reason';

/** Only a faulty program or network brings these about: one sentence for all of them. */
type Technical =
  | 'bad_request'
  | 'invalid_json'
  | 'invalid_multipart'
  | 'idempotency_key_missing'
  | 'unsupported_grant_type'
  | 'invalid_client'
  | 'ticket_invalid'
  | 'ticket_expired'
  | 'ticket_used'
  | 'origin_not_allowed'
  | 'method_not_allowed'
  | 'not_acceptable'
  | 'already_created'
  | 'idempotency_in_flight'
  | 'range_not_satisfiable'
  | 'idempotency_key_reused'
  | 'upgrade_required'
  | 'precondition_required'
  | 'invalid_run';

/** The sentences for codes of the API, of the engine and of our own client (`offline`). */
export type Problems = Record<Exclude<ProblemCode | Reason, Technical> | 'offline', string>;

/** How a catalogue tells a code: its sentence, or `otherwise`. */
export interface Telling {
  problems: Problems;
  problem(code: string): string;
  knows(code: string): boolean;
}

/** Tells codes by these sentences. */
export function telling(problems: Problems, otherwise: string): Telling {
  const knows = (code: string): code is keyof Problems => Object.hasOwn(problems, code);
  return { problems, knows, problem: (code) => (knows(code) ? problems[code] : otherwise) };
}
