//! One whole run as screen readers have it, for a student and for the host: what is on the page at each step, where the
//! focus is, and what is announced. Played by keyboard. The transcripts are kept beside this file.
import { describe, expect, it } from 'vitest';
import { PHONE, type Person } from '../harness/browser';
import { aCast } from '../harness/cast';
import { button, link, press, shownCode, stage, tabTo } from '../harness/pages';
import { document as lectern } from '../harness/sets';
import { Transcript } from '../harness/transcript';

const QUESTIONS = [
  { kind: 'single_choice', text: 'Which city is the capital of Latvia?', category: 'Capitals', options: [{ text: 'Tallinn' }, { text: 'Riga', correct: true }, { text: 'Vilnius' }], explanation: 'Riga lies on the Daugava.', duration: 600 },
  { kind: 'multiple_choice', text: 'Which are primes?', options: [{ text: '2', correct: true }, { text: '3', correct: true }, { text: '4' }], duration: 600 },
  { kind: 'number', text: 'What is \\(7 \\cdot 8\\)?', correct: 56, tolerance: 0, duration: 600 },
  { kind: 'ordering', text: 'From small to large', items: ['ant', 'cat'], duration: 600 },
  { kind: 'slide', text: 'That was all.' },
];

const cast = aCast();

/** What is another in each run: codes, addresses, times. */
function hide(code: () => string): (text: string) => string {
  return (text) => {
    const shown = code();
    const known = shown === '' ? text : text.replaceAll(shown, 'ABC234').replaceAll([...shown].join(' '), 'A B C 2 3 4').replaceAll(`${shown.slice(0, 3)} ${shown.slice(3)}`, 'ABC 234');
    return known
      .replaceAll(/127\.0\.0\.1:\d+/g, 'lectern.example')
      .replaceAll(/(link=|pair=|run_|set_)[\w.-]+/g, '$1…')
      .replaceAll(/(timer "Time left"): "?\d+"?/g, '$1: …')
      .replaceAll(/(?<=ends on )[^.]+(?=\.)/g, '…')
      .replaceAll(/\b\d+(\.\d+)? s\b/g, '… s');
  };
}

describe('a whole run as screen readers have it', () => {
  let code = '';
  let teacher: Person;
  let student: Person;
  let host: Transcript;
  let reader: Transcript;

  /** Both note the same step. */
  const both = async (step: string) => {
    await host.note(step);
    await reader.note(step);
  };

  it('is heard by the host from the sign-on to the lobby', async () => {
    teacher = await cast.comes('host', '/host/alder');
    host = await Transcript.of(teacher, hide(() => code));
    const { page } = teacher;
    await button(page, 'Start hosting as a guest').waitFor();
    await host.note('The page is opened');
    await press(page, button(page, 'Start hosting as a guest'));
    await page.getByText('No sets yet.').waitFor();
    await host.note('Signed on');
    await page.locator('input[type=file]').setInputFiles({ name: 'set.json', mimeType: 'application/json', buffer: Buffer.from(lectern(QUESTIONS, 'Geography')) });
    await link(page, 'Start a session with Geography').waitFor();
    await host.note('A set was uploaded');
    await press(page, link(page, 'Start a session with Geography'));
    await page.getByRole('checkbox', { name: 'Quicker answers earn more' }).waitFor();
    await host.note('The set is chosen for a session');
    await press(page, page.getByRole('checkbox', { name: 'Quicker answers earn more' }), 'Space');
    await press(page, button(page, 'Open the lobby'));
    await page.getByTestId('join-code').waitFor();
    code = await shownCode(page);
    await page.getByText('0 of 0 connected').waitFor();
    await host.note('The lobby is open');
    expect(host.lost()).toEqual(['## The page is opened']);
  });

  it('is heard by a student from the code to the lobby', async () => {
    student = await cast.comes('student', '/', PHONE);
    reader = await Transcript.of(student, hide(() => code));
    const { page } = student;
    await page.getByLabel('Join code').waitFor();
    await reader.note('The page is opened');
    await press(page, button(page, 'Join'));
    await page.getByText('Type the six characters of the code.').waitFor();
    await reader.note('The code was missing');
    await page.keyboard.type(code);
    await tabTo(page, page.getByLabel('Your name'));
    await page.keyboard.type('Ada');
    await page.keyboard.press('Enter');
    await stage(student, 'lobby');
    await page.getByText('1 participant', { exact: true }).waitFor();
    await teacher.page.getByText('1 of 1 connected').waitFor();
    await host.hears('1 participant');
    await both('A student has joined');
  });

  it('is heard by both through every kind of question', async () => {
    const { page } = student;
    const lead = teacher.page;
    const answered = () => lead.getByTestId('answered').filter({ hasText: '1 of 1 answered' }).waitFor();
    const opens = async () => {
      await stage(student, 'open');
      await lead.getByTestId('answered').filter({ hasText: '0 of 1 answered' }).waitFor();
    };
    await press(lead, button(lead, 'Start'));
    await opens();
    await both('The first question opens');
    await press(lead, button(lead, 'Pause'));
    await stage(student, 'paused');
    await both('The host pauses');
    await press(lead, button(lead, 'Go on'));
    await opens();
    await both('The host goes on');
    await press(page, button(page, /Riga/));
    await stage(student, 'result');
    await answered();
    await both('The student has answered, and everybody has');

    await press(lead, button(lead, 'Next question'));
    await opens();
    await press(page, button(page, 'Send answer'));
    await page.getByText('Choose at least one option.').waitFor();
    await reader.note('Nothing was chosen in the second question');
    await press(page, page.getByRole('button', { name: /\D2$/ }), 'Space');
    await press(page, button(page, 'Send answer'));
    await stage(student, 'result');
    await answered();
    await both('One of two right options was chosen');

    await press(lead, button(lead, 'Next question'));
    await opens();
    await tabTo(page, page.getByLabel('Your number'));
    await page.keyboard.type('fifty');
    await page.keyboard.press('Enter');
    await page.getByText('Type a number, such as 12 or 3.5.').waitFor();
    await reader.note('A number was wanted');
    await press(lead, button(lead, 'Show the answer'));
    await stage(student, 'result');
    await both('The host shows the answer before there is one');

    await press(lead, button(lead, 'Next question'));
    await opens();
    // In whatever order they came: first the ant.
    if ((await page.getByRole('listitem').first().innerText()).includes('cat')) await press(page, button(page, 'Move down: cat'));
    await reader.forget(/is now/);
    await press(page, button(page, 'Move down: ant'));
    await reader.note('An item was moved');
    await press(page, button(page, 'Move up: ant'));
    await press(page, button(page, 'Send answer'));
    await stage(student, 'result');
    await answered();
    await both('The items are in order');

    await press(lead, button(lead, 'Next question'));
    await stage(student, 'slide');
    await lead.getByRole('heading', { name: 'That was all.' }).waitFor();
    await both('A slide');
  });

  it('is heard by both to the results', async () => {
    const lead = teacher.page;
    await press(lead, button(lead, 'Finish'));
    await stage(student, 'finished');
    await both('The session is over');
    await press(lead, link(lead, 'See the results'));
    await button(lead, 'Download CSV').waitFor({ timeout: 30_000 });
    await host.note('The results');
    // Nothing had the focus only where nothing was done yet: on a page that was loaded.
    expect(host.lost()).toEqual(['## The page is opened']);
    expect(reader.lost()).toEqual(['## The page is opened']);
    await expect(reader.text()).toMatchFileSnapshot('transcripts/student.md');
    await expect(host.text()).toMatchFileSnapshot('transcripts/host.md');
  });
});
