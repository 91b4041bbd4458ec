// Appends, many callers at once; one that is refused waits for room, asks what became of its commit, and tries again: patient-writer.child.ts FILE
import { createInterface } from 'node:readline';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { say } from '../support/say.ts';
import { commitOf } from './support/writer-commits.ts';

const CALLERS = 8;

const [file = ''] = process.argv.slice(2);
const store = await SqliteEventStore.open({ file });
let next = 0;
let isStopped = false;
const waiting: (() => void)[] = [];

createInterface({ input: process.stdin }).on('line', (line) => {
  if (line === '"stop"') isStopped = true;
  for (const goOn of waiting.splice(0)) goOn();
});

async function call(): Promise<void> {
  while (!isStopped) await append(next++);
}

async function append(n: number): Promise<void> {
  const { stream, events, commitId } = commitOf('patient', n);
  try {
    const result = await store.append(stream, 'any', events, { commitId });
    if (!result.ok) throw new Error('"any" is always met');
    const { position, firstVersion, lastVersion } = result.commit;
    say({ n, position, firstVersion, lastVersion });
  } catch (error) {
    const { code, written } = error as { code: string; written?: string };
    const room = new Promise<void>((resolve) => waiting.push(resolve));
    say({ n, refused: code, written });
    await room;
    say({ n, found: (await store.findCommit(commitId)).outcome });
    await append(n);
  }
}

await Promise.all(Array.from({ length: CALLERS }, call));
await store.close();
process.stdin.destroy();
say({ appended: next });
