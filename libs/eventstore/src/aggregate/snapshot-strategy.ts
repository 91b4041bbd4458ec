import { InvalidOptionsError } from '../log/errors.js';
import type { StreamVersion } from '../log/positions.js';

/** Decides after each append whether a snapshot is worth its write. */
export interface SnapshotStrategy {
  isDue(progress: SnapshotProgress): boolean;
}

/** What has happened since the last snapshot, or since the stream began. */
export interface SnapshotProgress {
  readonly version: StreamVersion;
  readonly events: number;
  /** Between the commits' times. */
  readonly milliseconds: number;
}

export const SnapshotStrategy = {
  /** A snapshot after at least `n` events since the last one. A load then reads about `n` events at most. */
  everyEvents(n: number): SnapshotStrategy {
    assertPositive('everyEvents', n);
    return { isDue: ({ events }) => events >= n };
  },

  /** A snapshot at the first append that is at least `n` milliseconds younger than the last one. */
  everyMilliseconds(n: number): SnapshotStrategy {
    assertPositive('everyMilliseconds', n);
    return { isDue: ({ milliseconds }) => milliseconds >= n };
  },

  never: { isDue: () => false } satisfies SnapshotStrategy as SnapshotStrategy,
} as const;

function assertPositive(option: string, n: number): void {
  if (Number.isSafeInteger(n) && n > 0) return;
  throw new InvalidOptionsError(
    option,
    `${option}(${String(n)}): use a whole number from 1, or SnapshotStrategy.never.`,
  );
}
