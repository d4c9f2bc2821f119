//! Every page and state, studied: axe, ink and ground in the light and in the dark, 200 %, less motion, the way by Tab.
import { beforeAll, describe, expect, it } from 'vitest';
import { must, type Api } from '../harness/api';
import { DESKTOP, PHONE, type Person } from '../harness/browser';
import { aCast, aGuest } from '../harness/cast';
import { button, link, says, stage } from '../harness/pages';
import { Player } from '../harness/player';
import { aRun, join, type Run } from '../harness/run';
import { document as lectern, png, type Question } from '../harness/sets';

const QUESTIONS: Question[] = [
  { kind: 'single_choice', text: 'Which city is the capital of Latvia?', category: 'Capitals', options: [{ text: 'Tallinn' }, { text: 'Riga', correct: true }, { text: 'Vilnius' }], explanation: 'Riga lies on the Daugava.', duration: 600 },
  { kind: 'multiple_choice', text: 'Which are primes?', options: [{ text: '2', correct: true }, { text: '3', correct: true }, { text: '4' }], credit: 'partial', duration: 600 },
  { kind: 'number', text: 'What is \\(7 \\cdot 8\\)?', correct: 56, tolerance: 0.5, unit: 'km', duration: 600 },
  { kind: 'short_text', text: 'Which planet is the largest?', accepted: ['Jupiter', 'Jove'], duration: 600 },
  { kind: 'ordering', text: 'From small to large', items: ['ant', 'cat', 'cow'], duration: 600 },
  { kind: 'true_false', text: 'Water boils at 100 °C.', correct: true, duration: 600 },
  { kind: 'poll', text: 'How was it?', options: [{ text: 'Good' }, { text: 'Bad' }], duration: 600 },
  { kind: 'slide', text: 'Thank you!' },
];

const cast = aCast();
let api: Api;
let keeps: Record<string, unknown>;

beforeAll(async () => {
  ({ api, keeps } = await aGuest());
});

const wallOf = async (run: Run, name: string): Promise<Person> => {
  const url = must(await api.post(`/v1/speedruns/${run.id}/pairings`, { role: 'wall' }), 201).url as string;
  const address = new URL(url, 'http://wall.example');
  return cast.comes(name, address.pathname + address.hash);
};

describe('a student’s pages, studied', () => {
  it('are joined from', async () => {
    const student = await cast.comes('joining', '/', PHONE);
    student.expects(/404/);
    const { page } = student;
    await student.study('a11y-join');
    await button(page, 'Join').click();
    await says(student, 'Type the six characters of the code.');
    await student.study('a11y-join-without-code');
    await page.getByLabel('Join code').fill('BCDFGH');
    await page.getByLabel('Your name').fill('Ada');
    await button(page, 'Join').click();
    await says(student, 'No session has this code. Check it and try again.');
    await student.study('a11y-join-unknown');
    const seat = { speedrun: 'run_x', seat: 'seat_x', name: 'Ada', token: 'x', role: 'participant', at: Date.now() };
    const back = await cast.comes('coming-back', '/?link=abc', PHONE, { keeps: { 'lectern.seats': [seat] } });
    await button(back.page, 'Continue as Ada').waitFor();
    await back.study('a11y-join-again');
  });

  it('are played on together, in every kind of question', async () => {
    const run = await aRun(api, QUESTIONS);
    const host = await Player.screen(api, run);
    const phone = await cast.sits(run, 'Ada', PHONE);
    const laptop = await cast.sits(run, 'Bob', DESKTOP);
    await phone.study('a11y-lobby');
    await host.tell('start');
    for (const [index, question] of QUESTIONS.entries()) {
      const slide = question.kind === 'slide';
      await Promise.all([phone, laptop].map((person) => stage(person, slide ? 'slide' : 'open')));
      await phone.study(`a11y-${question.kind}`);
      if (index === 0) {
        await laptop.study(`a11y-${question.kind}`);
        await host.tell('pause');
        await stage(phone, 'paused');
        await phone.study('a11y-paused');
        await host.tell('resume');
        await stage(phone, 'open');
      }
      if (slide) break;
      if (question.kind === 'number') {
        await button(phone.page, 'Send answer').click();
        await says(phone, 'Type a number, such as 12 or 3.5.');
        await phone.study('a11y-number-fault');
        await phone.page.getByLabel(/^Your number/).fill('56');
      }
      if (question.kind === 'short_text') await phone.page.getByLabel('Your answer').fill('Jupiter');
      if (question.kind === 'multiple_choice') await phone.page.getByRole('button', { name: /\D2$/ }).click();
      const chosen = { single_choice: /Riga/, true_false: /True/, poll: /Good/ }[question.kind as string] ?? 'Send answer';
      await button(phone.page, chosen).click();
      await stage(phone, 'answered');
      if (index === 0 || question.kind === 'ordering') await phone.study(`a11y-${question.kind}-answered`);
      await host.tell('reveal');
      await Promise.all([phone, laptop].map((person) => stage(person, 'result')));
      await phone.study(`a11y-${question.kind}-result`);
      if (index === 0) await laptop.study(`a11y-${question.kind}-timed-out`);
      await host.tell('next');
    }
    await host.send({ type: 'remove', seat: JSON.parse((await laptop.page.evaluate(() => localStorage.getItem('lectern.seats'))) ?? '[]')[0].seat });
    await laptop.page.getByTestId('closed').waitFor();
    await laptop.study('a11y-removed');
    await host.tell('next');
    await stage(phone, 'finished');
    await phone.study('a11y-finished');
    host.close();
  });

  it('are played on alone, lost and found', async () => {
    const run = await aRun(api, [QUESTIONS[0]!, QUESTIONS.at(-1)!], { pace: 'self' });
    const host = await Player.screen(api, run);
    const student = await cast.sits(run, 'Ada', PHONE);
    must(await join(run, 'Bob'), 201);
    await student.study('a11y-own-lobby');
    await host.tell('start');
    await stage(student, 'start');
    await student.study('a11y-own-start');
    await button(student.page, 'Start').click();
    await stage(student, 'open');
    // Another window takes the seat, and this one takes it back.
    const other = await student.context.newPage();
    await other.goto(student.page.url());
    await student.page.getByTestId('closed').waitFor();
    await student.study('a11y-replaced');
    await other.close();
    await button(student.page, 'Use it here').click();
    await stage(student, 'open');
    student.expects(/ERR_INTERNET_DISCONNECTED|WebSocket|Failed to (load resource|fetch)/);
    await student.context.setOffline(true);
    await student.page.getByTestId('connection').waitFor({ timeout: 45_000 });
    await student.study('a11y-cut-off');
    await student.context.setOffline(false);
    await student.page.getByTestId('connection').waitFor({ state: 'hidden', timeout: 45_000 });
    await button(student.page, /Riga/).click();
    await stage(student, 'result');
    await student.study('a11y-own-result');
    await button(student.page, 'Next question').click();
    await stage(student, 'slide');
    await button(student.page, 'Finish').click();
    await stage(student, 'done');
    await student.study('a11y-own-done');
    host.close();
  });
});

