import { beforeAll, describe, expect, it } from 'vitest';
import { anyone, client, freshAddress, must, randomKey, type Answer, type Api } from '../../harness/api';
import { expectProblem } from '../../harness/expect';
import { Player } from '../../harness/player';
import { aRun, guesses, join, screen, type Run } from '../../harness/run';
import { objects } from '../../harness/objects';
import { RawSocket } from '../../harness/socket';
import { origin } from '../../harness/server';
import { sleep } from '../../harness/time';

let api: Api;
let run: Run;
beforeAll(async () => {
  api = await client('alder');
  run = await aRun(api);
});

describe('POST /v1/sign-on/join', () => {
  it('gives a seat, a token and the first ticket in one answer', async () => {
    const answer = await join(run, 'Ada');
    const grant = must(answer, 201);
    expect(grant).toMatchObject({ name: 'Ada', speedrun: run.id, live_url: `/v1/live/speedruns/${run.id}` });
    expect(grant.seat).toMatch(/^seat_/);
    expect(Date.parse(grant.ticket_expires_at) - Date.now()).toBeLessThanOrEqual(30_000);
    expect(answer.headers.get('cache-control')).toContain('no-store');
    const socket = await RawSocket.hello(grant);
    expect(socket.frames[0]).toMatchObject({ type: 'welcome', seat: grant.seat, role: 'participant', last_id: 0 });
    socket.close();
  });

  it('takes the code in any case, with spaces and dashes, and the link too', async () => {
    const spelled = `${run.code.slice(0, 3).toLowerCase()} - ${run.code.slice(3)}`;
    expect((await join({ code: spelled }, 'Case')).status).toBe(201);
    expect((await anyone.post('/v1/sign-on/join', { link: run.link, name: 'Link', key: randomKey() })).status).toBe(201);
  });

  it('is idempotent by its key: the same seat, a fresh ticket, no second participant', async () => {
    const key = randomKey();
    const first = must(await join(run, 'Twice', key), 201);
    const again = await join(run, 'Twice', key);
    expect([200, 201]).toContain(again.status);
    expect(again.body.seat).toBe(first.seat);
    expect(again.body.ticket).not.toBe(first.ticket);
    const host = await Player.screen(api, run);
    expect(host.view.people!.filter((person) => person.name === 'Twice')).toHaveLength(1);
    host.close();
  });

  it('keeps names unique in the run, whatever their case, accents or spaces', async () => {
    must(await join(run, 'Zoë'), 201);
    expectProblem(await join(run, 'zoë'), 409, 'name_taken');
    expectProblem(await join(run, '  Zoe\u0308 '), 409, 'name_taken');
  });

  it.each([
    ['an empty name', ''],
    ['only spaces', '   '],
    ['25 graphemes', 'x'.repeat(25)],
    ['a control character', 'Ada\u0007'],
    ['an invisible character', 'A\u200bda'],
    ['a direction override', 'A\u202eda'],
    ['a replacement character', 'A\ufffdda'],
  ])('refuses %s as a name', async (_, name) => {
    expectProblem(await join(run, name), 422, 'invalid_name');
  });

  it.each([['Ім’я'], ['李小龍'], ['محمد'], ['👩‍👩‍👧‍👦 family'], ['O’Brien-Ståhl'], ['Fanny Cox'], ['y'.repeat(24)]])(
    'welcomes %s as a name',
    async (name) => {
      expect(must(await join(run, name), 201).name.length).toBeGreaterThan(0);
    },
  );

  it('reports every fault of the body at once', async () => {
    const answer = await anyone.post('/v1/sign-on/join', { code: 7, surprise: true });
    expectProblem(answer, 422, 'invalid');
    expect(answer.body.errors.length).toBeGreaterThanOrEqual(1);
  });

  it('refuses to join a locked run, one that is over, and one that allows no late joiners', async () => {
    const mine = await aRun(api, undefined, { late_join: false });
    const host = await Player.screen(api, mine);
    await host.send({ type: 'lock', locked: true });
    expectProblem(await join(mine, 'Locked'), 409, 'locked');
    await host.send({ type: 'lock', locked: false });
    const early = await Player.join(mine, 'Early');
    await host.tell('start');
    expectProblem(await join(mine, 'Late'), 409, 'locked');
    await host.told('opened');
    await host.tell('end');
    await host.told('finished');
    const over = await join(mine, 'Over');
    expect([404, 410]).toContain(over.status);
    expect(['unknown_code', 'run_over']).toContain(JSON.parse(over.text).code);
    host.close();
    early.close();
  });
});

