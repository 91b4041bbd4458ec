import fc from 'fast-check';
import { expect } from 'vitest';
import { collect, perform, type Answer, type Store } from './client.js';
import { explain } from './explain.js';
import { Model } from './model.js';
import { REVISIONS, rounds, STREAMS, type Operation, type Round } from './operation.js';

export interface OpenedLog {
  readonly instances: readonly Store[];
  dispose(): Promise<void>;
}

/** Runs random rounds of concurrent operations on several instances of one log, and explains every answer. */
export async function interleave(open: () => Promise<OpenedLog>, runs: number): Promise<void> {
  const property = fc.asyncProperty(rounds(3), async (generated) => {
    const { instances, dispose } = await open();
    try {
      await play(instances, generated);
    } finally {
      await dispose();
    }
  });
  await fc.assert(property, { numRuns: runs, endOnFailure: false });
}

async function play(instances: readonly Store[], generated: readonly Round[]): Promise<void> {
  const model = new Model();
  const snapshots = new Map<string, number>();
  for (const round of generated) {
    const answers = await Promise.all(
      round.map(({ instance, operation }) =>
        perform(instances[instance] as Store, resolved(operation, model)),
      ),
    );
    explain(model, answers);
    rememberSnapshots(snapshots, answers);
    for (const store of instances) await isAs(model, store);
    for (const store of instances) await hasSnapshots(snapshots, store);
  }
  expect((await (instances[0] as Store).verify()).problems).toEqual([]);
}

/** With an expected version in place of a distance. */
function resolved(operation: Operation, model: Model): Operation {
  if (operation.kind !== 'append' && operation.kind !== 'close') return operation;
  const { expected, stream } = operation;
  if (typeof expected !== 'number') return operation;
  return { ...operation, expected: Math.max(0, model.versionOf(stream) + expected) };
}

async function isAs(model: Model, store: Store): Promise<void> {
  const commits = (await collect(store.readAll(0))).flatMap((batch) => batch.commits);
  expect(commits.map(({ events: _, ...header }) => header)).toEqual(model.headers());
  const events = commits.flatMap((commit) => commit.events);
  expect(events.map(({ stream, version, type, data }) => [stream, version, type, data])).toEqual(
    model.events(),
  );
  expect(await store.head()).toBe(model.head);
  const streams = STREAMS.map((stream) => ({
    stream,
    version: model.versionOf(stream),
    closed: model.isClosed(stream),
  }));
  const listed = [...(await store.listStreams())].sort(
    (a, b) => STREAMS.indexOf(a.stream) - STREAMS.indexOf(b.stream),
  );
  expect(listed).toEqual(streams.filter(({ version }) => version > 0));
  for (const commitId of model.fenced) {
    expect(await store.findCommit(commitId)).toEqual({ outcome: 'fenced' });
  }
}

function rememberSnapshots(snapshots: Map<string, number>, answers: readonly Answer[]): void {
  for (const answer of answers) {
    if (answer.to.kind !== 'save-snapshot' || !('version' in answer) || answer.version === 0) continue;
    const key = keyOf(answer.to.stream, answer.to.revision);
    snapshots.set(key, Math.max(answer.version, snapshots.get(key) ?? 0));
  }
}

async function hasSnapshots(snapshots: ReadonlyMap<string, number>, store: Store): Promise<void> {
  for (const stream of STREAMS) {
    for (const revision of REVISIONS) {
      const snapshot = await store.loadSnapshot(stream, revision);
      const version = snapshots.get(keyOf(stream, revision));
      expect(snapshot?.version).toBe(version);
      expect(snapshot?.state).toEqual(version === undefined ? undefined : { upTo: version });
    }
  }
}

function keyOf(stream: string, revision: string): string {
  return JSON.stringify([stream, revision]);
}
