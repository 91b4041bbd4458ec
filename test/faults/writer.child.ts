// Appends without a pause, many callers at once, and says what was acknowledged: writer.child.ts FILE WRITER FROM
// After kill -9 the next one begins with the first commit that nobody was told of, and sends the same commits under the same ids.
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { commitOf } from './support/writer-commits.ts';
import { hear, say } from '../support/say.ts';

const CALLERS = 8;

const [file = '', writer = '', from = '0'] = process.argv.slice(2);
say({ opening: file });
const store = await SqliteEventStore.open({ file, busyTimeout: 30_000 });
let next = Number(from);
let stopped = false;
void hear().then(() => (stopped = true));

async function call(): Promise<void> {
  while (!stopped) {
    const n = next++;
    const { stream, events, commitId } = commitOf(writer, n);
    const result = await store.append(stream, 'any', events, { commitId });
    if (!result.ok) throw new Error('"any" is always met');
    const { position, firstVersion, lastVersion } = result.commit;
    say({ n, position, firstVersion, lastVersion });
  }
}

await Promise.all(Array.from({ length: CALLERS }, call));
await store.close();
process.stdin.destroy();
