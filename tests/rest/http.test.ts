import { beforeAll, describe, expect, it } from 'vitest';
import { Api, anyone, client, freshAddress, must, randomKey } from '../harness/api';
import { expectProblem } from '../harness/expect';
import { aSet, document, form, singleChoice } from '../harness/sets';
import { ALLOWED_ORIGIN } from '../harness/setup';

const ABSENT: Record<string, string> = {
  image: '0'.repeat(64),
  question_set: 'set_00000000000000000000000000',
  speedrun: 'run_00000000000000000000000000',
};

let api: Api;
let routes: { method: string; path: string; open: boolean }[];

beforeAll(async () => {
  api = await client('alder');
  const described = must(await anyone.get('/openapi.json'), 200);
  const methods = ['get', 'post', 'put', 'patch', 'delete'];
  routes = Object.entries<Record<string, any>>(described.paths).flatMap(([path, item]) =>
    methods.filter((method) => method in item).map((method) => ({
      method: method.toUpperCase(),
      path: path.replace(/\{(\w+)\}/g, (_, name: string) => {
        if (name.includes('image')) return ABSENT['image']!;
        if (path.includes('dead-letters')) return 'out_00000000000000000000000000';
        return path.includes('question-sets') ? ABSENT['question_set']! : ABSENT['speedrun']!;
      }),
      open: /sign-on|token|health|jwks|openapi/.test(path),
    })),
  );
});

describe('every described route', () => {
  it('is one of those that the contract names', () => {
    const paths = [...new Set(routes.map(({ path }) => path))];
    for (const part of ['/v1/token', '/v1/sign-on/join', '/v1/sign-on/pair', '/v1/sign-on/host', '/v1/question-sets', '/v1/speedruns', '/v1/operator/dead-letters', '/v1/health']) {
      expect(paths).toContain(part);
    }
    expect(routes.length).toBeGreaterThanOrEqual(20);
  });

  it('asks for credentials unless it is there to give them', async () => {
    for (const { method, path } of routes.filter(({ open }) => !open)) {
      if (path.startsWith('/v1/live')) continue;
      const answer = await anyone.call(method, path, { headers: { 'idempotency-key': randomKey() } });
      expect([answer.status, answer.body?.code], `${method} ${path}`).toEqual([401, 'unauthenticated']);
      expect(answer.headers.get('www-authenticate'), path).toContain('Bearer');
    }
  });

  it('answers a method that it does not have with the methods that it has', async () => {
    for (const path of new Set(routes.map((route) => route.path))) {
      if (path.startsWith('/v1/live')) continue;
      const answer = await api.call('PROPFIND', path);
      expect([answer.status, answer.body?.code], path).toEqual([405, 'method_not_allowed']);
      expect(answer.headers.get('allow')?.length, path).toBeGreaterThan(2);
    }
  });

  it('carries the security headers, and a request id', async () => {
    for (const { method, path } of routes) {
      if (path.startsWith('/v1/live')) continue;
      const answer = await anyone.call(method, path, method === 'GET' ? {} : { json: {} });
      expect(answer.headers.get('x-content-type-options'), path).toBe('nosniff');
      expect(answer.headers.get('strict-transport-security'), path).toMatch(/max-age=\d{8}/);
      expect(answer.headers.get('cache-control'), `${method} ${path}`).not.toBeNull();
    }
  });
});

describe('a request that asks for the wrong thing', () => {
  it('gets 404 for a path that is none', async () => {
    for (const path of ['/v1/nothing', '/v1/question-sets/x/y/z', '/v1/question-sets/not-an-id', '/v1/speedruns/set_00000000000000000000000000']) {
      expectProblem(await api.get(path), 404, 'not_found');
    }
  });

  it('gets 415 for a body of another type, and 400 for JSON that is none', async () => {
    const key = { 'idempotency-key': randomKey() };
    const text = await api.call('POST', '/v1/speedruns', { body: 'x', headers: { 'content-type': 'text/plain', ...key } });
    expectProblem(text, 415, 'unsupported_media_type');
    const broken = await api.call('POST', '/v1/speedruns', { body: '{"a":', headers: { 'content-type': 'application/json', ...key } });
    expectProblem(broken, 400, 'invalid_json');
  });

  it('gets 413 for a body larger than any that is wanted', async () => {
    const json = { question_set: 'x'.repeat(3_000_000) };
    expectProblem(await api.create('/v1/speedruns', { json }), 413, 'too_large');
  });

  it('gets 406 when it accepts nothing that there is', async () => {
    const answer = await api.get('/v1/question-sets', { headers: { accept: 'image/png' } });
    expectProblem(answer, 406, 'not_acceptable');
  });
});

