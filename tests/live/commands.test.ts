import { beforeAll, describe, expect, it } from 'vitest';
import { client, type Api } from '../harness/api';
import { Player } from '../harness/player';
import { aRun, screen, type Run } from '../harness/run';
import { EVERY_KIND, singleChoice } from '../harness/sets';
import { RawSocket } from '../harness/socket';
import type { Command } from '../../workers/web/src/generated/Command';

let api: Api;
beforeAll(async () => {
  api = await client('alder');
});

/** The code with which a command is refused; `ack` if it is not. */
function fate(player: Player, command: Command): Promise<string> {
  return player.send(command).then(
    () => 'ack',
    (refused: { code: string }) => refused.code,
  );
}

const option = (value: number) => ({ type: 'option', value }) as const;
const answer = (index: number, value = 0): Command => ({ type: 'answer', index, choice: option(value) });

describe('a host-paced run, command by command', () => {
  let run: Run;
  let host: Player;
  let wall: Player;
  let ada: Player;
  let bob: Player;
  beforeAll(async () => {
    run = await aRun(api, [singleChoice('One'), ...EVERY_KIND.slice(1, 6)], { close_when_all_answered: false });
    host = await Player.screen(api, run);
    wall = await Player.screen(api, run, 'wall');
    [ada, bob] = [await Player.join(run, 'Ada'), await Player.join(run, 'Bob')];
  });

  it('in the lobby nothing is answered, revealed, passed or paused', async () => {
    expect(await fate(ada, answer(0))).toBe('not_open');
    for (const type of ['next', 'reveal', 'pause', 'resume'] as const) {
      expect(await fate(host, { type, seen: host.step }), type).toBe('wrong_phase');
    }
    expect(await fate(host, { type: 'more_time', seen: host.step, seconds: 10 })).toBe('wrong_phase');
    expect(await fate(ada, { type: 'advance', opened: 0 })).toBe('wrong_phase');
  });

  it('only a host gives a host’s commands, and only a participant answers', async () => {
    const seen = host.step;
    const hosts: Command[] = [
      { type: 'start', seen },
      { type: 'next', seen },
      { type: 'reveal', seen },
      { type: 'pause', seen },
      { type: 'resume', seen },
      { type: 'more_time', seen, seconds: 5 },
      { type: 'end', seen },
      { type: 'configure', seen, settings: host.view.settings },
      { type: 'lock', locked: true },
      { type: 'remove', seat: bob.grant.seat },
      { type: 'rename', seat: bob.grant.seat, name: 'Mallory' },
      { type: 'leaderboard', shown: false },
      { type: 'extra_time', seat: ada.grant.seat, percent: 400 },
    ];
    for (const command of hosts) {
      expect(await fate(ada, command), `participant: ${command.type}`).toBe('wrong_role');
      expect(await fate(wall, command), `wall: ${command.type}`).toBe('wrong_role');
    }
    for (const command of [answer(0), { type: 'advance', opened: 0 } as const]) {
      expect(await fate(host, command)).toBe('wrong_role');
      expect(await fate(wall, command)).toBe('wrong_role');
    }
  });

  it('settings can be changed before the start, within their bounds', async () => {
    const settings = { ...host.view.settings, duration: 30, streak: true };
    expect(await fate(host, { type: 'configure', seen: host.step, settings: { ...settings, duration: 4 } })).toBe('invalid_settings');
    expect(await fate(host, { type: 'configure', seen: host.step, settings: { ...settings, abandon_after: 5 } })).toBe('invalid_settings');
    const seen = host.step;
    expect(await fate(host, { type: 'configure', seen, settings })).toBe('ack');
    expect((await ada.told('configured')).settings).toMatchObject({ duration: 30, streak: true });
    expect(await fate(host, { type: 'configure', seen, settings })).toBe('stale');
  });

  it('a double click on start starts once', async () => {
    await host.told('configured');
    const seen = host.step;
    const [first, second] = await Promise.all([fate(host, { type: 'start', seen }), fate(host, { type: 'start', seen })]);
    expect([first, second]).toEqual(['ack', 'stale']);
    await ada.opened(0);
    expect(ada.events.filter((event) => event.message.type === 'opened')).toHaveLength(1);
    expect(await fate(host, { type: 'start', seen: host.step })).toBe('wrong_phase');
    expect(await fate(host, { type: 'configure', seen: host.step, settings: host.view.settings })).toBe('wrong_phase');
  });

  it('an answer counts once, in range, of the right kind', async () => {
    expect(await fate(ada, answer(0, 3))).toBe('out_of_range');
    expect(await fate(ada, answer(99))).toBe('out_of_range');
    expect(await fate(ada, answer(1))).toBe('not_open');
    expect(await fate(ada, { type: 'answer', index: 0, choice: { type: 'bool', value: true } })).toBe('wrong_kind');
    const ack = await ada.answer(0, option(0));
    expect(ack.reply).toMatchObject({ type: 'answered', index: 0, choice: option(0) });
    expect(await fate(ada, answer(0, 1))).toBe('already_answered');
    expect((await ada.told('answered')).choice).toEqual(option(0));
  });

  it('time stands still in a pause, and more of it can be given', async () => {
    expect(await fate(host, { type: 'more_time', seen: host.step, seconds: 0 })).toBe('out_of_range');
    expect(await fate(host, { type: 'more_time', seen: host.step, seconds: 601 })).toBe('out_of_range');
    expect(await fate(host, { type: 'more_time', seen: host.step, seconds: 30 })).toBe('ack');
    expect((await bob.told('more_time')).by).toBe(30_000);
    await host.told('more_time');
    await host.tell('pause');
    await host.told('paused');
    expect(await fate(bob, answer(0, 1))).toBe('paused');
    expect(await fate(host, { type: 'pause', seen: host.step })).toBe('paused');
    await host.tell('resume');
    expect((await bob.told('resumed')).by).toBeGreaterThan(0);
    expect(await fate(bob, answer(0, 1))).toBe('ack');
    await host.told('resumed');
  });

  it('after the reveal nothing is answered, and everybody learns what was right', async () => {
    const late = await Player.join(run, 'Late');
    expect(late.view.current?.question.index).toBe(0);
    expect(JSON.stringify(late.view)).not.toContain('solution":{');
    await host.tell('reveal');
    const revealed = await ada.told('revealed', (message) => message.index === 0);
    expect(revealed.solution.correct).toEqual(option(0));
    expect(revealed.distribution).toMatchObject({ answered: 2, right: 1 });
    expect(await fate(late, answer(0))).toBe('too_late');
    expect(await ada.told('judged')).toMatchObject({ index: 0, outcome: 'right' });
    expect(await bob.told('judged')).toMatchObject({ index: 0, outcome: 'wrong', points: 0 });
    expect(await late.told('judged')).toMatchObject({ index: 0, outcome: 'timed_out', points: 0 });
    await host.told('revealed');
    expect(await fate(host, { type: 'reveal', seen: host.step })).toBe('wrong_phase');
    late.close();
  });

  it.each<[number, string, Command & { type: 'answer' }, (Command & { type: 'answer' })['choice'][]]>([
    [1, 'multiple choice', { type: 'answer', index: 1, choice: { type: 'options', value: [0, 1] } }, [{ type: 'options', value: [] }, { type: 'options', value: [1, 0] }, { type: 'options', value: [0, 0] }, { type: 'options', value: [9] }]],
    [2, 'true or false', { type: 'answer', index: 2, choice: { type: 'bool', value: true } }, []],
    [3, 'a number', { type: 'answer', index: 3, choice: { type: 'number', value: 56 } }, []],
    [4, 'a short text', { type: 'answer', index: 4, choice: { type: 'text', value: '  jùpiter ' } }, [{ type: 'text', value: '' }, { type: 'text', value: 'x'.repeat(201) }, { type: 'text', value: 'a\ufffd' }]],
  ])('question %i, %s, takes what fits and nothing else', async (index, _, right, wrong) => {
    await host.tell('next');
    await ada.opened(index);
    await host.opened(index);
    for (const choice of wrong) {
      expect(['out_of_range', 'invalid_text']).toContain(await fate(bob, { type: 'answer', index, choice }));
    }
    expect(await fate(bob, { type: 'answer', index, choice: option(0) })).toBe('wrong_kind');
    expect(await fate(ada, right)).toBe('ack');
    await host.tell('reveal');
    expect(await ada.told('judged', (message) => message.index === index)).toMatchObject({ outcome: 'right' });
    expect(await bob.told('judged', (message) => message.index === index)).toMatchObject({ outcome: 'timed_out' });
    await host.told('revealed', (message) => message.index === index);
  });

  it('an ordering is judged in the order in which its items are shown', async () => {
    await host.tell('next');
    const { ask } = await ada.opened(5);
    if (ask.type !== 'ordering') throw new Error(ask.type);
    const said = (text: string) => ask.items.find((item) => JSON.stringify(item.text).includes(text))!.index;
    const value = [said('ant'), said('cat'), said('cow')];
    expect(await fate(bob, { type: 'answer', index: 5, choice: { type: 'order', value: [0, 0, 1] } })).toBe('out_of_range');
    expect(await fate(bob, { type: 'answer', index: 5, choice: { type: 'order', value: [0, 1] } })).toBe('out_of_range');
    await ada.answer(5, { type: 'order', value });
    await host.opened(5);
    await host.tell('reveal');
    expect(await ada.told('judged', (message) => message.index === 5)).toMatchObject({ outcome: 'right' });
    await host.told('revealed', (message) => message.index === 5);
  });

  it('a host renames, gives time, hides the leaderboard, locks', async () => {
    expect(await fate(host, { type: 'rename', seat: bob.grant.seat, name: 'Ada' })).toBe('name_taken');
    expect(await fate(host, { type: 'rename', seat: bob.grant.seat, name: '' })).toBe('invalid_name');
    expect(await fate(host, { type: 'rename', seat: bob.grant.seat, name: 'Robert' })).toBe('ack');
    expect((await bob.told('renamed')).name).toBe('Robert');
    expect(await fate(host, { type: 'extra_time', seat: bob.grant.seat, percent: 401 })).toBe('out_of_range');
    expect(await fate(host, { type: 'extra_time', seat: bob.grant.seat, percent: 50 })).toBe('ack');
    expect((await bob.told('extra_time')).percent).toBe(50);
    expect(await fate(host, { type: 'leaderboard', shown: false })).toBe('ack');
    expect((await ada.told('leaderboard_shown')).shown).toBe(false);
    expect(await fate(host, { type: 'lock', locked: true })).toBe('ack');
    expect((await ada.told('locked')).locked).toBe(true);
    expect(await fate(host, { type: 'remove', seat: host.grant.seat })).not.toBe('ack');
  });

  it('after the end everything is refused', async () => {
    const step = host.step;
    expect(await fate(host, { type: 'end', seen: step - 1 })).toBe('stale');
    await host.tell('end');
    expect((await ada.told('finished')).reason).toBe('ended_by_host');
    await host.told('finished');
    expect(await fate(ada, answer(5))).toBe('run_over');
    expect(await fate(host, { type: 'next', seen: host.step })).toBe('run_over');
    expect(await fate(host, { type: 'lock', locked: false })).toBe('run_over');
    for (const player of [host, wall, ada, bob]) player.close();
  });
});

