import { describe, expect, it } from 'vitest';
import { startChild } from '../../support/children.ts';

const MAIN = new URL('./main.ts', import.meta.url);

describe('a soak says in one sentence what is wrong with its arguments, with exit code 2', () => {
  const wrong: Readonly<Record<string, RegExp>> = {
    nosuch: /^Unexpected argument 'nosuch'.*--help" shows what there is\.\n$/,
    '--bogus': /^Unknown option '--bogus'.*--help" shows what there is\.\n$/,
    '--seed': /^Option '--seed <value>' argument missing\. .*\n$/,
    '--seed=x': /^--seed is "x": use a whole number\.\n$/,
    '--runs=1e9': /^--runs is "1e9": use a whole number\.\n$/,
    '--bus=nsq': /^--bus is "nsq": use rocketmq or kafka or memory\.\n$/,
    '--store=postgres': /^--store is "postgres": use mongodb\.\n$/,
    '--bus=kafka --publication=two-phase': /^Kafka has no messages .*\n$/,
  };
  for (const [words, sentence] of Object.entries(wrong)) {
    it(words, async () => {
      const child = startChild(MAIN, words.split(' '));
      expect(await child.exited).toEqual({ code: 2, signal: null });
      expect(child.stderr).toMatch(sentence);
    });
  }
});
