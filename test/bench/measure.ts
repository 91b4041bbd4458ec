import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How much work a row does: `full` for figures to state, `quick` for a look. */
export interface Scale {
  readonly quick: boolean;
  readonly rounds: number;
}

/** One figure; `ratio` is ours over the reference, or the other way round where less is better, so that more is always better. */
export interface Row {
  readonly name: string;
  readonly unit: string;
  readonly ours: number;
  readonly reference: number | null;
  readonly ratio: number | null;
  readonly goal: number | null;
  /** What one has to know to read it. */
  readonly note?: string;
}

/** Measures one row or several, in this process. */
export interface Benchmark {
  readonly name: string;
  readonly about: string;
  run(scale: Scale): Promise<readonly Row[]>;
}

/** One side of a comparison: makes what it needs in `folder`, and answers how long the measured part took, in milliseconds. */
export type Side = (folder: string) => Promise<number>;

export interface Comparison {
  readonly name: string;
  /** What is counted, e.g. `events/s`. */
  readonly unit: string;
  /** How many of them one side does in one round. */
  readonly amount: number;
  readonly goal: number | null;
  readonly ours: Side;
  readonly reference: Side;
}

/** Both sides in turn, each round beginning with the other one, on fresh folders of one disk; the median of the rounds' ratios. */
export async function compare(comparison: Comparison, { rounds }: Scale): Promise<Row> {
  const { name, unit, amount, goal } = comparison;
  const ours: number[] = [];
  const reference: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const sides = [
      async () => ours.push(await inFolder(comparison.ours)),
      async () => reference.push(await inFolder(comparison.reference)),
    ];
    for (const side of round % 2 === 0 ? sides : sides.reverse()) await side();
  }
  const rate = (times: readonly number[]): number => (amount * 1000) / median(times);
  const ratio = median(ours.map((time, round) => (reference[round] ?? Number.NaN) / time));
  return { name, unit, ours: rate(ours), reference: rate(reference), ratio, goal };
}

export async function inFolder<T>(side: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'varve-bench-'));
  try {
    globalThis.gc?.();
    return await side(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export async function timed(work: () => unknown): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Runs `work` once per item, `width` of them at a time. */
export async function concurrently(
  count: number,
  width: number,
  work: (item: number, worker: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const worker = async (_: unknown, index: number): Promise<void> => {
    while (next < count) await work(next++, index);
  };
  await Promise.all(Array.from({ length: width }, worker));
}
