//! Access tokens that were not given, or not for this: the table of what is tried, and its refusals.
import { createHmac, createPrivateKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Api, anyone, client, freshAddress, guest, randomKey } from '../harness/api';
import { expectProblem } from '../harness/expect';
import { aRun, join as takeSeat, screen } from '../harness/run';
import { ROOT } from '../harness/server';

type Fields = Record<string, unknown>;

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const read = (text: string) => JSON.parse(Buffer.from(text, 'base64url').toString()) as Fields;

/** The key with which the local Workers sign: an attacker has it not, so the tokens are good but for one thing. */
function ourKey(): KeyObject {
  const vars = readFileSync(join(ROOT, '.dev.vars'), 'utf8');
  const keys = JSON.parse(/^SIGNING_KEYS='(.*)'$/m.exec(vars)?.[1] ?? '[]') as { kid: string; key: string }[];
  const seed = Buffer.from(keys[0]!.key, 'base64url');
  // RFC 8410: an Ed25519 private key in PKCS #8 is this prefix and the seed.
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}

let token: string;
let header: Fields;
let claims: Fields;
beforeAll(async () => {
  token = (await client('alder')).token!;
  const [first, second] = token.split('.') as [string, string];
  [header, claims] = [read(first), read(second)];
});

/** A token that is signed as ours are, with other content. */
function signed(change: { header?: Fields; claims?: Fields; key?: KeyObject } = {}): string {
  const content = `${part({ ...header, ...change.header })}.${part({ ...claims, ...change.claims })}`;
  return `${content}.${sign(null, Buffer.from(content), change.key ?? ourKey()).toString('base64url')}`;
}

const now = () => Math.floor(Date.now() / 1_000);
const foreign = generateKeyPairSync('ed25519');

describe('a token that was made by somebody else', () => {
  it('is told from ours: ours, made here, is accepted', async () => {
    expect((await new Api(signed()).get('/v1/question-sets')).status).toBe(200);
  });

  it.each<[string, () => string, string?]>([
    ['alg none, unsigned', () => `${part({ ...header, alg: 'none' })}.${part(claims)}.`],
    ['alg none, with our signature', () => `${part({ ...header, alg: 'none' })}.${token.split('.').slice(1).join('.')}`],
    ['alg in capitals', () => signed({ header: { alg: 'NONE' } })],
    [
      'HMAC with our public key as the secret',
      () => {
        const content = `${part({ ...header, alg: 'HS256' })}.${part(claims)}`;
        return `${content}.${createHmac('sha256', String(header['kid'])).update(content).digest('base64url')}`;
      },
    ],
    ['alg RS256', () => signed({ header: { alg: 'RS256' } })],
    ['no alg', () => signed({ header: { alg: undefined } })],
    ['a foreign kid', () => signed({ header: { kid: 'foreign' }, key: foreign.privateKey })],
    ['our kid, another key', () => signed({ key: foreign.privateKey })],
    ['no kid', () => signed({ header: { kid: undefined } })],
    ['a kid that is a path', () => signed({ header: { kid: '../../dev/null' } })],
    ['a kid that is SQL', () => signed({ header: { kid: "x' OR '1'='1" } })],
    ['a key in its header', () => signed({ header: { jwk: foreign.publicKey.export({ format: 'jwk' }) }, key: foreign.privateKey })],
    ['the address of a key', () => signed({ header: { jku: 'https://evil.example/jwks.json' }, key: foreign.privateKey })],
    ['a certificate', () => signed({ header: { x5c: ['AAAA'] }, key: foreign.privateKey })],
    ['the address of a certificate', () => signed({ header: { x5u: 'https://evil.example/cert' }, key: foreign.privateKey })],
    ['something critical', () => signed({ header: { crit: ['b64'], b64: false } })],
    ['another type', () => signed({ header: { typ: 'JWT' } })],
    ['a ticket’s type', () => signed({ header: { typ: 'ticket+jwt' } })],
    ['another issuer', () => signed({ claims: { iss: 'https://evil.example' } })],
    ['no issuer', () => signed({ claims: { iss: undefined } })],
    ['another audience', () => signed({ claims: { aud: 'somebody-else' } })],
    ['many audiences', () => signed({ claims: { aud: ['lectern', 'somebody-else'] } })],
    ['its end in the past', () => signed({ claims: { exp: now() - 1 } }), 'token_expired'],
    ['no end', () => signed({ claims: { exp: undefined } })],
    ['its beginning in the future', () => signed({ claims: { nbf: now() + 60 } })],
    ['no beginning', () => signed({ claims: { nbf: undefined } })],
    ['a role that there is not', () => signed({ claims: { role: 'operator' } })],
    ['a tenant that is none', () => signed({ claims: { tenant: '*' } })],
    ['a subject that is none', () => signed({ claims: { sub: '' } })],
    ['its last letters cut off', () => token.slice(0, -4)],
    ['its signature cut off', () => token.slice(0, token.lastIndexOf('.') + 1)],
    ['only its header', () => token.split('.')[0]!],
    ['a fourth part', () => `${token}.x`],
    ['other bits at the end of its base64', () => `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`],
    ['deep JSON as its header', () => `${Buffer.from('['.repeat(2_000)).toString('base64url')}.${part(claims)}.AAAA`],
    ['no JSON', () => 'x.y.z'],
    ['8 kB', () => `${'x'.repeat(8_000)}.${'y'.repeat(100)}.z`],
  ])('is refused: %s', async (_, make, code) => {
    const answer = await new Api(make()).get('/v1/question-sets');
    expectProblem(answer, 401, code ?? 'invalid_token');
    expect(answer.headers.get('www-authenticate')).toContain('Bearer');
  });

  it.each(['/v1/question-sets', '/v1/operator/dead-letters'])('is not tried without end at %s: its address runs out of requests, and a good token from there still passes', async (path) => {
    const [from, bad] = [freshAddress(), new Api(signed({ key: foreign.privateKey }))];
    const answers = [];
    for (let round = 0; round < 40; round += 1) {
      answers.push(...(await Promise.all(Array.from({ length: 20 }, () => bad.get(path, { from })))));
    }
    expectProblem(answers[0]!, 401, 'invalid_token');
    expect(answers[0]!.headers.get('ratelimit')).toMatch(/^"address";r=\d+;t=\d+$/);
    const refused = answers.find((answer) => answer.status !== 401)!;
    expectProblem(refused, 429, 'rate_limited');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.headers.get('ratelimit')).toContain('"address";r=0;');
    expect((await new Api(token).get('/v1/question-sets', { from })).status).toBe(200);
    expectProblem(await bad.get(path, { from: freshAddress() }), 401, 'invalid_token');
  });

  it('is refused: 100 kB long, by whoever sees it first', async () => {
    const answer = await new Api(`${'x'.repeat(100_000)}.y.z`).get('/v1/question-sets').catch(() => undefined);
    // The runtime itself may refuse the header, or cut the connection, before a Worker sees it.
    if (answer !== undefined) expect([400, 401, 413, 431]).toContain(answer.status);
    expect((await anyone.get('/v1/health')).status).toBe(200);
  });

  it('is refused: sent in the address, as a cookie, or with another scheme', async () => {
    expectProblem(await anyone.get(`/v1/question-sets?access_token=${token}`), 401, 'unauthenticated');
    expectProblem(await anyone.get('/v1/question-sets', { headers: { cookie: `token=${token}` } }), 401, 'unauthenticated');
    for (const authorization of [`Basic ${token}`, token, 'Bearer', 'Bearer  ', `bearer\t${token}`]) {
      const answer = await anyone.get('/v1/question-sets', { headers: { authorization } });
      expect(answer.status, authorization.slice(0, 12)).toBe(401);
    }
  });
});