describe('a host’s pages, studied', () => {
  it('prepare a session', async () => {
    const host = await cast.comes('preparing', '/host/alder');
    host.expects(/422/);
    const { page } = host;
    await host.study('a11y-sign-on');
    await button(page, 'Start hosting as a guest').click();
    await page.getByText('No sets yet.').waitFor();
    await host.study('a11y-sets-empty');
    const files = (text: string) => [{ name: 'set.json', mimeType: 'application/json', buffer: Buffer.from(text) }, { name: 'map.png', mimeType: 'image/png', buffer: Buffer.from(png(64, 48)) }];
    await page.locator('input[type=file]').setInputFiles(files('{"lectern": 1, "questions": [{"kind": "single_choice"}, {"kind": "no such kind"}]}'));
    await page.getByTestId('upload-faults').waitFor();
    await host.study('a11y-upload-faults');
    const [first, ...rest] = QUESTIONS;
    await page.locator('input[type=file]').setInputFiles(files(lectern([{ ...first!, image: { file: 'map.png', alt: '' } }, ...rest], 'Everything')));
    await page.getByTestId('upload-done').waitFor();
    await page.getByLabel('More for Everything').click();
    await host.study('a11y-sets');
    await button(page, 'Rename').click();
    await page.getByRole('dialog').waitFor();
    await host.study('a11y-rename');
    await button(page.getByRole('dialog'), 'Cancel').click();
    await link(page, 'Preview: Everything').click();
    await page.getByRole('img', { name: 'Picture' }).or(page.locator('img[alt=""]')).first().waitFor();
    await page.getByRole('heading', { name: 'Thank you!' }).waitFor();
    await host.study('a11y-preview');
    await link(page, 'Edit').click();
    await page.getByRole('group', { name: 'Question 8' }).waitFor();
    for (const details of await page.locator('form details').all()) await details.evaluate((element: HTMLDetailsElement) => (element.open = true));
    await host.study('a11y-editor');
    await page.getByRole('group', { name: 'Question 3', exact: true }).getByLabel('Right number').fill('');
    await button(page, 'Save the set').click();
    await page.getByTestId('editor-faults').waitFor();
    await host.study('a11y-editor-faults');
    await link(page, 'Back to the sets').click();
    await link(page, 'Start a session with Everything').click();
    await page.getByRole('radio', { name: 'Single questions' }).check();
    await button(page, 'Open the lobby').click();
    await says(host, 'Choose at least one.');
    await host.study('a11y-new-session');
    await link(page.getByRole('navigation'), 'Sessions').click();
    await page.getByText('No sessions yet.').waitFor();
    await host.study('a11y-sessions-empty');
  });

  it('lead everybody together, beside a display', async () => {
    const run = await aRun(api, QUESTIONS.slice(0, 2));
    const host = await cast.comes('leading', `/host/alder#/runs/${run.id}`, DESKTOP, { keeps });
    const { page } = host;
    await page.getByText('0 of 0 connected').waitFor();
    await host.study('a11y-lobby-empty');
    const ada = await Player.join(run, 'Ada');
    for (let n = 2; n < 12; n += 1) must(await join(run, `Participant ${n}`), 201);
    const wall = await wallOf(run, 'display');
    await wall.page.getByText('Participant 11').waitFor();
    await button(page, 'Manage Ada').waitFor();
    await page.locator('summary').filter({ hasText: 'Settings' }).click();
    await host.study('a11y-lobby');
    await wall.study('a11y-wall-lobby');
    await button(page, 'Add a screen').click();
    await button(page, 'A display for the room').click();
    await page.getByTestId('pairing-address').waitFor();
    await host.study('a11y-add-a-screen');
    await button(page, 'Close').click();
    await button(page, 'Manage Ada').click();
    await host.study('a11y-manage');
    await button(page.getByRole('dialog'), 'Cancel').click();
    await button(page, 'Close joining').click();
    await says(wall, 'Joining is closed');
    await wall.study('a11y-wall-locked');

    await button(page, 'Start').click();
    await button(page, 'Show the answer').waitFor();
    await page.locator('summary').filter({ hasText: 'Keyboard shortcuts' }).click();
    await page.locator('summary').filter({ hasText: 'Participants' }).click();
    await wall.page.getByRole('timer').waitFor();
    await host.study('a11y-question');
    await wall.study('a11y-wall-question');
    await button(page, 'Pause').click();
    await says(wall, 'Paused');
    await host.study('a11y-host-paused');
    await wall.study('a11y-wall-paused');
    await button(page, 'Go on').click();
    await ada.answer(0, { type: 'option', value: 1 });
    await button(page, 'Show the answer').click();
    await says(wall, 'Riga lies on the Daugava.');
    await button(page, 'Next question').waitFor();
    await host.study('a11y-revealed');
    await wall.study('a11y-wall-revealed');
    await button(page, 'End the session').click();
    await page.getByRole('dialog').waitFor();
    await host.study('a11y-end-sure');
    await button(page.getByRole('dialog'), 'End the session').click();
    await link(page, 'See the results').waitFor();
    await says(wall, 'The session is over');
    await host.study('a11y-over');
    await wall.study('a11y-wall-over');
    await link(page, 'See the results').click();
    await button(page, 'Download CSV').waitFor({ timeout: 30_000 });
    await host.study('a11y-results');
    await link(page.getByRole('navigation'), 'Sessions').click();
    await page.getByRole('list', { name: 'Sessions' }).waitFor();
    await host.study('a11y-sessions');
    ada.close();
  });

  it('follow everybody at their own pace', async () => {
    const run = await aRun(api, QUESTIONS.slice(0, 2), { pace: 'self' });
    const ada = await Player.join(run, 'Ada');
    const host = await cast.comes('following', `/host/alder#/runs/${run.id}`, DESKTOP, { keeps });
    const wall = await wallOf(run, 'display-alone');
    await button(host.page, 'Start').click();
    await ada.told('started');
    await ada.send({ type: 'advance', opened: 0 });
    await host.page.getByRole('row').filter({ hasText: 'Ada' }).filter({ hasText: 'second' }).waitFor();
    await says(wall, 'Everybody goes at their own pace');
    await host.study('a11y-progress');
    await wall.study('a11y-wall-alone');
    ada.close();
  });

  it('tell what is not there', async () => {
    const nobody = await cast.comes('unpaired', '/wall');
    await nobody.study('a11y-wall-unpaired');
    const gone = await cast.comes('gone', '/host/alder#/runs/run_00000000000000000000000000', DESKTOP, { keeps });
    gone.expects(/404/);
    await gone.page.getByRole('heading', { name: 'This session is over' }).waitFor();
    await gone.study('a11y-host-gone');
    const lost = await cast.comes('lost', '/host/alder#/sets/set_00000000000000000000000000', DESKTOP, { keeps });
    lost.expects(/404/);
    await lost.page.getByRole('alert').waitFor();
    await lost.study('a11y-no-set');
    const refused = await cast.comes('refused', '/host/closed');
    refused.expects(/40\d/);
    await button(refused.page, 'Start hosting as a guest').click();
    await refused.page.getByRole('alert').waitFor();
    await refused.study('a11y-no-host');
    expect([...nobody.faults, ...gone.faults, ...lost.faults, ...refused.faults]).toEqual([]);
  });
});
