// Moves a log from `old.db` to `new.db` in a folder, and kills itself at a step: `folder step`.
import { join } from 'node:path';
import { copyLog } from '@varve/eventstore';
import { SqliteEventStore, SqliteLogFilling } from '@varve/eventstore/sqlite';

const [folder = '', step = ''] = process.argv.slice(2);
const source = await SqliteEventStore.open({ file: join(folder, 'old.db') });
const target = await SqliteLogFilling.open({ file: join(folder, 'new.db') }, source);

function dieAt(reached: string): void {
  if (reached === step) process.kill(process.pid, 'SIGKILL');
}

const [seal, release] = [source.seal.bind(source), target.release.bind(target)];
source.seal = async (options) => {
  const what = options?.handedTo === undefined ? 'the seal' : 'it is handed over';
  dieAt(`before ${what}`);
  const sealed = await seal(options);
  dieAt(`after ${what}`);
  return sealed;
};
target.release = async (logId) => {
  await release(logId);
  dieAt('after the release');
};
await copyLog(source, target, { as: 'move' });
