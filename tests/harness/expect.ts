//! What is said again and again about answers.
import { expect } from 'vitest';
import type { Answer } from './api';

/** A refusal: RFC 9457, with this status and code, and nothing of the inside. */
export function expectProblem(answer: Answer, status: number, code: string): void {
  expect({ status: answer.status, code: answer.body?.code }, answer.text.slice(0, 400)).toEqual({ status, code });
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect(answer.body).toMatchObject({ status, type: expect.stringContaining(code), title: expect.any(String), detail: expect.any(String) });
  expect(answer.body.request_id).toMatch(/^req_/);
  expect(answer.text).not.toMatch(/\/(src|work|root|home)\/|panicked|stack|SQLITE|D1_ERROR/);
}

/** Everything of two answers that a caller can compare, without what names the request. */
export function comparable(answer: Answer): unknown {
  const varies = ['date', 'x-request-id', 'request-id', 'lectern-request-id', 'cf-ray', 'ratelimit', 'content-length'];
  const headers = [...answer.headers].filter(([name]) => !varies.includes(name));
  return { status: answer.status, headers, body: { ...answer.body, request_id: undefined } };
}
