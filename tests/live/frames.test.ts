import { beforeAll, describe, expect, it } from 'vitest';
import { client, must, type Api } from '../harness/api';
import { Player } from '../harness/player';
import { aRun, join, screen, type Run } from '../harness/run';
import { RawSocket } from '../harness/socket';
import { sleep } from '../harness/time';

let api: Api;
let run: Run;
beforeAll(async () => {
  api = await client('alder');
  run = await aRun(api);
});

let names = 0;
async function socket(): Promise<RawSocket> {
  names += 1;
  return RawSocket.hello(must(await join(run, `Hostile ${names}`), 201));
}

const refused = (raw: RawSocket) => raw.next((frame) => frame.type === 'refused');

describe('a malformed frame is refused with the field that is wrong, and the socket stays', () => {
  it.each<[string, string, string | undefined]>([
    ['no JSON', 'hello', undefined],
    ['half a frame', '{"type":"command","id":1,', undefined],
    ['a number', '7', undefined],
    ['an unknown type', '{"type":"shout"}', '/type'],
    ['an unknown command', '{"type":"command","id":1,"command":{"type":"cheat"}}', '/command/type'],
    ['an unknown field', '{"type":"command","id":1,"command":{"type":"answer","index":0,"choice":{"type":"option","value":0},"at":5}}', '/command/at'],
    ['an index below zero', '{"type":"command","id":1,"command":{"type":"answer","index":-1,"choice":{"type":"option","value":0}}}', '/command/index'],
    ['a huge number', '{"type":"command","id":1,"command":{"type":"answer","index":1e308,"choice":{"type":"option","value":0}}}', '/command/index'],
    ['an id as text', '{"type":"command","id":"1","command":{"type":"lock","locked":true}}', '/id'],
    ['no id', '{"type":"command","command":{"type":"lock","locked":true}}', '/id'],
    ['a second hello', '{"type":"hello"}', undefined],
    ['a key given twice', '{"type":"command","id":1,"id":1,"command":{"type":"lock","locked":true}}', '/id'],
    ['a role that is claimed', '{"type":"command","id":1,"role":"host","command":{"type":"lock","locked":true}}', '/role'],
    ['deep nesting', `{"type":"command","id":1,"command":${'['.repeat(50)}${']'.repeat(50)}}`, undefined],
    ['a channel that there is not', '{"type":"seen","channels":{"nonsense":1}}', undefined],
  ])('%s', async (_, frame, field) => {
    const raw = await socket();
    raw.send(frame);
    const answer = await refused(raw);
    expect(answer.code).toBe('malformed');
    if (field !== undefined) expect(answer.field).toBe(field);
    raw.send('ping');
    await raw.next(() => raw.texts.includes('pong'));
    expect(raw.closed).toBeUndefined();
    raw.close();
  });

  it('and text that was no UTF-8 is refused where it stands', async () => {
    const raw = await socket();
    const [before, after] = ['{"type":"command","id":1,"command":{"type":"answer","index":0,"choice":{"type":"text","value":"caf', '"}}}'];
    raw.socket.send(Buffer.concat([Buffer.from(before), Buffer.from([0xe9]), Buffer.from(after)]), { binary: false });
    expect(await refused(raw)).toMatchObject({ id: 1, code: 'invalid_text', field: '/command/choice/value' });
    const seat = 'seat_00000000000000000000000000';
    raw.send(`{"type":"command","id":1,"command":{"type":"rename","seat":"${seat}","name":"\\uFFFDda"}}`);
    expect(await raw.next((frame) => frame.field === '/command/name')).toMatchObject({ id: 1, code: 'invalid_text' });
    raw.close();
  });

  it('a binary frame too', async () => {
    const raw = await socket();
    raw.socket.send(Buffer.from([1, 2, 3]));
    expect((await refused(raw)).code).toBe('malformed');
    raw.close();
  });
});

describe('a client that keeps at it is closed, and others do not notice', () => {
  it('after ten malformed frames', async () => {
    const raw = await socket();
    for (let sent = 0; sent < 12; sent += 1) raw.send('{');
    expect(await raw.end()).toEqual({ code: 4005, reason: 'bad_frames' });
  });

  it.each<[string, string | Buffer]>([
    ['of text', JSON.stringify({ type: 'hello', pad: 'x'.repeat(1_000_000) })],
    ['of bytes', Buffer.alloc(1_000_000)],
    ['of few characters and many bytes', JSON.stringify({ type: 'hello', pad: '€'.repeat(16_000) })],
  ])('after a frame that is too large, %s', async (_, frame) => {
    const raw = await socket();
    raw.socket.send(frame);
    expect((await raw.end()).code).toBe(4005);
  });

  it('after ten binary frames', async () => {
    const raw = await socket();
    for (let sent = 0; sent < 12; sent += 1) raw.socket.send(Buffer.from([1]));
    expect(await raw.end()).toEqual({ code: 4005, reason: 'bad_frames' });
  });

  it('after too many frames at once', async () => {
    const ada = await Player.join(run, 'Ada Lovelace');
    const raw = await socket();
    for (let sent = 0; sent < 400; sent += 1) raw.send({ type: 'seen', channels: {} });
    expect(await raw.end()).toEqual({ code: 4004, reason: 'too_fast' });
    const host = await Player.screen(api, run);
    await host.send({ type: 'leaderboard', shown: false });
    await ada.told('leaderboard_shown');
    host.close();
    ada.close();
  });

  it('when it claims to have seen what was never sent', async () => {
    const raw = await RawSocket.opened(await screen(api, run, 'host'));
    raw.send({ type: 'hello', resume: { all: 4_000_000_000, nonsense: 3 } });
    await sleep(500);
    const first = raw.frames[0];
    // Either it is told that this cannot be, or it starts from a fresh view; it never gets a gap.
    expect(first.type === 'refused' || first.view !== undefined, JSON.stringify(first)).toBe(true);
    raw.close();
  });
});
