import { beforeAll, describe, expect, it } from 'vitest';
import { Api, anyone, client, must, randomKey } from '../../harness/api';
import { expectProblem } from '../../harness/expect';
import { aRun, join, screen, ticket, type Run } from '../../harness/run';
import { RawSocket } from '../../harness/socket';

let api: Api;
let run: Run;
beforeAll(async () => {
  api = await client('alder');
  run = await aRun(api);
});

describe('POST /v1/speedruns/{id}/tickets', () => {
  it('gives a seat further tickets, by the seat’s token', async () => {
    const grant = must(await join(run, 'Tickets'), 201);
    const more = must(await new Api(grant.token).post(`/v1/speedruns/${run.id}/tickets`, {}), 201);
    expect(more).toMatchObject({ seat: grant.seat, role: 'participant', live_url: grant.live_url });
    expect(more.ticket).not.toBe(grant.ticket);
    (await RawSocket.hello(more)).close();
  });

  it('gives the owner the same host seat for the same screen, and another for another', async () => {
    const one = await screen(api, run, 'host', 'laptop-laptop-laptop-1');
    const same = await screen(api, run, 'host', 'laptop-laptop-laptop-1');
    const other = await screen(api, run, 'host', 'phone-phone-phone-phone');
    const wall = await screen(api, run, 'wall', 'laptop-laptop-laptop-1');
    expect(same.seat).toBe(one.seat);
    expect(new Set([one.seat, other.seat, wall.seat]).size).toBe(3);
  });

  it('gives a seat’s token nothing of another run, and no host’s seat', async () => {
    const other = await aRun(api);
    const seat = new Api(must(await join(run, 'Narrow'), 201).token);
    expect([403, 404]).toContain((await seat.post(`/v1/speedruns/${other.id}/tickets`, {})).status);
    const claimed = await seat.post(`/v1/speedruns/${run.id}/tickets`, { role: 'host', screen: randomKey() });
    expectProblem(claimed, 403, 'forbidden');
    expect((await seat.post(`/v1/speedruns/${run.id}/pairings`, { role: 'host' })).status).toBe(403);
    for (const path of ['/v1/question-sets', '/v1/speedruns', `/v1/speedruns/${run.id}`, `/v1/speedruns/${run.id}/results`]) {
      expect((await seat.get(path)).status, path).toBe(403);
    }
  });

  it('answers for a run of another tenant as for an absent one', async () => {
    const birch = await client('birch');
    const call = { role: 'host', screen: randomKey() };
    expectProblem(await birch.post(`/v1/speedruns/${run.id}/tickets`, call), 404, 'not_found');
    expectProblem(await birch.post('/v1/speedruns/run_00000000000000000000000000/tickets', call), 404, 'not_found');
  });

  it('gives a participant who was removed no way back', async () => {
    const grant = must(await join(run, 'Removed'), 201);
    const host = await RawSocket.hello(await screen(api, run, 'host'));
    host.send({ type: 'command', id: 1, command: { type: 'remove', seat: grant.seat } });
    expect(await host.answer(1)).toMatchObject({ type: 'ack' });
    host.close();
    expect(await RawSocket.fate(await ticket(run, grant.token))).toBe(4003);
  });
});

describe('pairing', () => {
  it.each(['host', 'wall'] as const)('adds a %s screen once', async (role) => {
    const answer = must(await api.post(`/v1/speedruns/${run.id}/pairings`, { role }), 201);
    expect(answer.url).toContain(`#pair=${answer.pairing}`);
    expect(answer.url.startsWith(role === 'host' ? '/host/alder' : '/wall')).toBe(true);
    const paired = must(await anyone.post('/v1/sign-on/pair', { pairing: answer.pairing, screen: randomKey() }), 201);
    expect(paired).toMatchObject({ role, speedrun: run.id });
    const socket = await RawSocket.hello(paired);
    expect(socket.frames[0].role).toBe(role);
    socket.close();
    expectProblem(await anyone.post('/v1/sign-on/pair', { pairing: answer.pairing, screen: randomKey() }), 401, 'pairing_used');
  });

  it('is answered again to the screen that used it, and to no other', async () => {
    const { pairing } = must(await api.post(`/v1/speedruns/${run.id}/pairings`, { role: 'wall' }), 201);
    const [mine, other] = [randomKey(), randomKey()];
    const pair = (screen: string) => anyone.post('/v1/sign-on/pair', { pairing, screen });
    const [first, again] = await Promise.all([pair(mine), pair(mine)]);
    const seat = must(first!, 201).seat;
    expect(must(again!, 201).seat).toBe(seat);
    expectProblem(await pair(other), 401, 'pairing_used');
    const later = must(await pair(mine), 201);
    expect(later.seat).toBe(seat);
    (await RawSocket.hello(later)).close();
  });

  it('may be started from a host’s seat, and not from a wall’s', async () => {
    const host = await screen(api, run, 'host');
    const wall = await screen(api, run, 'wall');
    expect((await new Api(host.token).post(`/v1/speedruns/${run.id}/pairings`, { role: 'wall' })).status).toBe(201);
    expect((await new Api(wall.token).post(`/v1/speedruns/${run.id}/pairings`, { role: 'host' })).status).toBe(403);
  });

  it.each(['x', '', 'a.b.c', 'x'.repeat(5_000)])('refuses a pairing that it never gave', async (pairing) => {
    const answer = await anyone.post('/v1/sign-on/pair', { pairing, screen: randomKey() });
    expectProblem(answer, 401, 'pairing_invalid');
  });

  it('does not take a ticket or a seat’s token for a pairing', async () => {
    const grant = must(await join(run, 'Sly'), 201);
    for (const pairing of [grant.ticket, grant.token]) {
      expectProblem(await anyone.post('/v1/sign-on/pair', { pairing, screen: randomKey() }), 401, 'pairing_invalid');
    }
  });
});
