// Rebuilds the accounts as another release, and dies by kill -9 when it has saved a position: rebuild.child.ts LOG READ_MODELS RELEASE DIE_AT
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { rebuild } from '@varve/projections';
import { SqliteReadModels } from '@varve/projections/sqlite';
import { accounts } from './support/accounts.ts';
import { say } from '../support/say.ts';

const [logFile = '', readModelsFile = '', release = '1', dieAt = 'never'] = process.argv.slice(2);
const log = await SqliteEventStore.open({ file: logFile });
const readModels = await SqliteReadModels.open({ file: readModelsFile });

const save = readModels.save.bind(readModels);
readModels.save = (tx, processor, from, to) => {
  const isSaved = save(tx, processor, from, to);
  if (to.position >= Number(dieAt)) process.kill(process.pid, 'SIGKILL');
  return isSaved;
};

const result = await rebuild({
  log,
  readModels,
  projection: accounts({ release: Number(release) }),
  leaseDuration: 100,
  batch: { initial: 50, max: 50 },
  onEvent: (event) => event.kind === 'progressed' && say({ from: event.from, to: event.to }),
});
await readModels.close();
await log.close();
say({ result });
