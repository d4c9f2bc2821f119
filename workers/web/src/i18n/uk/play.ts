//! What the student's pages say, in Ukrainian.

import { isolated } from '../bidi';
import type { Play } from '../en/play';
import { speech } from '../locale';

const { count, number } = speech('uk');

const points = (n: number) => count(n, { one: '# бал', few: '# бали', many: '# балів', other: '# бала' });
const seconds = (n: number) => count(n, { one: '# секунда', few: '# секунди', many: '# секунд', other: '# секунди' });

export const uk: Play = {
  join: {
    title: 'Увійти в сесію',
    code: 'Код сесії',
    codeHint: 'Шість літер і цифр, які показує ведучий',
    name: 'Ваше ім’я',
    nameHint: 'Його бачать усі в сесії',
    go: 'Увійти',
    joining: 'Входимо…',
    byLink: 'Вас запросили за посиланням.',
    codeMissing: 'Введіть шість символів коду.',
    nameMissing: 'Введіть ім’я.',
    continueTitle: 'Ви ще в сесії',
    continueAs: (name) => `Продовжити як ${isolated(name)}`,
  },
  lobby: {
    title: (name) => `Ви в сесії, ${isolated(name)}`,
    wait: 'Сесія ще не почалася. Не закривайте цю сторінку.',
    alone: 'Коли сесія почнеться, ви проходитимете її у власному темпі.',
  },
  ready: 'Приготуйтеся…',
  answer: {
    send: 'Надіслати відповідь',
    sending: 'Надсилаємо…',
    waitingForNetwork: 'Вашу відповідь збережено. Вона надійде, щойно з’явиться зв’язок.',
    chooseOne: 'Виберіть один варіант',
    chooseAny: 'Виберіть усе, що підходить',
    chooseAtLeastOne: 'Виберіть хоча б один варіант.',
    number: 'Ваше число',
    numberInvalid: 'Введіть число, наприклад 12 або 3,5.',
    text: 'Ваша відповідь',
    textMissing: 'Введіть відповідь довжиною до 200 символів.',
    order: 'Розташуйте за порядком, перше — зверху',
    up: (item) => `Вище: ${isolated(item)}`,
    down: (item) => `Нижче: ${isolated(item)}`,
    moved: (item, to, of) => `${isolated(item)}: тепер ${number(to)} з ${number(of)}`,
    stored: 'Відповідь збережено',
    storedDetail: 'Чекаємо на інших.',
    late: 'Час вийшов',
    lateDetail: 'Відповідь на це запитання не зараховано.',
  },
  result: {
    right: 'Правильно!',
    partial: 'Частково правильно',
    wrong: 'Цього разу ні',
    unscored: 'Дякуємо',
    timed_out: 'Час вийшов',
    shown: 'Ось відповідь',
    gained: (n) => `+${points(n)}`,
    lost: (n) => `−${points(n)}`,
    none: 'Без балів',
    streak: (n) => `${number(n)} поспіль`,
    next: 'Чекаємо на наступне запитання.',
  },
  score: 'Бали',
  paused: 'Пауза',
  pausedDetail: 'Ведучий зупинив годинник.',
  slide: 'Погляньте. Далі поведе ведучий.',
  own: {
    start: 'Почати',
    ready: 'Починайте, коли будете готові',
    readyDetail: 'Відлік почнеться, коли ви відкриєте перше запитання.',
    next: 'Наступне запитання',
    finish: 'Завершити',
    done: 'Ви пройшли все',
    doneDetail: 'Можна залишити цю сторінку відкритою і побачити, чим закінчиться сесія.',
  },
  finished: {
    title: 'Сесію завершено',
    score: (n) => `Ваш результат: ${points(n)}.`,
    rank: (n) => `Ваше місце: ${number(n)}.`,
    thanks: 'Дякуємо за участь.',
    again: 'Увійти в іншу сесію',
  },
  closed: {
    removed: 'Вас вилучено з цієї сесії',
    removedDetail: 'Це зробив ведучий. Якщо сталася помилка, зверніться до нього.',
    over: 'Цю сесію завершено',
    overDetail: 'Тут більше нічого немає.',
    expired: 'Це місце більше не дійсне',
    expiredDetail: 'Увійдіть ще раз за кодом.',
  },
  announce: {
    question: (n, of) => `Запитання ${number(n)} з ${number(of)}.`,
    time: (n) => `${seconds(n)}.`,
  },
};
