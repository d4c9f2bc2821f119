//! What every page says: connection, questions, results, problems.

import { isolated } from '../bidi';
import { telling } from '../codes';
import { speech } from '../locale';

const { count, number, percent } = speech('en');

const shapes = ['Triangle', 'Diamond', 'Circle', 'Square', 'Pentagon', 'Hexagon', 'Star', 'Cross'];

const seconds = (n: number) => count(n, { one: '# second', other: '# seconds' });
const points = (n: number) => count(n, { one: '# point', other: '# points' });
const people = (n: number) => count(n, { one: '# participant', other: '# participants' });
const questions = (n: number) => count(n, { one: '# question', other: '# questions' });

export const en = {
  app: 'Lectern',
  language: 'Language',
  seconds,
  points,
  people,
  questions,
  ...telling(
    {
      offline: 'There is no connection. Check your network and try again.',
      unknown_code: 'No session has this code. Check it and try again.',
      too_many_guesses: 'Too many wrong codes. Wait a minute, then try again.',
      rate_limited: 'That was too fast. Wait a moment, then try again.',
      name_taken: 'Somebody here already has this name. Choose another.',
      invalid_name: 'Choose a name of 1 to 24 characters, without invisible ones.',
      locked: 'Joining is closed. Ask your host to open it.',
      run_full: 'This session is full.',
      run_over: 'This session is over.',
      removed: 'Your host has removed you from this session.',
      not_found: 'This is not there, or not any more.',
      unauthenticated: 'Your sign-on has expired. Sign on again.',
      invalid_token: 'Your sign-on is not valid any more. Sign on again.',
      token_expired: 'Your sign-on has expired. Sign on again.',
      forbidden: 'You may not do this.',
      pairing_used: 'This pairing code was used already. Ask for a new one.',
      pairing_invalid: 'This pairing code is not valid any more. Ask for a new one.',
      too_late: 'The time was up before your answer arrived.',
      not_open: 'This question is not open.',
      wrong_phase: 'That is not possible at this point.',
      conflict: 'That is not possible at this point.',
      still_open: 'Answer the question first, or wait until its time is up.',
      done: 'You have been through all questions.',
      wrong_role: 'You may not do this.',
      not_admitted: 'This seat is not part of the session.',
      answers_full: 'This session cannot take any more answers.',
      invalid_text: 'Your answer holds characters that cannot be shown.',
      wrong_kind: 'This answer does not fit the question.',
      out_of_range: 'This value is outside of what is possible.',
      invalid_settings: 'A setting is out of its bounds.',
      invalid_questions: 'These questions cannot be played.',
      already_answered: 'You have answered this question already.',
      paused: 'The session is paused.',
      stale: 'Things have moved on since. Look again.',
      unreadable_set: 'This could not be read as a question set.',
      too_large: 'The file is too large. A set takes at most 10 MiB, a picture 1 MiB.',
      unsupported_media_type: 'This kind of file is not supported.',
      precondition_failed: 'Somebody changed this in the meantime.',
      not_finished: 'The results are still being put together.',
      quota_reached: 'You have reached the limit for guests. Delete something first.',
      too_many_questions: 'A session takes at most 500 questions. Choose fewer.',
      invalid: 'Something in this form is not valid.',
      unavailable: 'A part of the service did not answer. Try again.',
      internal: 'Something went wrong on our side. Try again.',
    },
    'That did not work. Try again.',
  ),
  shape: (position: number) => shapes[position % shapes.length] ?? '',
  loading: 'Loading…',
  retry: 'Try again',
  close: 'Close',
  cancel: 'Cancel',

  connection: {
    connecting: 'Connecting…',
    lost: 'Connection lost. Reconnecting…',
    waiting: (n: number) => `Offline. Next try in ${seconds(n)}.`,
    now: 'Try now',
    back: 'You are back online.',
    replaced: 'This seat is open in another window.',
    useHere: 'Use it here',
    closed: 'The connection was closed.',
  },

  question: {
    position: (n: number, of: number) => `Question ${number(n)} of ${number(of)}`,
    poll: 'Poll',
    timeLeft: 'Time left',
    left: (n: number) => `${seconds(n)} left`,
    true: 'True',
    false: 'False',
    picture: 'Picture',
    pictureFailed: 'The picture could not be loaded.',
  },

  result: {
    correct: 'Correct',
    correctAnswer: 'Correct answer',
    correctOrder: 'Correct order',
    alsoAccepted: 'Also accepted',
    explanation: 'Why',
    yours: 'Your answer',
    tolerance: (n: number) => `± ${number(n)}`,
    closeness: (n: number) => `the nearer the better, up to ± ${number(n)}`,
    distribution: 'Answers',
    share: (n: number, hundredths: number) => `${people(n)}, ${percent(hundredths)}`,
    right: (n: number, of: number) => `${number(n)} of ${number(of)} right`,
  },

  leaderboard: {
    title: 'Leaderboard',
    rank: (n: number) => `Rank ${number(n)}`,
    you: 'you',
    empty: 'Nobody has points yet.',
  },

  join: {
    scan: 'Join with this picture code or at',
    code: 'Join code',
    spelled: (code: string) => [...code].join(' '),
    qr: (url: string) => `QR code that opens ${isolated(url)}`,
  },
};

/** The strings of a catalogue. */
export type Common = typeof en;
