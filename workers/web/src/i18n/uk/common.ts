//! What every page says, in Ukrainian.

import { isolated } from '../bidi';
import { telling } from '../codes';
import type { Common } from '../en/common';
import { speech } from '../locale';

const { count, number, percent } = speech('uk');

const shapes = ['Трикутник', 'Ромб', 'Коло', 'Квадрат', 'П’ятикутник', 'Шестикутник', 'Зірка', 'Хрест'];

const seconds = (n: number) => count(n, { one: '# секунда', few: '# секунди', many: '# секунд', other: '# секунди' });
/** After “через”. */
const inSeconds = (n: number) => count(n, { one: '# секунду', few: '# секунди', many: '# секунд', other: '# секунди' });
const points = (n: number) => count(n, { one: '# бал', few: '# бали', many: '# балів', other: '# бала' });
const people = (n: number) => count(n, { one: '# учасник', few: '# учасники', many: '# учасників', other: '# учасника' });
const questions = (n: number) => count(n, { one: '# запитання', few: '# запитання', many: '# запитань', other: '# запитання' });

export const uk: Common = {
  app: 'Lectern',
  language: 'Мова',
  seconds,
  points,
  people,
  questions,
  ...telling(
    {
      offline: 'Немає з’єднання. Перевірте мережу та спробуйте ще раз.',
      unknown_code: 'Сесії з таким кодом немає. Перевірте код і спробуйте ще раз.',
      too_many_guesses: 'Забагато неправильних кодів. Зачекайте хвилину та спробуйте ще раз.',
      rate_limited: 'Це було надто швидко. Трохи зачекайте та спробуйте ще раз.',
      name_taken: 'Тут уже є хтось із таким ім’ям. Виберіть інше.',
      invalid_name: 'Виберіть ім’я довжиною від 1 до 24 символів, без невидимих.',
      locked: 'Вхід закрито. Попросіть ведучого його відкрити.',
      run_full: 'У цій сесії немає вільних місць.',
      run_over: 'Цю сесію завершено.',
      removed: 'Ведучий вилучив вас із цієї сесії.',
      not_found: 'Цього тут немає або вже немає.',
      unauthenticated: 'Час вашого входу минув. Увійдіть ще раз.',
      invalid_token: 'Ваш вхід більше не дійсний. Увійдіть ще раз.',
      token_expired: 'Час вашого входу минув. Увійдіть ще раз.',
      forbidden: 'Вам не дозволено це робити.',
      pairing_used: 'Цей код під’єднання вже використано. Попросіть новий.',
      pairing_invalid: 'Цей код під’єднання більше не дійсний. Попросіть новий.',
      too_late: 'Час вийшов раніше, ніж надійшла ваша відповідь.',
      not_open: 'Це запитання не відкрите.',
      wrong_phase: 'Зараз це неможливо.',
      conflict: 'Зараз це неможливо.',
      still_open: 'Спершу дайте відповідь або зачекайте, доки вийде час.',
      done: 'Ви вже пройшли всі запитання.',
      wrong_role: 'Вам не дозволено це робити.',
      not_admitted: 'Цього місця немає в сесії.',
      answers_full: 'Ця сесія більше не приймає відповідей.',
      invalid_text: 'У вашій відповіді є символи, які неможливо показати.',
      wrong_kind: 'Така відповідь не підходить до запитання.',
      out_of_range: 'Це значення поза допустимими межами.',
      invalid_settings: 'Одне з налаштувань поза допустимими межами.',
      invalid_questions: 'Ці запитання неможливо провести.',
      already_answered: 'Ви вже відповіли на це запитання.',
      paused: 'Сесію призупинено.',
      stale: 'Тим часом усе змінилося. Погляньте ще раз.',
      unreadable_set: 'Це не вдалося прочитати як набір запитань.',
      too_large: 'Файл завеликий. Набір може мати до 10 МіБ, зображення — до 1 МіБ.',
      unsupported_media_type: 'Файли такого типу не підтримуються.',
      precondition_failed: 'Тим часом хтось це змінив.',
      not_finished: 'Результати ще готуються.',
      quota_reached: 'Ви досягли межі для гостей. Спершу щось видаліть.',
      too_many_questions: 'Сесія може мати щонайбільше 500 запитань. Виберіть менше.',
      invalid: 'Щось у цій формі заповнено неправильно.',
      unavailable: 'Частина сервісу не відповіла. Спробуйте ще раз.',
      internal: 'Сталася помилка з нашого боку. Спробуйте ще раз.',
    },
    'Не вдалося. Спробуйте ще раз.',
  ),
  shape: (position) => shapes[position % shapes.length] ?? '',
  loading: 'Завантаження…',
  retry: 'Спробувати ще раз',
  close: 'Закрити',
  cancel: 'Скасувати',

  connection: {
    connecting: 'З’єднання…',
    lost: 'Зв’язок втрачено. Відновлення…',
    waiting: (n) => `Немає зв’язку. Нова спроба через ${inSeconds(n)}.`,
    now: 'Спробувати зараз',
    back: 'Зв’язок відновлено.',
    replaced: 'Це місце відкрито в іншому вікні.',
    useHere: 'Продовжити тут',
    closed: 'З’єднання закрито.',
  },

  question: {
    position: (n, of) => `Запитання ${number(n)} з ${number(of)}`,
    poll: 'Опитування',
    timeLeft: 'Залишок часу',
    left: (n) => `Ще ${seconds(n)}`,
    true: 'Правда',
    false: 'Неправда',
    picture: 'Зображення',
    pictureFailed: 'Не вдалося завантажити зображення.',
  },

  result: {
    correct: 'Правильно',
    correctAnswer: 'Правильна відповідь',
    correctOrder: 'Правильний порядок',
    alsoAccepted: 'Також зараховуються',
    explanation: 'Чому',
    yours: 'Ваша відповідь',
    tolerance: (n) => `± ${number(n)}`,
    closeness: (n) => `що ближче, то краще, у межах ± ${number(n)}`,
    distribution: 'Відповіді',
    share: (n, hundredths) => `${people(n)}, ${percent(hundredths)}`,
    right: (n, of) => `Правильно: ${number(n)} з ${number(of)}`,
  },

  leaderboard: {
    title: 'Таблиця лідерів',
    rank: (n) => `Місце ${number(n)}`,
    you: 'ви',
    empty: 'Ще ніхто не має балів.',
  },

  join: {
    scan: 'Скануйте код або відкрийте',
    code: 'Код сесії',
    spelled: (code) => [...code].join(' '),
    qr: (url) => `QR-код, що відкриває ${isolated(url)}`,
  },
};
