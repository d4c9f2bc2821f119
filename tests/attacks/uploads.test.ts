//! Bodies that are made to harm: what is sent, byte by byte, and how it ends.
import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { anyone, client, must, randomKey, type Api } from '../harness/api';
import { expectProblem } from '../harness/expect';
import { origin } from '../harness/server';
import { png, upload } from '../harness/sets';

let api: Api;
beforeAll(async () => {
  api = await client('birch');
});

interface Ended {
  /** None: the connection was cut. Without a body it is the local runtime's own front that answers. */
  status: number | undefined;
  body: any;
  sent: number;
}

/** Sends a body piece by piece until the server answers, hangs up, or there is no more. */
function stream(headers: Record<string, string>, first: string, piece: Buffer, pieces: number, end: boolean): Promise<Ended> {
  return new Promise((done) => {
    let sent = 0;
    const url = new URL('/v1/question-sets', origin());
    const all = { authorization: `Bearer ${api.token}`, 'idempotency-key': randomKey(), ...headers };
    const call = request(url, { method: 'POST', headers: all }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        stopped = true;
        call.destroy();
        done({ status: response.statusCode, body: parsed(Buffer.concat(chunks).toString()), sent });
      });
    });
    let stopped = false;
    call.on('error', () => {
      if (!stopped) done({ status: undefined, body: undefined, sent });
      stopped = true;
    });
    call.write(first);
    const next = (): void => {
      if (stopped || sent >= pieces * piece.length) {
        if (!stopped && end) call.end();
        return;
      }
      sent += piece.length;
      if (call.write(piece)) setImmediate(next);
      else call.once('drain', next);
    };
    next();
  });
}

function parsed(text: string): any {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const multipart = { 'content-type': 'multipart/form-data; boundary=b' };
const fileHead = '--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n';
const MiB = 1024 * 1024;

describe('a multipart body', () => {
  it('that never ends is cut off at the limit', { timeout: 120_000 }, async () => {
    const ended = await stream(multipart, fileHead, Buffer.alloc(64 * 1024, 'x'), 2_000, false);
    expect(ended.sent, 'it was not read for ever').toBeLessThan(120 * MiB);
    if (ended.body !== undefined) expect([ended.status, ended.body?.code]).toEqual([413, 'too_large']);
    expect((await anyone.get('/v1/health')).status).toBe(200);
  });

  it('of 30,000 tiny parts is refused', { timeout: 120_000 }, async () => {
    const parts = Buffer.from('--b\r\nContent-Disposition: form-data; name="i"; filename="i"\r\n\r\nx\r\n'.repeat(1_000));
    const ended = await stream(multipart, '', parts, 30, true);
    if (ended.body !== undefined) expect([ended.status, ended.body?.code]).toEqual([413, 'too_large']);
  });

  it('with headers that never end is refused', async () => {
    const head = Buffer.from('X-Long: '.padEnd(64 * 1024, 'y'));
    const ended = await stream(multipart, '--b\r\n', head, 40, true);
    if (ended.body !== undefined) expect([400, 413]).toContain(ended.status);
  });

  it('whose data hold the boundary is read to the true end', async () => {
    const text = 'Which? b --b and --b-- are words\nA. --b\nB. two\nANSWER: B\n';
    const body = `${fileHead}${text}\r\n--b--\r\n`;
    const headers = { ...multipart, 'idempotency-key': randomKey() };
    const set = must(await api.call('POST', '/v1/question-sets', { body, headers }), 201);
    const exported = await api.get(`/v1/question-sets/${set.id}/export?format=json`);
    expect(exported.text).toContain('--b-- are words');
  });

  it('that smuggles a second file behind the first is refused', async () => {
    const aiken = 'Which?\nA. One\nB. Two\nANSWER: A\n';
    const body = `${fileHead}${aiken}\r\n${fileHead}${aiken}\r\n--b--\r\n`;
    const answer = await api.call('POST', '/v1/question-sets', { body, headers: { ...multipart, 'idempotency-key': randomKey() } });
    expectProblem(answer, 422, 'invalid');
    expect(answer.body.errors[0]).toMatchObject({ code: 'duplicate_field' });
  });

  it.each([
    ['no boundary at all', 'multipart/form-data'],
    ['an empty boundary', 'multipart/form-data; boundary=""'],
    ['a boundary of 200 letters', `multipart/form-data; boundary=${'b'.repeat(200)}`],
  ])('with %s is refused', async (_, type) => {
    const answer = await api.call('POST', '/v1/question-sets', { body: 'x', headers: { 'content-type': type, 'idempotency-key': randomKey() } });
    expectProblem(answer, 400, 'invalid_multipart');
  });
});

describe('a file', () => {
  it('that is a zip or gzip bomb is no question set, and is not opened', async () => {
    const bomb = gzipSync(Buffer.alloc(50 * MiB));
    expectProblem(await upload(api, 'set.json.gz', bomb), 422, 'unreadable_set');
    const zip = Buffer.concat([Buffer.from('PK\u0003\u0004'), Buffer.alloc(26), Buffer.from('set.json')]);
    expectProblem(await upload(api, 'set.zip', zip), 422, 'unreadable_set');
  });

  it('that comes compressed is refused unread', async () => {
    const headers = { 'content-type': 'multipart/form-data; boundary=b', 'content-encoding': 'gzip', 'idempotency-key': randomKey() };
    const answer = await api.call('POST', '/v1/question-sets', { body: gzipSync(Buffer.alloc(50 * MiB)), headers });
    expect([400, 413, 415, 422]).toContain(answer.status);
    expect(answer.text).not.toMatch(/panicked|\.rs\b/);
  });

  it('whose name is a path, markup or a spell is only a name', async () => {
    for (const name of ['../../../etc/passwd', '<img src=x onerror=alert(1)>.txt', '"; drop table tenants; --.txt', 'a\r\nX: y.txt', '\u202etxt.exe']) {
      const answer = await upload(api, name, 'Which?\nA. One\nB. Two\nANSWER: A\n');
      expect([201, 400, 422], name).toContain(answer.status);
      expect(answer.headers.get('x'), name).toBeNull();
    }
    expect((await anyone.get('/v1/health')).status).toBe(200);
  });

  it('with a picture that lies about itself is refused', async () => {
    const set = JSON.stringify({ lectern: 1, title: 'x', questions: [{ kind: 'slide', text: 'Look', image: { file: 'p.png', alt: 'p' } }] });
    const liars: [string, Uint8Array][] = [
      ['a page', Buffer.from('<html><script>alert(1)</script>')],
      ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')],
      ['a GIF', Buffer.from('GIF89a\u0001\u0000\u0001\u0000')],
      ['nothing', Buffer.alloc(0)],
      ['only a signature', png().slice(0, 8)],
    ];
    for (const [what, bytes] of liars) {
      const answer = await upload(api, 'set.json', set, {}, [{ name: 'p.png', bytes, type: 'image/png' }]);
      expect(answer.status, what).toBe(422);
    }
  });
});
