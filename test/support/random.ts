import { seededRandom } from './seeded-random.ts';

/** Draws from a seed, so that a failing run can be repeated. */
export function seeded(seed: number) {
  const random = seededRandom(seed);
  const below = (n: number) => Math.floor(random() * n);
  const pick = <T>(values: readonly T[]): T => values[below(values.length)]!;
  return { below, pick, chance: (p: number) => random() < p };
}

export type Random = ReturnType<typeof seeded>;
