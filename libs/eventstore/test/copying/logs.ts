import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { EventStore, StoredLog } from '@varve/eventstore';
import { SqliteEventStore, SqliteLogFilling } from '@varve/eventstore/sqlite';
import { afterTest } from '../../../../test/support/after-test.js';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';

export const noted = (n: number) => [{ type: 'note.taken', data: { n } }];
const opened: { close(): Promise<void> }[] = [];
let folder: string | undefined;

/** Where the logs of the test are. */
export function folderOfTest(): string {
  if (folder === undefined) {
    folder = temporaryFolder();
    afterTest(async () => {
      await closeAll();
      folder = undefined;
    });
  }
  return folder;
}

export async function closeAll(): Promise<void> {
  for (const one of opened.splice(0)) await one.close();
}

/** A log in a folder of the test, by the name of its file. */
export async function open(name: string): Promise<SqliteEventStore> {
  const store = await SqliteEventStore.open({ file: join(folderOfTest(), name) });
  opened.push(store);
  return store;
}

export async function fill(
  name: string,
  source: { logId: string; location: string },
): Promise<SqliteLogFilling> {
  const filling = await SqliteLogFilling.open({ file: join(folderOfTest(), name) }, source);
  opened.push(filling);
  return filling;
}

export function remove(name: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(join(folderOfTest(), name + suffix), { force: true });
}

/** Commits of several sizes in several streams, one of which is closed, some with ids; and two fences. */
export async function use(log: EventStore, commits = 1_200): Promise<void> {
  const writing: Promise<unknown>[] = [];
  for (let n = 1; n < commits; n++) {
    const options = n % 3 === 0 ? { commitId: `c${n}` } : {};
    const events = Array.from({ length: 1 + (n % 4) }, (_, i) => noted(n * 10 + i)).flat();
    writing.push(log.append(`note-${n % 17}`, 'any', events, options));
  }
  await Promise.all(writing);
  await log.closeStream('note-3', 'any');
  await log.fence('late-1');
  await log.fence('late-2');
}

export async function contentOf(log: StoredLog): Promise<unknown[]> {
  const content: unknown[] = [];
  for await (const batch of log.readStored(0)) content.push(...batch);
  for await (const page of log.readFences()) content.push(...page);
  return content;
}
