import { createPublicKey, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Api, anyone, client, credentials, freshAddress, must } from '../../harness/api';
import { expectProblem } from '../../harness/expect';

const grant = 'client_credentials';

describe('POST /v1/token', () => {
  it('gives a tenant’s program a token for fifteen minutes that nobody may cache', async () => {
    const { client_id, client_secret } = credentials('alder');
    const answer = await anyone.post('/v1/token', { grant_type: grant, client_id, client_secret });
    expect(must(answer, 200)).toMatchObject({ token_type: 'Bearer', expires_in: 900 });
    expect(answer.headers.get('cache-control')).toContain('no-store');
  });

  it('takes the credentials as a form and as HTTP Basic too', async () => {
    const { client_id, client_secret } = credentials('alder');
    const form = await anyone.call('POST', '/v1/token', { body: new URLSearchParams({ grant_type: grant, client_id, client_secret }) });
    expect(form.status).toBe(200);
    const authorization = `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}`;
    const basic = await anyone.call('POST', '/v1/token', { headers: { authorization }, body: new URLSearchParams({ grant_type: grant }) });
    expect(basic.status).toBe(200);
  });

  it('refuses a wrong secret and an unknown client alike', async () => {
    const { client_id } = credentials('alder');
    const wrong = await anyone.post('/v1/token', { grant_type: grant, client_id, client_secret: 'lsk_wrong' });
    expectProblem(wrong, 401, 'invalid_client');
    const unknown = await anyone.post('/v1/token', { grant_type: grant, client_id: 'cli_00000000000000000000000000', client_secret: 'x' });
    expectProblem(unknown, 401, 'invalid_client');
    expect(wrong.body.detail).toBe(unknown.body.detail);
  });

  it('brakes who guesses a secret, and locks out nobody else', async () => {
    const { client_id, client_secret } = credentials('birch');
    const [stranger, neighbour] = [freshAddress(), freshAddress()];
    const ask = (secret: string, from: string) => anyone.post('/v1/token', { grant_type: grant, client_id, client_secret: secret }, { from });
    expect((await ask(client_secret, neighbour)).status).toBe(200);
    const answers = [];
    for (let guess = 0; guess < 30; guess += 1) answers.push(await ask(`wrong-${guess}`, stranger));
    expectProblem(answers[0]!, 401, 'invalid_client');
    const braked = answers.at(-1)!;
    expectProblem(braked, 429, 'rate_limited');
    expect(Number(braked.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(answers.filter((answer) => answer.status === 401).length).toBeLessThan(25);
    // The client itself: from its own address, and even from the stranger's.
    expect((await ask(client_secret, neighbour)).status).toBe(200);
    expect((await ask(client_secret, stranger)).status).toBe(200);
    const other = { ...credentials('alder'), tenant_id: undefined, grant_type: grant };
    expect((await anyone.post('/v1/token', other, { from: stranger })).status).toBe(200);
  });

  it('refuses another grant and a body that is none', async () => {
    expectProblem(await anyone.post('/v1/token', { grant_type: 'password', client_id: 'x', client_secret: 'y' }), 400, 'unsupported_grant_type');
    expectProblem(await anyone.call('POST', '/v1/token', { body: '{', headers: { 'content-type': 'application/json' } }), 400, 'invalid_json');
  });
});

describe('an access token', () => {
  it('is signed with a key that the JWKS address names', async () => {
    const { token } = await client('alder');
    const [header, claims, signature] = token!.split('.') as [string, string, string];
    const { kid, alg } = JSON.parse(Buffer.from(header, 'base64url').toString());
    const keys = must(await anyone.get('/.well-known/jwks.json'), 200).keys;
    const key = keys.find((one: { kid: string }) => one.kid === kid);
    expect(key).toMatchObject({ kty: 'OKP', crv: 'Ed25519', use: 'sig', alg: 'EdDSA' });
    expect(alg).toBe('EdDSA');
    const publicKey = createPublicKey({ key, format: 'jwk' });
    expect(verify(null, Buffer.from(`${header}.${claims}`), publicKey, Buffer.from(signature, 'base64url'))).toBe(true);
    expect(Object.keys(key)).not.toContain('d');
  });

  it('is refused when it is missing, changed, cut, unsigned or of an unknown key', async () => {
    const { token } = await client('alder');
    const [header, claims, signature] = token!.split('.') as [string, string, string];
    const decoded = JSON.parse(Buffer.from(header, 'base64url').toString());
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const other = JSON.parse(Buffer.from(claims, 'base64url').toString());
    const bad = [
      'x',
      'a.b.c',
      token!.slice(0, -4),
      `${header}.${claims}.`,
      `${encode({ ...decoded, alg: 'none' })}.${claims}.`,
      `${encode({ ...decoded, alg: 'HS256' })}.${claims}.${signature}`,
      `${encode({ ...decoded, kid: 'foreign' })}.${claims}.${signature}`,
      `${encode({ ...decoded, jwk: {} })}.${claims}.${signature}`,
      `${header}.${encode({ ...other, exp: other.exp + 9_000 })}.${signature}`,
      'x'.repeat(8_000),
    ];
    for (const one of bad) {
      const answer = await new Api(one).get('/v1/question-sets');
      expectProblem(answer, 401, 'invalid_token');
      expect(answer.headers.get('www-authenticate')).toContain('Bearer');
    }
    const missing = await anyone.get('/v1/question-sets');
    expectProblem(missing, 401, 'unauthenticated');
    expect(missing.headers.get('www-authenticate')).toContain('Bearer');
  });
});
