//! One request to the API, and its problems.

/** Something wrong inside what was sent. */
export interface Fault {
  pointer?: string;
  line?: number;
  column?: number;
  code: string;
  detail: string;
}

/** The API said no (RFC 9457), or could not be reached (`offline`). */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly errors: Fault[] = [],
  ) {
    super(`${code}: ${detail}`);
    this.name = 'Problem';
  }
}

/** How a request is made. */
export interface Request {
  method?: string;
  token?: string | undefined;
  json?: unknown;
  form?: FormData;
  headers?: Record<string, string>;
  /** For POSTs that create: the same key, the same result. */
  idempotencyKey?: string;
}

/** Makes a request; throws `Problem` for anything but success. */
export async function request(path: string, how: Request = {}): Promise<Response> {
  const headers = new Headers(how.headers);
  if (how.token !== undefined) headers.set('authorization', `Bearer ${how.token}`);
  if (how.json !== undefined) headers.set('content-type', 'application/json');
  if (how.idempotencyKey !== undefined) headers.set('idempotency-key', how.idempotencyKey);
  const body = how.json === undefined ? how.form : JSON.stringify(how.json);
  const method = how.method ?? (body === undefined ? 'GET' : 'POST');
  let response: Response;
  try {
    response = await fetch(path, { method, headers, body: body ?? null, credentials: 'omit' });
  } catch {
    throw new Problem(0, 'offline', 'The network cannot be reached.');
  }
  if (!response.ok) throw await problem(response);
  return response;
}

/** Makes a request for JSON. */
export async function json<T>(path: string, how: Request = {}): Promise<T> {
  return (await (await request(path, how)).json()) as T;
}

async function problem(response: Response): Promise<Problem> {
  const body = (await response.json().catch(() => ({}))) as { code?: string; detail?: string; errors?: Fault[] };
  return new Problem(response.status, body.code ?? `http_${response.status}`, body.detail ?? '', body.errors ?? []);
}

/** The code of whatever was thrown. */
export function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : 'internal';
}

/** 128 random bits and more, as base64url. */
export function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(18));
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_');
}