describe('limits', () => {
  it('refuse who has used up its budget, and say when to come back', async () => {
    const closed = await client('closed');
    const answers = [];
    for (let asked = 0; asked < 14; asked += 1) answers.push(await closed.get('/v1/question-sets'));
    expect(answers[0]!.status).toBe(200);
    expect(Number(/r=(\d+)/.exec(answers[1]!.headers.get('ratelimit')!)![1])).toBeLessThan(10);
    const refused = answers.find((answer) => answer.status !== 200)!;
    expectProblem(refused, 429, 'rate_limited');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await api.get('/v1/question-sets')).status).toBe(200);
  });

  it('hold for every route that asks for no token, by the address', async () => {
    for (const { method, path } of routes.filter(({ open }) => open)) {
      const answer = await anyone.call(method, path, method === 'GET' ? {} : { json: {} });
      expect(answer.headers.get('ratelimit-policy'), path).toMatch(/^"address";q=\d+;w=60$/);
      expect(answer.headers.get('ratelimit'), path).toMatch(/^"address";r=\d+;t=\d+$/);
    }
  });

  it('refuse an address that asks without end, and no other; joining has a budget of its own', async () => {
    const [greedy, other] = [freshAddress(), freshAddress()];
    const answers = [];
    for (let round = 0; round < 40; round += 1) {
      answers.push(...(await Promise.all(Array.from({ length: 20 }, () => anyone.get('/v1/health', { from: greedy })))));
    }
    expect(answers[0]!.status).toBe(200);
    const refused = answers.find((answer) => answer.status !== 200)!;
    expectProblem(refused, 429, 'rate_limited');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.headers.get('ratelimit')).toContain('"address";r=0;');
    expect((await anyone.get('/v1/health', { from: other })).status).toBe(200);
    const join = await anyone.post('/v1/sign-on/join', {}, { from: greedy });
    expectProblem(join, 422, 'invalid');
    expect(Number(/q=(\d+)/.exec(join.headers.get('ratelimit-policy')!)![1])).toBeGreaterThanOrEqual(3_000);
  });

  it('are told on every authorised answer', async () => {
    const answer = await api.get('/v1/question-sets');
    expect(answer.headers.get('ratelimit-policy')).toMatch(/q=\d+/);
    expect(answer.headers.get('ratelimit')).toMatch(/r=\d+/);
  });
});

describe('CORS', () => {
  const allowed = ALLOWED_ORIGIN;

  it('lets a tenant’s own pages read answers, and nobody else’s', async () => {
    const birch = await client('birch');
    const mine = await birch.get('/v1/question-sets', { headers: { origin: allowed } });
    expect(mine.headers.get('access-control-allow-origin')).toBe(allowed);
    expect(mine.headers.get('vary')?.toLowerCase()).toContain('origin');
    for (const origin of ['https://evil.example', 'https://school.example.evil.example', 'null']) {
      const answer = await birch.get('/v1/question-sets', { headers: { origin } });
      expect(answer.headers.get('access-control-allow-origin'), origin).toBeNull();
    }
    const alder = await api.get('/v1/question-sets', { headers: { origin: allowed } });
    expect(alder.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('never allows everybody together with credentials', async () => {
    const preflight = await anyone.call('OPTIONS', '/v1/question-sets', {
      headers: { origin: allowed, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,idempotency-key' },
    });
    expect(preflight.status).toBeLessThan(300);
    expect(preflight.headers.get('access-control-allow-methods')).toContain('POST');
    const everybody = preflight.headers.get('access-control-allow-origin') === '*';
    expect(everybody && preflight.headers.get('access-control-allow-credentials') === 'true').toBe(false);
  });
});

describe('Idempotency-Key', () => {
  it('is wanted where something is created', async () => {
    const question_set = await aSet(api, [singleChoice('Q')]);
    const answer = await api.call('POST', '/v1/speedruns', { json: { question_set } });
    expectProblem(answer, 400, 'idempotency_key_missing');
  });

  it('gives the stored answer again, and another body under the same key is refused', async () => {
    const question_set = await aSet(api, [singleChoice('Q')]);
    const headers = { 'idempotency-key': randomKey() };
    const first = await api.create('/v1/speedruns', { json: { question_set }, headers });
    const again = await api.create('/v1/speedruns', { json: { question_set }, headers });
    expect(again.status).toBe(first.status);
    expect(must(again, 201)).toEqual(first.body);
    const other = await api.create('/v1/speedruns', { json: { question_set, title: 'Other' }, headers });
    expectProblem(other, 422, 'idempotency_key_reused');
  });

  it('makes one of many that come at the same time', async () => {
    const question_set = await aSet(api, [singleChoice('Q')]);
    const headers = { 'idempotency-key': randomKey() };
    const answers = await Promise.all(Array.from({ length: 8 }, () => api.create('/v1/speedruns', { json: { question_set }, headers })));
    const made = answers.filter((answer) => answer.status === 201);
    expect(new Set(made.map((answer) => answer.body.id)).size).toBe(1);
    for (const answer of answers.filter((one) => one.status !== 201)) expectProblem(answer, 409, 'idempotency_in_flight');
  });

  it('is a principal’s own: the same key of another does not meet it', async () => {
    const birch = await client('birch');
    const headers = { 'idempotency-key': 'the-same-key-for-everybody' };
    const [a, b] = [await aSet(api, [singleChoice('Q')]), await aSet(birch, [singleChoice('Q')])];
    const [first, second] = [
      await api.create('/v1/speedruns', { json: { question_set: a }, headers }),
      await birch.create('/v1/speedruns', { json: { question_set: b }, headers }),
    ];
    expect(must(first, 201).id).not.toBe(must(second, 201).id);
  });

  it('of an upload replays the record, not a second set', async () => {
    const headers = { 'idempotency-key': randomKey() };
    const send = () => api.create('/v1/question-sets', { form: form('s.json', document([singleChoice('Q')])), headers });
    const [first, again] = [await send(), await send()];
    expect(must(again, 201).id).toBe(must(first, 201).id);
  });
});

describe('pages and public documents', () => {
  it.each(['/', '/play', '/host/alder', '/wall'])('%s is a page with a strict policy', async (path) => {
    const page = await anyone.get(path);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toContain('text/html');
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe-inline|unsafe-eval|\*/);
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('health says that it works', async () => {
    expect((await anyone.get('/v1/health')).status).toBe(200);
  });
});
