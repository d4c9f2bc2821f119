//! What the student's pages say.

import { isolated } from '../bidi';
import { speech } from '../locale';

const { count, number } = speech('en');

const points = (n: number) => count(n, { one: '# point', other: '# points' });
const seconds = (n: number) => count(n, { one: '# second', other: '# seconds' });

export const en = {
  join: {
    title: 'Join a session',
    code: 'Join code',
    codeHint: 'Six letters and digits, shown by your host',
    name: 'Your name',
    nameHint: 'Everybody in the session sees it',
    go: 'Join',
    joining: 'Joining…',
    byLink: 'You were invited by link.',
    codeMissing: 'Type the six characters of the code.',
    nameMissing: 'Type a name.',
    continueTitle: 'You are still in a session',
    continueAs: (name: string) => `Continue as ${isolated(name)}`,
  },
  lobby: {
    title: (name: string) => `You are in, ${isolated(name)}`,
    wait: 'The session has not started yet. Keep this page open.',
    alone: 'This session goes at your own pace once it starts.',
  },
  ready: 'Get ready…',
  answer: {
    send: 'Send answer',
    sending: 'Sending…',
    waitingForNetwork: 'Your answer is kept and will be sent when you are back online.',
    chooseOne: 'Choose one',
    chooseAny: 'Choose all that apply',
    chooseAtLeastOne: 'Choose at least one option.',
    number: 'Your number',
    numberInvalid: 'Type a number, such as 12 or 3.5.',
    text: 'Your answer',
    textMissing: 'Type an answer of at most 200 characters.',
    order: 'Put these in order, first on top',
    up: (item: string) => `Move up: ${isolated(item)}`,
    down: (item: string) => `Move down: ${isolated(item)}`,
    moved: (item: string, to: number, of: number) => `${isolated(item)} is now ${number(to)} of ${number(of)}`,
    stored: 'Answer saved',
    storedDetail: 'Waiting for the others.',
    late: 'Time is up',
    lateDetail: 'No answer was counted for this question.',
  },
  result: {
    right: 'Right!',
    partial: 'Partly right',
    wrong: 'Not this time',
    unscored: 'Thank you',
    timed_out: 'Time was up',
    shown: 'Here is the answer',
    gained: (n: number) => `+${points(n)}`,
    lost: (n: number) => `−${points(n)}`,
    none: 'No points',
    streak: (n: number) => `${number(n)} in a row`,
    next: 'Waiting for the next question.',
  },
  score: 'Score',
  paused: 'Paused',
  pausedDetail: 'Your host has stopped the clock.',
  slide: 'Have a look. Your host moves on.',
  own: {
    start: 'Start',
    ready: 'Ready when you are',
    readyDetail: 'The clock starts when you open the first question.',
    next: 'Next question',
    finish: 'Finish',
    done: 'You are through',
    doneDetail: 'You can leave this page open to see how the session ends.',
  },
  finished: {
    title: 'The session is over',
    score: (n: number) => `You scored ${points(n)}.`,
    rank: (n: number) => `You came in at rank ${number(n)}.`,
    thanks: 'Thank you for taking part.',
    again: 'Join another session',
  },
  closed: {
    removed: 'You were taken out of this session',
    removedDetail: 'Your host has removed you. If this was a mistake, ask your host.',
    over: 'This session is over',
    overDetail: 'There is nothing more to see here.',
    expired: 'This seat is not valid any more',
    expiredDetail: 'Join again with the code.',
  },
  announce: {
    question: (n: number, of: number) => `Question ${number(n)} of ${number(of)}.`,
    time: (n: number) => `${seconds(n)}.`,
  },
};

/** The strings of a catalogue. */
export type Play = typeof en;
