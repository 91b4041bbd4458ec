import { expect, it } from 'vitest';
import { parseLocalTime } from '../src/import/local-time.js';

it('reads month, day, year, hour and minute', () => {
  expect(parseLocalTime('7/4/2018 8:05')).toBe('2018-07-04T08:05:00');
  expect(parseLocalTime('12/31/2017 23:59')).toBe('2017-12-31T23:59:00');
  expect(parseLocalTime('2/29/2016 0:00')).toBe('2016-02-29T00:00:00');
});

it('reads the times of the files as they are published: year, month, day and the time with its seconds', () => {
  expect(parseLocalTime('2017-10-02 10:56:33')).toBe('2017-10-02T10:56:33');
  expect(parseLocalTime('2018-07-04T08:05')).toBe('2018-07-04T08:05:00');
});

it.each([
  '',
  '31/12/2017 10:00',
  '2/29/2017 0:00',
  '6/31/2018 1:00',
  '1/1/2018 24:00',
  '1/1/2018 9:60',
  '2018-01-32 09:00',
  '2018-02-29 09:00:00',
  '2018-01-01 09:00:60',
  '2018-01-01T09:00:00Z',
  '2018-01-01T09:00:00-03:00',
  '2018-01-01',
  '1/1/18 9:00',
])('does not take "%s" for a time', (text) => {
  expect(parseLocalTime(text)).toBeUndefined();
});
