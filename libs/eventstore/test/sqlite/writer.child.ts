// Appends to one log from a process of its own: `file writer commits streams`, or races for commit ids: `file fences|appends ids`.
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { say } from '../../../../test/support/say.ts';

const [file = '', role = '', count = '0', streams = '1'] = process.argv.slice(2);
const store = await SqliteEventStore.open({ file, busyTimeout: 20_000 });
say({ ready: true });
await new Promise((resolve) => process.stdin.once('data', resolve));

async function append(n: number): Promise<void> {
  const events = Array.from({ length: (n % 3) + 1 }, (_, i) => ({ type: 'n.counted', data: { n, i } }));
  const result = await store.append(`n-${n % Number(streams)}`, 'any', events, { commitId: `${role}-${n}` });
  if (!result.ok) throw new Error('a conflict with "any"');
  say({ commitId: `${role}-${n}`, position: result.commit.position });
}

async function race(n: number): Promise<void> {
  const commitId = `race-${n}`;
  if (role === 'fences') {
    say({ commitId, outcome: (await store.fence(commitId)).outcome });
    return;
  }
  const outcome = await store
    .append(`n-${n}`, 'any', [{ type: 'n.counted', data: { n } }], { commitId })
    .then(() => 'committed')
    .catch((error: unknown) => (error as { code: string }).code);
  say({ commitId, outcome });
}

const work = role === 'fences' || role === 'appends' ? race : append;
for (let n = 0; n < Number(count); n += 8) {
  await Promise.all(Array.from({ length: Math.min(8, Number(count) - n) }, (_, i) => work(n + i)));
}
await store.close();
process.stdin.destroy();
say({ done: true });