describe('a token for something else', () => {
  it('a seat’s opens neither sets nor results nor another run’s tickets', async () => {
    const api = await client('alder');
    const [run, other] = [await aRun(api), await aRun(api)];
    const seat = (await takeSeat(run, 'Mallory')).body;
    const held = new Api(seat.token);
    expectProblem(await held.get('/v1/question-sets'), 403, 'forbidden');
    expectProblem(await held.get(`/v1/speedruns/${run.id}/results`), 403, 'forbidden');
    expectProblem(await held.create('/v1/speedruns', { json: { question_set: 'x' } }), 403, 'forbidden');
    for (const role of ['host', 'wall']) {
      expect((await held.post(`/v1/speedruns/${run.id}/tickets`, { role, screen: randomKey() })).status, role).toBe(403);
    }
    expectProblem(await held.post(`/v1/speedruns/${other.id}/tickets`, {}), 404, 'not_found');
  });

  it('a ticket is no token, and a token no ticket', async () => {
    const run = await aRun(await client('alder'));
    const seat = (await takeSeat(run, 'Trudy')).body;
    expectProblem(await new Api(seat.ticket).get('/v1/question-sets'), 401, 'invalid_token');
  });

  it('a guest’s sees no other guest’s things, and not the tenant’s', async () => {
    const [one, other] = [await guest('alder'), await guest('alder')];
    const owner = await client('alder');
    const run = await aRun(one);
    const tenants = await aRun(owner);
    for (const id of [run.id, tenants.id]) {
      for (const path of [`/v1/speedruns/${id}`, `/v1/speedruns/${id}/results`]) {
        expectProblem(await other.get(path), 404, 'not_found');
      }
      expectProblem(await other.post(`/v1/speedruns/${id}/tickets`, { role: 'host', screen: randomKey() }), 404, 'not_found');
    }
    expect((await screen(owner, tenants, 'host')).role).toBe('host');
  });

  it('the operator’s routes want the operator’s token', async () => {
    for (const api of [anyone, new Api(token), new Api('x'.repeat(43))]) {
      const answer = await api.get('/v1/operator/dead-letters');
      expect(answer.status).toBeGreaterThanOrEqual(401);
      expect(answer.status).toBeLessThanOrEqual(404);
    }
  });
});
