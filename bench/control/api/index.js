//! The control of `cargo xtask bench api`: a plain JavaScript Worker that does the same bare work for four
//! requests: an Ed25519 token checked by WebCrypto, with its times, issuer and audience; the same rows by the
//! same statements from the same table; the same two files into R2. No budgets, no cursors, no log lines, no
//! security headers, no fine judgement of what was uploaded.
const COLUMNS =
  'id, owner_id, shared, title, format, language, question_count, categories, warnings, original_name, ' +
  'original_bytes, revision, version, created_at, updated_at';
const ONE = `SELECT ${COLUMNS} FROM question_sets WHERE tenant_id = ?1 AND id = ?2`;
const LIST = `SELECT ${COLUMNS} FROM question_sets WHERE tenant_id = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3`;
const INSERT = `INSERT INTO question_sets (tenant_id, ${COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)`;
const CLAIM = 'INSERT OR IGNORE INTO idempotency_keys (key, body_hash, created_at) VALUES (?1, ?2, ?3)';
const FINISH = 'UPDATE idempotency_keys SET status = ?2, body = ?3 WHERE key = ?1';

/** By isolate: the public key and whose tokens it checks. */
let trusted;

export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === '/setup') return setup(await request.json(), env);
    const claims = await verified(request, env);
    if (claims === undefined) return problem(401, 'invalid_token');
    if (claims.role === 'seat') return problem(403, 'forbidden');
    if (pathname !== '/v1/question-sets') return one(claims, pathname.slice('/v1/question-sets/'.length), env);
    if (request.method === 'POST') return upload(request, claims, env);
    return list(claims, Number(searchParams.get('limit') ?? 50), env);
  },
};

/** The tables, the rows of the other side, its public key and issuer. */
async function setup({ tenant, rows, key, issuer, audience }, env) {
  await env.DB.batch([
    env.DB.prepare(
      'CREATE TABLE question_sets (tenant_id TEXT NOT NULL, id TEXT NOT NULL, owner_id TEXT, shared INTEGER NOT NULL, ' +
        'title TEXT NOT NULL, format TEXT NOT NULL, language TEXT, question_count INTEGER NOT NULL, categories TEXT NOT NULL, ' +
        'warnings TEXT NOT NULL, original_name TEXT, original_bytes INTEGER NOT NULL, revision TEXT NOT NULL, ' +
        'version INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, PRIMARY KEY (tenant_id, id)) STRICT, WITHOUT ROWID',
    ),
    env.DB.prepare(
      'CREATE TABLE idempotency_keys (key TEXT PRIMARY KEY, body_hash TEXT NOT NULL, status INTEGER, body TEXT, ' +
        'created_at INTEGER NOT NULL) STRICT, WITHOUT ROWID',
    ),
    env.DB.prepare('CREATE TABLE trusted (tenant TEXT NOT NULL, key TEXT NOT NULL, issuer TEXT NOT NULL, audience TEXT NOT NULL) STRICT'),
    env.DB.prepare('INSERT INTO trusted VALUES (?1, ?2, ?3, ?4)').bind(tenant, JSON.stringify(key), issuer, audience),
  ]);
  await env.DB.batch(rows.map((row) => insert(env, tenant, { ...row, revision: 'rev', created_at: 0, updated_at: 0 })));
  return Response.json({ rows: rows.length });
}

/** The claims of the request's token, if it is good. */
async function verified(request, env) {
  trusted ??= await trust(env);
  const [scheme, token] = (request.headers.get('authorization') ?? '').split(' ');
  if (scheme !== 'Bearer') return undefined;
  const [header, body, signature] = token.split('.');
  const { alg, kid, typ } = part(header);
  if (alg !== 'EdDSA' || typ !== 'at+jwt' || kid !== trusted.kid) return undefined;
  const signed = new TextEncoder().encode(`${header}.${body}`);
  if (!(await crypto.subtle.verify('Ed25519', trusted.key, bytes(signature), signed))) return undefined;
  const claims = part(body);
  const now = Date.now() / 1_000;
  const good = claims.exp > now && claims.nbf <= now + 60 && claims.iss === trusted.issuer && claims.aud === trusted.audience;
  return good ? claims : undefined;
}

