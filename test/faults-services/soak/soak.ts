import type { BrokerAddress, Publication } from '../parties/orders.ts';
import { Stage } from '../stage.ts';
import type { FinishedRuns } from './finished-runs.ts';
import { tellRandomStory } from './random-story.ts';

export interface SoakOptions {
  readonly bus: BrokerAddress['kind'];
  readonly publication: Publication;
  /** Numbers of runs. Each is a story of its own: the same seed and number, the same decisions. */
  readonly runs: readonly number[];
  readonly seed: number;
  readonly finished?: FinishedRuns;
  readonly print?: (line: string) => void;
}

/** @throws Error at the first run whose end is not as it must be, saying how to tell it again */
export async function soak(options: SoakOptions): Promise<void> {
  const { bus, publication, runs, seed, finished, print = () => undefined } = options;
  const stage = await Stage.open(bus, publication, seed);
  try {
    for (const run of runs) {
      if (finished?.has(run)) continue;
      const began = performance.now();
      await tellRandomStory(stage, seedOf(seed, run)).catch((error: unknown) => {
        throw new Error(`Run ${run} of seed ${seed} failed. Again: ${again(options, run)}`, { cause: error });
      });
      finished?.add(run);
      print(`run ${run}: as it must be, after ${((performance.now() - began) / 1_000).toFixed(1)} s`);
    }
  } finally {
    await stage.close();
  }
}

function seedOf(seed: number, run: number): number {
  return (Math.imul(seed, 0x9e3779b1) + run) >>> 0;
}

function again({ bus, publication, seed }: SoakOptions, run: number): string {
  return `npm run faults -- --bus ${bus} --publication ${publication} --seed ${seed} --run ${run}`;
}