/** Guesses from an address until it is refused. */
async function trip(from: string): Promise<Answer> {
  // The limiter counts by the minute: one may just be over.
  for (const code of guesses(60)) {
    const answer = await join({ code }, 'Guess', randomKey(), from);
    if (answer.status === 429) return answer;
  }
  throw new Error('the address was never refused');
}

describe('guessing codes', () => {
  it('answers a wrong code as unknown, and wakes no object for it', async () => {
    const before = objects();
    expectProblem(await join({ code: 'ZZZZZZ' }, 'Guess', randomKey(), freshAddress()), 404, 'unknown_code');
    await sleep(300);
    expect(objects()).toEqual(before);
    // A run's own object is seen there as soon as it is woken.
    await aRun(api);
    expect(objects()).toHaveLength(before.length + 1);
  });

  it('trips on wrong guesses of one address while right codes from there still pass', async () => {
    const from = freshAddress();
    expectProblem(await join({ code: 'WRQNGZ' }, 'Guess', randomKey(), from), 404, 'unknown_code');
    const tripped = await trip(from);
    expectProblem(tripped, 429, 'too_many_guesses');
    expect(Number(tripped.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await join(run, 'Right', randomKey(), from)).status).toBe(201);
  });

  it('makes a guess wait for a place, although those that hold them have hung up', async () => {
    const from = freshAddress();
    // The school is in: its code was right from this address.
    expect((await join(run, 'Before', randomKey(), from)).status).toBe(201);
    await trip(from);
    await sleep(2_100);
    const other = await aRun(api);
    const began = Date.now();
    const hangUps = guesses(50).map(async (code) => {
      const signal = AbortSignal.timeout(300);
      const body = JSON.stringify({ code, name: 'Guess', key: randomKey() });
      const headers = { 'content-type': 'application/json', 'cf-connecting-ip': from };
      await fetch(new URL('/v1/sign-on/join', origin()), { method: 'POST', body, headers, signal }).catch(() => undefined);
    });
    await sleep(150);
    // A code that was not right from here before is a guess like any other: it gets no answer before a place is free.
    const strange = join(other, 'Strange', randomKey(), from).then((answer) => ({ answer, took: Date.now() - began }));
    const known = await join(run, 'Known', randomKey(), from);
    const knownTook = Date.now() - began;
    await Promise.all(hangUps);
    const elsewhere = await join(other, 'Elsewhere', randomKey(), freshAddress());
    const { answer, took } = await strange;
    expect([known.status, elsewhere.status]).toEqual([201, 201]);
    expect([201, 429]).toContain(answer.status);
    expect(took).toBeGreaterThan(1_700);
    expect(knownTook).toBeLessThan(1_500);
  });

  it('answers as many guesses as there are places, and refuses the rest after a while', async () => {
    const from = freshAddress();
    await trip(from);
    await sleep(2_100);
    const began = Date.now();
    const took = await Promise.all(
      guesses(50).map(async (code) => {
        expectProblem(await join({ code }, 'Guess', randomKey(), from), 429, 'too_many_guesses');
        return Date.now() - began;
      }),
    );
    // Two places of two seconds: two at once, two more after two seconds, and the rest is turned away after three.
    expect(took.filter((ms) => ms < 1_700).length).toBeLessThanOrEqual(2);
    expect(took.filter((ms) => ms < 2_900).length).toBeLessThanOrEqual(4);
    const links = await anyone.post('/v1/sign-on/join', { link: run.link, name: 'Link in need', key: randomKey() }, { from });
    expect(links.status).toBe(201);
  });

  it('has codes of six characters that cannot be mistaken for one another, and longer links', () => {
    expect(run.code).toMatch(/^[23456789BCDFGHJKMNPQRTVWXYZ]{6}$/);
    expect(run.link).toMatch(/^[\w-]{22}$/);
  });
});

describe('a school behind one address', () => {
  it('gets 3,000 right joins within a minute, even when somebody there guesses', { timeout: 120_000 }, async () => {
    const from = freshAddress();
    await trip(from);
    const runs = [await aRun(api), await aRun(api)];
    let next = 0;
    const refused: unknown[] = [];
    const started = Date.now();
    const worker = async () => {
      while (next < 3_000) {
        const number = next;
        next += 1;
        const answer = await join(runs[number % 2]!, `Pupil ${number}`, randomKey(), from);
        if (answer.status !== 201) refused.push([answer.status, answer.text.slice(0, 200)]);
      }
    };
    await Promise.all(Array.from({ length: 40 }, worker));
    expect(refused).toEqual([]);
    expect(Date.now() - started).toBeLessThan(60_000);
    const host = await screen(api, runs[0]!, 'host');
    const socket = await RawSocket.hello(host);
    expect(socket.frames[0].view.people).toHaveLength(1_500);
    socket.close();
  });
});
