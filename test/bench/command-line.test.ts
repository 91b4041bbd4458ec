import { expect, it } from 'vitest';
import { startChild } from '../support/children.ts';
import { BenchUsageError, readArguments } from './arguments.ts';

const MAIN = new URL('./main.ts', import.meta.url);
const KNOWN = ['append', 'bus-memory', 'mongodb-append', 'mongodb-writers'];

it('without a name all benchmarks run that need no servers', () => {
  expect(readArguments([], KNOWN).names).toEqual(['append']);
});

it('a kind stands for all of it', () => {
  expect(readArguments(['mongodb', '--quick'], KNOWN)).toMatchObject({
    ...{ names: ['mongodb-append', 'mongodb-writers'], quick: true },
  });
});

it('what is unknown is refused, also beside what is known', () => {
  expect(() => readArguments(['append', 'mongo'], KNOWN)).toThrow(BenchUsageError);
  expect(() => readArguments(['append', 'mongo'], KNOWN)).toThrow(
    'There is no benchmark "mongo". There are append, bus-memory, mongodb-append, mongodb-writers; "bus" and "mongodb" are all of their kind.',
  );
});

async function bench(words: readonly string[], env: Record<string, string> = {}) {
  const child = startChild(MAIN, words, { env });
  const { code } = await child.exited;
  return { code, said: child.stderr };
}

it.each([
  [['--fast'], "Unknown option '--fast'. Use [NAME …] [--quick] [--json FILE] [--help]."],
  [['--json'], "Option '--json <value>' argument missing. Use [NAME …] [--quick] [--json FILE] [--help]."],
  [['--json='], '--json needs the name of a file: --json FILE.'],
  [['--json', '/nowhere/rows.json'], '--json is /nowhere/rows.json: there is no such folder.'],
])('options that make no sense are refused in a line: %j', (words, says) => {
  expect(() => readArguments(words, KNOWN)).toThrow(says);
});

it('the command ends with exit code 2 and a line for a name that it does not know', async () => {
  expect(await bench(['nonsense'])).toEqual({
    code: 2,
    said: expect.stringMatching(/^There is no benchmark "nonsense"\. .*\n$/) as string,
  });
});

it('the command ends with exit code 1 and says why when it has no server', async () => {
  const env = { MONGODB_URI: '', VARVE_BENCH_MONGODB: 'oracle' };
  expect(await bench(['mongodb-append'], env)).toEqual({
    code: 1,
    said: expect.stringMatching(
      /^mongodb-append: .*\nVARVE_BENCH_MONGODB is oracle: set it to mongo-java-server or ferretdb, .*\n$/,
    ) as string,
  });
});
