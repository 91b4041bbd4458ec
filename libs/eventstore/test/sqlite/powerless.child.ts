// Opens a log as somebody who may not write it.
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { say } from '../../../../test/support/say.ts';

const [file = ''] = process.argv.slice(2);
// The driver is loaded at the first use, from a folder that only root may read, perhaps.
await SqliteEventStore.open({ file: ':memory:' }).then((store) => store.close());
if (process.getuid?.() === 0) process.setuid?.(65534);

try {
  const store = await SqliteEventStore.open({ file });
  await store.append('n-1', 'any', [{ type: 't', data: 1 }]);
} catch (error) {
  const { code, cause } = error as { code: string; cause?: { code: string } };
  say({ opened: 'for writing', code, driver: cause?.code });
}
const store = await SqliteEventStore.open({ file, readOnly: true });
say({ opened: 'for reading', head: await store.head() });
await store.close();
