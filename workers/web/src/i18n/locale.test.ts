import { expect, test } from 'vitest';
import { uk as common } from './uk/common';
import { LOCALES, TAGS, best, speech } from './locale';

test.each([
  [['uk-UA', 'en'], 'uk'],
  [['de-AT', 'uk', 'en'], 'uk'],
  [['EN-us'], 'en'],
  [['fr', 'ja'], 'en'],
  [[undefined, null, ''], 'en'],
  [['ukulele'], 'en'],
])('of %j the best is %s', (wanted, found) => expect(best(wanted)).toBe(found));

test.each(TAGS)('%s is given every form in which it counts', (tag) => {
  expect([...LOCALES[tag].plurals].sort()).toEqual(new Intl.PluralRules(tag).resolvedOptions().pluralCategories.sort());
});

test.each([
  [0, '0 учасників'],
  [1, '1 учасник'],
  [2, '2 учасники'],
  [5, '5 учасників'],
  [11, '11 учасників'],
  [12, '12 учасників'],
  [21, '21 учасник'],
  [22, '22 учасники'],
  [111, '111 учасників'],
  [1.5, '1,5 учасника'],
  [2000, '2\u00a0000 учасників'],
])('%d in Ukrainian is “%s”', (n, words) => expect(common.people(n)).toBe(words));

test('numbers, shares and moments are written as the language writes them', () => {
  const at = '2026-03-04T15:06:00Z';
  const [en, uk] = [speech('en'), speech('uk')];
  expect([en.number(1234.5), uk.number(1234.5)]).toEqual(['1,234.5', '1\u00a0234,5']);
  expect([en.percent(45), uk.percent(45)]).toEqual(['45%', '45%']);
  expect(en.moment(at)).toMatch(/Mar/);
  expect(uk.moment(at)).toMatch(/бер/);
});
