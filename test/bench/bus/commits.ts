import { join } from 'node:path';
import { commitMessage, type PublishableCommit } from '@varve/bus';
import type { Commit, EventStore } from '@varve/eventstore';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { fillLog } from '../rebuilding.ts';

/** A log of so many commits of one event each. */
export async function filledLog(folder: string, amount: number): Promise<SqliteEventStore> {
  const log = await SqliteEventStore.open({ file: join(folder, 'log.db') });
  await fillLog(log, amount);
  return log;
}

export async function commitsOf(log: EventStore): Promise<readonly Commit[]> {
  const all: Commit[] = [];
  for await (const { commits } of log.readAll(0, { batchSize: 1_000 })) all.push(...commits);
  return all;
}

/** The same bytes as the bus would send, put together as somebody without it would. */
export function bodyOf(commit: Commit, logId: string): Buffer {
  const { stream, firstVersion, lastVersion, position, at, events } = commit;
  return Buffer.from(
    JSON.stringify({
      specversion: '1.0',
      id: `${stream}@${firstVersion}`,
      source: `urn:varve:log:${logId}`,
      subject: stream,
      time: at.toISOString(),
      dataschema: 'urn:varve:schema:commit:1',
      firstversion: String(firstVersion),
      lastversion: String(lastVersion),
      position: String(position),
      type: 'varve.commit',
      datacontenttype: 'application/json',
      data: { events: events.map(({ type, data }) => ({ type, data })) },
    }),
  );
}

export function messagesOf(commits: readonly (Commit | PublishableCommit)[], logId: string, topic: string) {
  return commits.map((commit) => commitMessage(commit, { logId, topic }));
}
