import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import type { Commit } from '@varve/eventstore';
import type { Acknowledgement } from './killed-writer.ts';
import { LogDigest } from './log-digest.ts';
import { commitOf } from './writer-commits.ts';

export interface ToldWriter {
  readonly name: string;
  readonly acknowledged: ReadonlyMap<number, Acknowledgement>;
  readonly contradictions: readonly unknown[];
}

/** Every commit stands once in the log, with the content and the numbers that its writer was told. */
export function assertExactlyOnce(commits: readonly Commit[], writers: readonly ToldWriter[]): void {
  const found = new Map(commits.map((commit) => [commit.commitId, commit]));
  strictEqual(found.size, commits.length, 'A commit id stands in the log twice.');
  const untold = new Set(found.keys());
  for (const writer of writers) {
    deepStrictEqual(writer.contradictions, []);
    for (const told of writer.acknowledged.values()) {
      const { commitId, stream, events } = commitOf(writer.name, told.n);
      const commit = found.get(commitId);
      const { position, firstVersion, lastVersion } = commit ?? {};
      deepStrictEqual({ n: told.n, position, firstVersion, lastVersion }, told);
      strictEqual(commit?.stream, stream);
      deepStrictEqual(
        commit.events.map(({ type, data }) => ({ type, data })),
        events,
      );
      untold.delete(commitId);
    }
  }
  deepStrictEqual([...untold], [], 'Something is in the log that nobody was told of.');
}

export function assertNumbersWithoutGap(commits: readonly Commit[]): void {
  const versions = new Map<string, number>();
  for (const [index, { position, stream, firstVersion, lastVersion }] of commits.entries()) {
    strictEqual(position, index + 1);
    strictEqual(firstVersion, (versions.get(stream) ?? 0) + 1, `The versions of ${stream} have a gap.`);
    versions.set(stream, lastVersion);
  }
}

export function digestOf(commits: readonly Commit[]): unknown {
  const digest = new LogDigest();
  for (const commit of commits) digest.add(commit);
  return digest.toJSON();
}