async function trust(env) {
  const { key, issuer, audience } = await env.DB.prepare('SELECT key, issuer, audience FROM trusted').first();
  const jwk = JSON.parse(key);
  return { kid: jwk.kid, key: await crypto.subtle.importKey('jwk', jwk, 'Ed25519', false, ['verify']), issuer, audience };
}

async function one({ tenant }, id, env) {
  const row = await env.DB.prepare(ONE).bind(tenant, id).first();
  if (row === null) return problem(404, 'not_found');
  return Response.json(record(row), { headers: { etag: `"v${row.version}"` } });
}

async function list({ tenant }, limit, env) {
  const { results } = await env.DB.prepare(LIST).bind(tenant, '~', limit + 1).all();
  const data = results.slice(0, limit).map(record);
  const next = results.length > limit ? btoa(data.at(-1).id) : null;
  return Response.json({ data, next });
}

/** Hashes, claims the key, reads and checks the set, writes both files, records set and answer. */
async function upload(request, { tenant }, env) {
  const key = request.headers.get('idempotency-key');
  const file = (await request.formData()).get('file');
  const original = await file.arrayBuffer();
  const hash = hex(await crypto.subtle.digest('SHA-256', original));
  const { meta } = await env.DB.prepare(CLAIM).bind(key, hash, Date.now()).run();
  if (meta.changes === 0) return problem(409, 'idempotency_in_flight');
  const set = JSON.parse(new TextDecoder().decode(original));
  if (!set.questions.every(sound)) return problem(422, 'unreadable_set');
  const [id, revision, now] = [crypto.randomUUID(), crypto.randomUUID(), Date.now()];
  const folder = `${tenant}/question-sets/${id}/${revision}`;
  await env.BUCKET.put(`${folder}/original`, original);
  await env.BUCKET.put(`${folder}/set.json`, JSON.stringify(set));
  const counts = Map.groupBy(set.questions, ({ category }) => category);
  const row = {
    id, owner_id: null, shared: 0, title: set.title, format: 'lectern', language: set.language,
    question_count: set.questions.length, categories: [...counts].map(([name, all]) => ({ name, questions: all.length })),
    warnings: [], original_name: file.name, original_bytes: original.byteLength, revision, version: 1, created_at: now, updated_at: now,
  };
  const body = JSON.stringify(row);
  await env.DB.batch([insert(env, tenant, row), env.DB.prepare(FINISH).bind(key, 201, body)]);
  return new Response(body, { status: 201, headers: { 'content-type': 'application/json', location: `/v1/question-sets/${id}` } });
}

function sound({ kind, text, options }) {
  return (
    kind === 'single_choice' &&
    text.length > 0 &&
    text.length <= 4_000 &&
    options.length >= 2 &&
    options.every((option) => option.text.length > 0 && option.text.length <= 1_000) &&
    options.filter((option) => option.correct).length === 1
  );
}

function insert(env, tenant, row) {
  return env.DB.prepare(INSERT).bind(
    tenant, row.id, row.owner_id ?? null, Number(row.shared), row.title, row.format, row.language, row.question_count,
    JSON.stringify(row.categories), JSON.stringify(row.warnings), row.original_name ?? null, row.original_bytes ?? row.bytes,
    row.revision, row.version ?? 1, row.created_at, row.updated_at,
  );
}

function record(row) {
  return {
    id: row.id, title: row.title, language: row.language, format: row.format, question_count: row.question_count,
    categories: JSON.parse(row.categories), warnings: JSON.parse(row.warnings), shared: row.shared !== 0, owned: true,
    bytes: row.original_bytes, created_at: new Date(row.created_at).toISOString(), updated_at: new Date(row.updated_at).toISOString(),
  };
}

function problem(status, code) {
  const body = { type: `https://lectern.example/problems/${code}`, title: code, status, detail: code, code, request_id: crypto.randomUUID() };
  return Response.json(body, { status, headers: { 'content-type': 'application/problem+json' } });
}

function part(text) {
  return JSON.parse(new TextDecoder().decode(bytes(text)));
}

function bytes(base64url) {
  return Uint8Array.from(atob(base64url.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));
}

function hex(buffer) {
  return [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
