//! Two students go through a run at their own pace in real Chromium.
import { describe, expect, it } from 'vitest';
import { PHONE, type Person } from '../harness/browser';
import { aCast } from '../harness/cast';
import { button, link, press, says, shownCode, stage, tabTo } from '../harness/pages';
import { document as lectern } from '../harness/sets';

const QUESTIONS = [
  { kind: 'single_choice', text: 'Which city is the capital of Latvia?', options: [{ text: 'Tallinn' }, { text: 'Riga', correct: true }, { text: 'Vilnius' }], explanation: 'Riga lies on the Daugava.', duration: 300 },
  { kind: 'number', text: 'Seven times eight?', correct: 56, tolerance: 0, duration: 300 },
  { kind: 'true_false', text: 'The Nile flows northwards.', correct: true, duration: 300 },
  { kind: 'slide', text: 'That was all. Thank you!' },
];

const cast = aCast();

describe('a run at everybody’s own pace in the browser', () => {
  let teacher: Person;
  let phone: Person;
  let keys: Person;

  /** A line of the teacher’s table of who is where. */
  const line = (name: string) => teacher.page.getByRole('region', { name: 'Who is where' }).getByRole('row').filter({ hasText: name });
  const lineSays = (name: string, text: string | RegExp) => line(name).filter({ hasText: text }).waitFor();

  it('is opened by a teacher who chooses that pace for an uploaded set', async () => {
    teacher = await cast.comes('pace-teacher', '/host/alder');
    const { page } = teacher;
    await button(page, 'Start hosting as a guest').click();
    await page.locator('input[type=file]').setInputFiles({ name: 'short.json', mimeType: 'application/json', buffer: Buffer.from(lectern(QUESTIONS, 'A short set')) });
    await link(page, 'Start a session with A short set').click();
    await page.getByRole('radio', { name: 'Everybody goes at their own pace' }).check();
    expect(await page.getByLabel('Close a question once everybody has answered').count()).toBe(0);
    await teacher.look('own-01-new-session');
    await button(page, 'Open the lobby').click();
    const code = await shownCode(page);

    phone = await cast.comes('pace-phone', `/?code=${code}`, PHONE);
    await phone.page.getByLabel('Your name').fill('Phone Pat');
    await button(phone.page, 'Join').click();
    await stage(phone, 'lobby');
    await says(phone, 'This session goes at your own pace once it starts.');
    await phone.look('own-02-lobby');

    keys = await cast.comes('pace-keys', `/?code=${code}`);
    await tabTo(keys.page, keys.page.getByLabel('Your name'));
    await keys.page.keyboard.type('Keyboard Kay');
    await keys.page.keyboard.press('Enter');
    await stage(keys, 'lobby');
    await button(page, 'Manage Keyboard Kay').waitFor();
  });

  it('lets each student open the first question when they are ready', async () => {
    await button(teacher.page, 'Start').click();
    await Promise.all([stage(phone, 'start'), stage(keys, 'start')]);
    await lineSays('Phone Pat', '0 of 4');
    await phone.look('own-03-start');
    await teacher.look('own-04-nobody-began');

    await button(phone.page, 'Start').click();
    await stage(phone, 'open');
    await phone.look('own-05-question');
    await button(phone.page, /Riga/).click();
    await stage(phone, 'result');
    await says(phone, 'Right!');
    await says(phone, 'Riga lies on the Daugava.');
    await phone.look('own-06-result');
    await stage(keys, 'start');
    await lineSays('Phone Pat', '1 of 4');
    await lineSays('Keyboard Kay', '0 of 4');
  });

  it('keeps seat, question and clock of a student who reloads the page', async () => {
    const { page } = phone;
    await button(page, 'Next question').click();
    await stage(phone, 'open');
    await says(phone, 'Question 2 of 4');
    const score = await page.locator('.score strong').innerText();
    await page.waitForTimeout(2_500);
    const left = Number(await page.getByRole('timer').innerText());
    await page.reload();
    await stage(phone, 'open');
    await says(phone, 'Question 2 of 4');
    await says(phone, 'Phone Pat');
    expect(await page.locator('.score strong').innerText()).toBe(score);
    expect(Number(await page.getByRole('timer').innerText())).toBeLessThanOrEqual(left);
    await page.getByLabel('Your number').fill('56');
    await button(page, 'Send answer').click();
    await stage(phone, 'result');

    // Between two questions it is the result that is found again.
    await page.reload();
    await stage(phone, 'result');
    await says(phone, 'Right!');
    await lineSays('Phone Pat', '2 of 4');
    await button(page, 'Next question').click();
    await stage(phone, 'open');
  });

  it('shows the teacher that one is through while another has only begun', async () => {
    await press(keys.page, button(keys.page, 'Start'));
    await stage(keys, 'open');
    await press(keys.page, button(keys.page, /Tallinn/), 'Space');
    await stage(keys, 'result');
    await says(keys, 'Not this time');
    await keys.look('own-07-result');

    await button(phone.page, /True/).click();
    await stage(phone, 'result');
    await button(phone.page, 'Next question').click();
    await stage(phone, 'slide');
    await phone.look('own-08-slide');
    await button(phone.page, 'Finish').click();
    await stage(phone, 'done');
    await says(phone, 'You are through');
    await phone.look('own-09-through');

    await teacher.page.getByTestId('done').filter({ hasText: '1 of 2 are through' }).waitFor();
    await lineSays('Keyboard Kay', '1 of 4');
    await lineSays('Phone Pat', /4 of 4.*through/s);
    const first = teacher.page.getByRole('region', { name: 'Who is where' }).locator('tbody tr').first();
    expect(await first.innerText(), 'who is furthest behind comes first').toContain('Keyboard Kay');
    await teacher.look('own-10-progress');
  });

  it('ends by itself when the last student is through', async () => {
    const { page } = keys;
    await press(page, button(page, 'Next question'));
    await stage(keys, 'open');
    await tabTo(page, page.getByLabel('Your number'));
    await page.keyboard.type('56');
    await page.keyboard.press('Enter');
    await stage(keys, 'result');
    await says(keys, 'Right!');
    await press(page, button(page, 'Next question'));
    await stage(keys, 'open');
    await press(page, button(page, /True/));
    await stage(keys, 'result');
    await press(page, button(page, 'Next question'));
    await stage(keys, 'slide');
    await press(page, button(page, 'Finish'));

    await Promise.all([stage(phone, 'finished'), stage(keys, 'finished')]);
    await teacher.page.getByRole('heading', { name: 'This session is over' }).waitFor();
    await phone.look('own-11-finished');
    await keys.look('own-11-finished');
    await teacher.look('own-11-finished');
  });

  it('has results that show both students', async () => {
    const { page } = teacher;
    await link(page, 'See the results').click();
    await button(page, 'Download CSV').waitFor({ timeout: 30_000 });
    const people = page.getByRole('region', { name: 'Participants' });
    const cells = (name: string) => people.getByRole('row').filter({ hasText: name }).getByRole('cell').allInnerTexts();
    expect(await cells('Phone Pat')).toEqual(['1', expect.stringMatching(/\d/), '3', '3']);
    expect(await cells('Keyboard Kay')).toEqual(['2', expect.stringMatching(/\d/), '3', '2']);
    await teacher.look('own-12-results');
  });

  it('never wrote an error to a console', () => {
    for (const person of [teacher, phone, keys]) expect(person.faults, person.name).toEqual([]);
  });
});
