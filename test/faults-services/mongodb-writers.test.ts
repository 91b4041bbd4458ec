import { describe, expect, test } from 'vitest';
import { soakWriters, storiesFor } from './mongodb/soak-writers.js';

const ROUNDS = Number(process.env['VARVE_MONGODB_FAULT_ROUNDS'] ?? 50);
const SEED = Number(process.env['VARVE_MONGODB_FAULT_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const A_STORY = 120_000;

describe('A log in MongoDB that 1, 2, 4 and 8 processes append to, 16 callers each', () => {
  const runs = storiesFor(ROUNDS);

  test(
    `has every acknowledged commit once and no gap, and no reader misses any, after ${ROUNDS} kills of writers and servers and lost answers`,
    async () => {
      const told: string[] = [];
      const print = (line: string): void => {
        told.push(line);
        process.stdout.write(`VARVE_MONGODB_FAULT_SEED=${SEED} ${line}\n`);
      };

      await soakWriters({ seed: SEED, runs, print });

      expect(told).toHaveLength(runs.length);
    },
    120_000 + runs.length * A_STORY,
  );
});
