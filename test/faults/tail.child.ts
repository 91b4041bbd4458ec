// Follows a log while others write it, all of it or one category, and says what it saw once it is told the end: tail.child.ts FILE [CATEGORY]
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { LogDigest } from './support/log-digest.ts';
import { hear, say } from '../support/say.ts';

const [file = '', category] = process.argv.slice(2);
const filter = category === undefined ? {} : { categories: [category] };
const store = await SqliteEventStore.open({ file, readOnly: true });
const digest = new LogDigest();
const told = new AbortController();
let end = Infinity;
say({ following: category ?? 'everything' });
void hear<{ end: number }>().then((message) => {
  end = message.end;
  told.abort();
});

let position = 0;
while (position < end) {
  await store.waitForCommit(position, told.signal);
  for await (const { commits, upTo } of store.readAll(position, filter)) {
    for (const commit of commits) digest.add(commit);
    position = upTo;
  }
}
await store.close();
say({ saw: digest });
process.stdin.destroy();
