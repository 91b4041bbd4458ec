// Appends while its files may not grow beyond 300 kB, which stands for a disk that is full when SQLite writes its journal at COMMIT.
import { spawnSync } from 'node:child_process';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { say } from '../../../../test/support/say.ts';

const [file = '', limited] = process.argv.slice(2);
if (limited === undefined) {
  const command = 'ulimit -S -f 300; exec "$0" "$@"';
  const args = ['-c', command, process.execPath, process.argv[1] ?? '', file, 'limited'];
  process.exitCode = spawnSync('bash', args, { stdio: 'inherit' }).status ?? 1;
} else {
  process.on('SIGXFSZ', () => undefined);
  const store = await SqliteEventStore.open({ file });
  for (let n = 0; n < 80; n++) {
    const ids = [`a-${n}`, `b-${n}`];
    const appends = ids.map((commitId) =>
      store.append(commitId, 'any', [{ type: 't', data: 'x'.repeat(3_000) }], { commitId }).then(
        (result) => ({ commitId, position: result.ok ? result.commit.position : undefined }),
        (error: unknown) => ({ commitId, written: (error as { written: string }).written }),
      ),
    );
    for (const answer of await Promise.all(appends)) say(answer);
  }
  await store.close();
}
