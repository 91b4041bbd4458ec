import { describe, expect, test } from 'vitest';
import { soak } from './soak/soak.js';

const RUNS = Number(process.env['VARVE_SOAK_RUNS'] ?? 1);
const SEED = Number(process.env['VARVE_SOAK_SEED'] ?? 20_261_121);
const A_RUN = 120_000;

describe('After random commands, kills, sleeps and outages every read model is the fold of its log', () => {
  test.each([
    ['rocketmq', 'two-phase'],
    ['rocketmq', 'relay'],
    ['kafka', 'relay'],
    ['memory', 'two-phase'],
    ['memory', 'relay'],
  ] as const)(
    `on %s, published by %s, in ${RUNS} stories`,
    async (bus, publication) => {
      const told: string[] = [];
      const runs = Array.from({ length: RUNS }, (_, run) => run);
      await soak({ bus, publication, runs, seed: SEED, print: (line) => told.push(line) });
      expect(told).toHaveLength(RUNS);
    },
    60_000 + RUNS * A_RUN,
  );
});
