import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { startChild } from '../support/children.ts';
import { temporaryFolder } from '../support/temp-dir.ts';
import { readOptions } from '../e2e/demo/demo-options.ts';
import { Refusal } from '../e2e/demo/refusal.ts';

const MAIN = new URL('../e2e/demo/main.ts', import.meta.url);

async function demo(words: string, env: Record<string, string> = {}) {
  const child = startChild(MAIN, words.split(' ').filter(Boolean), { env: { MONGODB_URI: '', ...env } });
  const { code } = await child.exited;
  return { code, said: child.stderr };
}

function refusalOf(words: string): Error | undefined {
  try {
    readOptions(words.split(' '));
  } catch (error) {
    return error as Error;
  }
  return undefined;
}

/** One sentence, or two, in one line. */
const says = (pattern: RegExp) => expect.stringMatching(new RegExp(`^${pattern.source}\\n?$`)) as string;

describe('The demo says in a line what is wrong, before it starts anything', () => {
  const wrong: Readonly<Record<string, RegExp>> = {
    '--count abc': /--count is abc: give a whole number from 10\./,
    '--count -5': /--count is -5: give a whole number from 10\./,
    '--count 9': /--count is 9: give a whole number from 10\./,
    '--count': /--count needs a value: --count=…/,
    '--seed 1.5': /--seed is 1\.5: give a whole number from 0\./,
    '--orders /nowhere': /--orders is \/nowhere: there is no such folder\./,
    '--store postgres': /--store is postgres: give sqlite or mongodb\./,
    '--bus nsq': /--bus is nsq: give rocketmq or kafka\./,
    '--bus kafka --publication perhaps': /--publication is perhaps: give relay or two-phase\./,
    '--fast': /The demo has no option --fast\. It has --orders, .*--publication\./,
    '-x': /The demo has no option -x\. .*/,
    'fast --seed 2': /The demo does not know what "fast" is\. .*/,
  };
  for (const [words, pattern] of Object.entries(wrong)) {
    it(words, () => {
      const refusal = refusalOf(words);
      expect(refusal).toBeInstanceOf(Refusal);
      expect(refusal).toMatchObject({ exitCode: 2, message: says(pattern) });
    });
  }

  for (const words of ['--count abc', '--count -5', '--orders /nowhere', '--fast']) {
    it(`${words}, with exit code 2`, async () => {
      expect(await demo(words)).toEqual({ code: 2, said: `${refusalOf(words)?.message}\n` });
    });
  }

  it('a folder that has no orders, with exit code 2', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'orders.csv'), '');
    const { code, said } = await demo(`--orders ${folder}`);
    expect(code).toBe(2);
    expect(said).toMatch(/^--orders is .*, where order_items\.csv, .*customers\.csv should be: .*\.\n$/);
  });

  it('an address that is none of MongoDB, with exit code 2 and without its password', async () => {
    const result = await demo('--store mongodb', { MONGODB_URI: 'shop:secret@db' });
    expect(result).toEqual({ code: 2, said: says(/MONGODB_URI cannot be used: .*Give mongodb:\/\/HOST.*/) });
    expect(result.said).not.toContain('secret');
  });

  it('a server that cannot be reached, with exit code 1', async () => {
    expect(await demo('--store mongodb', { MONGODB_URI: 'mongodb://127.0.0.1:1/' })).toEqual({
      code: 1,
      said: says(/The server at MONGODB_URI cannot be used: .*127\.0\.0\.1:1\. Check that it runs, .*/),
    });
  });
});

it('the demo takes what it is told', () => {
  expect(readOptions(['--count', '10', '--seed=0', '--store', 'mongodb', '--bus', 'kafka'])).toEqual({
    ...{ store: 'mongodb', mongodb: 'mongo-java-server', orders: undefined, count: 10, seed: 0 },
    bus: { bus: 'kafka', publication: 'relay' },
  });
  expect(readOptions(['--help'])).toBe('help');
});
