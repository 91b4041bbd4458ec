import process from 'node:process';
import type { Row } from '../measure.ts';

/** Where the heap is looked at; up to the first point caches fill, so that it is the reference of the others. */
export const SHARES = [0.1, 0.5, 1];

/** After a full collection; tells it as it goes, for a million commits take minutes. */
export function heapInMegabytes(commits: number): number {
  globalThis.gc?.();
  const megabytes = process.memoryUsage().heapUsed / 1e6;
  process.stderr.write(`  ${commits.toLocaleString('en-US')} commits: ${megabytes.toFixed(1)} MB\n`);
  return megabytes;
}

export function heapRows(name: string, heap: readonly number[], amount: number): Row[] {
  const reference = heap[0] ?? Number.NaN;
  return heap.map((ours, i) => ({
    name: `${name}-at-${((SHARES[i] ?? 0) * amount).toLocaleString('en-US')}`,
    unit: 'MB (less is better)',
    ours,
    reference,
    ratio: reference / ours,
    goal: i === heap.length - 1 ? 0.8 : null,
  }));
}
