import type { CommitMessage } from '@varve/bus';
import type { Commit, EventStore } from '@varve/eventstore';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { seeded } from '../../../../test/support/random.js';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';
import { commitsOf, Story } from './support/story.js';

/** How many times as many stories as usual, and where they begin. */
const factor = Number(process.env['VARVE_PROPERTY_FACTOR'] ?? 1);
const firstSeed = Number(process.env['VARVE_SEED'] ?? 1);

function told({ stream, firstVersion, lastVersion, commitId, at, events }: CommitMessage | Commit) {
  return {
    commit: `${stream} ${firstVersion}-${lastVersion}`,
    commitId,
    at: at.toISOString(),
    events: events?.map(({ type, data }) => ({ type, data })),
  };
}

async function run(seed: number, log: EventStore): Promise<Story> {
  const story = new Story(seeded(seed), log);
  await story.tell(300);
  const commits = (await commitsOf(log)).map(told);
  const byName = new Map(commits.map((one) => [one.commit, one]));
  for (const message of story.seen.map(told)) {
    const inLog = byName.get(message.commit);
    // A pointer tells the numbers only.
    const expected = message.events === undefined ? { ...inLog, events: undefined, at: message.at } : inLog;
    expect(message, `seed ${seed}: visible, and not in the log`).toEqual(expected);
  }
  const visible = new Set(story.seen.map((message) => told(message).commit));
  const missing = commits.filter(({ commit }) => !visible.has(commit));
  expect(missing, `seed ${seed}: in the log, and not visible`).toEqual([]);
  return story;
}

describe('Whatever happens between several instances, a broker and a log, what is visible is what the log has', () => {
  it('in memory', { timeout: 60_000 * factor }, async () => {
    const happened = new Map<string, number>();
    for (let seed = firstSeed; seed < firstSeed + 40 * factor; seed += 1) {
      const story = await run(seed, new InMemoryEventStore());
      for (const [what, times] of story.happened) happened.set(what, (happened.get(what) ?? 0) + times);
    }
    if (firstSeed !== 1) return;
    const needed = ['appended', 'conflict', 'commit-fenced', 'commit-id-reused', 'died', 'swept', 'in-doubt'];
    for (const what of [...needed, 'checked-back', 'commit-unconfirmed', 'unreachable', 'lease-lost'])
      expect(happened.get(what) ?? 0, `stories in which there was: ${what}`).toBeGreaterThan(0);
  });

  it('in SQLite', { timeout: 60_000 * factor }, async () => {
    const folder = temporaryFolder();
    for (let seed = firstSeed; seed < firstSeed + 6 * factor; seed += 1) {
      const log = await SqliteEventStore.open({ file: join(folder, `${seed}.db`) });
      await run(10_000 + seed, log);
      await log.close();
    }
  });
});
