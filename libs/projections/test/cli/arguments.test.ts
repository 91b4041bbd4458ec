import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { varve } from './command.js';
import { filesIn, flags } from './shop.js';

const failing = () => Promise.reject(new Error('the app was loaded'));

test.each([
  ['an unknown command', 'frobnicate', /unknown command 'frobnicate'/],
  ['an unknown option', 'log tail --folow', /unknown option '--folow'/],
  ['no command', '', /Usage: varve/],
  ['half a command', 'projections', /Usage: varve projections/],
  ['a missing name', 'projections rebuild', /missing required argument 'projection'/],
  ['too much', 'projections list x', /too many arguments/],
  ['a position that is none', 'log tail --from 1.5', /'--from <position>'.*whole number/],
  ['position 0', 'replay mail --from 0', /'--from <position>'.*from 1/],
  ['no position', 'replay mail', /required option '--from <position>'/],
  ['a limit that is none', 'streams list --limit many', /'--limit <n>'.*from 1/],
  ['commas in the wrong places', 'log tail --from 1,00', /whole number/],
  ['a time that is none', 'projections wait orders --timeout soon', /'--timeout <duration>'.*250ms/],
  [
    'effects that were not confirmed',
    'replay mail --from 3',
    /from position 3 on would happen again.*--effects-again/s,
  ],
  [
    'streams to discard that are not named',
    'parked discard orders',
    /name the streams to discard, or say --all/,
  ],
  ['all streams and some', 'parked retry orders order-1 --all', /not both/],
])('%s is a problem of the arguments: it is named, and nothing is opened', async (_what, words, message) => {
  const files = filesIn();
  for (const given of [
    await varve([...flags(files), ...words.split(' ').filter(Boolean)]),
    await varve(words, { app: failing }),
  ]) {
    expect(given.code).toBe(2);
    expect(given.err).toMatch(message);
    expect(given.err).not.toContain('the app was loaded');
  }
  expect(existsSync(files.log) || existsSync(files.readModels)).toBe(false);
});

test.each([
  ['log tail', /--log FILE/],
  ['streams list', /--log FILE/],
  ['--read-models r.db projections wait orders', /--log FILE/],
  ['projections list', /--read-models FILE/],
  ['--log l.db parked list', /--read-models FILE/],
  ['doctor', /--log FILE, --read-models FILE, or both/],
  ['--log l.db --read-models r.db projections rebuild orders', /through your app/],
  ['--log l.db --read-models r.db replay mail --from 1 --effects-again', /through your app/],
])('stand-alone, "varve %s" says what it needs before it opens anything', async (words, message) => {
  expect(await varve(words)).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringMatching(message) as string,
  });
});

test('help and version open nothing, and list exit codes and commands', async () => {
  const help = await varve('--help', { app: failing });
  expect(help).toMatchObject({ code: 0, err: '' });
  for (const word of ['projections', 'replay', 'parked', 'log', 'streams', 'doctor', '130', '--json'])
    expect(help.out).toContain(word);
  expect((await varve('projections rebuild --help', { app: failing })).out).toContain('--require-same');
  expect(await varve('--version', { app: failing })).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^\d+\.\d+\.\d+$/) as string,
  });
});

test('a name that is mistyped is an error, not an empty log', async () => {
  const files = filesIn();
  expect(await varve([...flags(files), 'projections', 'status'])).toMatchObject({
    code: 1,
    err: expect.stringContaining(files.log) as string,
  });
  expect(existsSync(files.log)).toBe(false);
});

test.each(['--json', '--json projections'])(
  '"varve %s" says to programs that no command was named',
  async (words) => {
    const { code, out } = await varve(words);
    expect(code).toBe(2);
    expect(JSON.parse(out)).toEqual({
      error: { code: 'usage', message: 'No command was named: "varve --help" shows all.' },
    });
  },
);
