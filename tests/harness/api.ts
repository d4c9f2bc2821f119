//! HTTP as a program of a tenant speaks it.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { leak } from './leaks';
import { ROOT, origin, storage } from './server';

/** An answer, read whole. */
export interface Answer<T = any> {
  status: number;
  headers: Headers;
  text: string;
  bytes: Uint8Array;
  /** The body, if it is JSON. */
  body: T;
}

export interface Call {
  json?: unknown;
  form?: FormData;
  body?: BodyInit;
  headers?: Record<string, string>;
  /** The address from which the call seems to come. */
  from?: string;
}

/** A caller with its credentials. */
export class Api {
  constructor(readonly token?: string) {}

  async call<T = any>(method: string, path: string, call: Call = {}): Promise<Answer<T>> {
    const headers = new Headers(call.headers);
    if (this.token !== undefined && !headers.has('authorization')) headers.set('authorization', `Bearer ${this.token}`);
    if (call.from !== undefined) headers.set('cf-connecting-ip', call.from);
    if (call.json !== undefined && !headers.has('content-type')) headers.set('content-type', 'application/json');
    const body = call.form ?? call.body ?? (call.json === undefined ? null : JSON.stringify(call.json));
    const response = await fetch(new URL(path, origin()), { method, headers, body, redirect: 'manual' });
    const bytes = new Uint8Array(await response.arrayBuffer());
    const text = new TextDecoder().decode(bytes);
    const leaked = leak(text, this.token);
    if (leaked !== undefined) throw new Error(`${method} ${path} tells ${leaked}`);
    return { status: response.status, headers: response.headers, text, bytes, body: parsed(text) as T };
  }

  get<T = any>(path: string, call?: Call): Promise<Answer<T>> {
    return this.call<T>('GET', path, call);
  }

  /** A POST that creates: with a fresh `Idempotency-Key` unless one is given. */
  create<T = any>(path: string, call: Call = {}): Promise<Answer<T>> {
    return this.call<T>('POST', path, { ...call, headers: { 'idempotency-key': randomKey(), ...call.headers } });
  }

  /** A POST without one: tokens, tickets, joins. */
  post<T = any>(path: string, json: unknown, call: Call = {}): Promise<Answer<T>> {
    return this.call<T>('POST', path, { ...call, json });
  }
}

/** Nobody in particular. */
export const anyone = new Api();

/** A tenant's program, signed on. */
export async function client(tenant: string): Promise<Api> {
  const { client_id, client_secret } = credentials(tenant);
  const answer = await anyone.post('/v1/token', { grant_type: 'client_credentials', client_id, client_secret });
  return new Api(must(answer, 200).access_token as string);
}

/** A person hosting without an account. */
export async function guest(tenant: string): Promise<Api & { session: string }> {
  const body = must(await anyone.post('/v1/sign-on/host', { tenant }, { from: freshAddress() }), 201);
  return Object.assign(new Api(body.token as string), { session: body.host_session as string });
}

/** The operator of this machine. */
export function operator(): Api {
  return new Api(readFileSync(join(ROOT, '.lectern/operator-token'), 'utf8').trim());
}

export interface Credentials {
  tenant_id: string;
  client_id: string;
  client_secret: string;
}

/** A tenant's first API client. */
export function credentials(tenant: string): Credentials {
  const all = JSON.parse(readFileSync(join(storage(), 'tenants.json'), 'utf8')) as Record<string, Credentials>;
  const found = all[tenant];
  if (found === undefined) throw new Error(`no tenant ${tenant}`);
  return found;
}

/** The body of an answer that must have this status. */
export function must<T>(answer: Answer<T>, status: number): T {
  if (answer.status !== status) throw new Error(`${answer.status} instead of ${status}: ${answer.text.slice(0, 500)}`);
  return answer.body;
}

/** A key that nobody used before. */
export function randomKey(): string {
  return randomBytes(18).toString('base64url');
}

let addresses = 0;

/** An address from which nothing came before, so that no other test's guesses count. */
export function freshAddress(): string {
  addresses += 1;
  const part = () => String(1 + Math.floor(Math.random() * 250));
  return `10.${part()}.${part()}.${1 + (addresses % 250)}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