describe('a self-paced run, command by command', () => {
  it('lets each go through alone, and refuses to hurry or to repeat', async () => {
    const run = await aRun(api, [singleChoice('One'), singleChoice('Two')], { pace: 'self', duration: 30 });
    const [host, ada, bob] = [await Player.screen(api, run), await Player.join(run, 'Ada'), await Player.join(run, 'Bob')];
    expect(await fate(ada, { type: 'advance', opened: 0 })).toBe('wrong_phase');
    await host.tell('start');
    await ada.told('started');
    await host.told('started');
    for (const type of ['next', 'reveal'] as const) expect(await fate(host, { type, seen: host.step })).toBe('wrong_phase');
    expect(await fate(ada, answer(0))).toBe('not_open');
    expect(await fate(ada, { type: 'advance', opened: 1 })).toBe('stale');
    expect(await fate(ada, { type: 'advance', opened: 0 })).toBe('ack');
    expect(await fate(ada, { type: 'advance', opened: 1 })).toBe('still_open');
    await ada.answer(0, option(0));
    expect(await ada.told('judged')).toMatchObject({ index: 0, outcome: 'right', solution: { correct: option(0) } });
    expect(await fate(ada, answer(0))).toBe('already_answered');
    await ada.send({ type: 'advance', opened: 1 });
    await ada.answer(1, option(1));
    expect((await ada.told('done')).score).toBeGreaterThan(0);
    expect(await fate(ada, { type: 'advance', opened: 2 })).toBe('done');
    expect(bob.events.some((event) => event.message.type === 'opened')).toBe(false);
    await bob.send({ type: 'advance', opened: 0 });
    await bob.answer(0, option(0));
    await bob.send({ type: 'advance', opened: 1 });
    await bob.answer(1, option(0));
    expect((await host.told('finished')).reason).toBe('completed');
    for (const player of [host, ada, bob]) player.close();
  });
});

describe('the numbers of commands', () => {
  it('rise by one; the same number gives the same answer; a gap, one too old and one of another command are refused', async () => {
    const run = await aRun(api);
    const socket = await RawSocket.hello(await screen(api, run, 'host'));
    const lock = (id: number, locked: boolean) => socket.send({ type: 'command', id, command: { type: 'lock', locked } });
    lock(2, true);
    expect(await socket.answer(2)).toMatchObject({ type: 'refused', code: 'id_gap' });
    for (let id = 1; id <= 5; id += 1) {
      lock(id, id % 2 === 1);
      await socket.answer(id);
    }
    const before = socket.frames.length;
    lock(5, true);
    lock(4, true);
    lock(1, true);
    const next = await socket.next((frame) => frame.type === 'refused' && frame.id === 1);
    expect(next.code).toBe('id_too_old');
    expect(await socket.next((frame) => frame.type === 'refused' && frame.id === 4)).toMatchObject({ code: 'id_reused' });
    const again = socket.frames.slice(before).find((frame) => frame.type === 'ack' && frame.id === 5);
    expect(again).toEqual(await socket.answer(5));
    expect(socket.frames.slice(before).some((frame) => frame.type === 'event')).toBe(false);
    socket.close();
  });
});
