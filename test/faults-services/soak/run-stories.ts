import type { FinishedRuns } from './finished-runs.ts';

export interface Stories {
  /** Numbers of runs. Each is a story of its own: the same seed and number, the same decisions. */
  readonly runs: readonly number[];
  readonly seed: number;
  readonly finished?: FinishedRuns;
  readonly print?: (line: string) => void;
  /** Gives what is worth telling of its end; throws where that is not as it must be. */
  readonly tell: (run: number, seed: number) => Promise<string>;
  /** The command that tells a story again. */
  readonly again: (run: number) => string;
}

/** @throws Error at the first run whose end is not as it must be, saying how to tell it again */
export async function runStories(stories: Stories): Promise<void> {
  const { runs, seed, finished, print = () => undefined, tell, again } = stories;
  for (const run of runs) {
    if (finished?.has(run)) continue;
    const began = performance.now();
    const told = await tell(run, seedOf(seed, run)).catch((error: unknown) => {
      throw new Error(`Run ${run} of seed ${seed} failed. Again: ${again(run)}`, { cause: error });
    });
    finished?.add(run);
    print(`run ${run}: ${told}, after ${((performance.now() - began) / 1_000).toFixed(1)} s`);
  }
}

function seedOf(seed: number, run: number): number {
  return (Math.imul(seed, 0x9e3779b1) + run) >>> 0;
}
