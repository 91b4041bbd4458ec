// A projector on files that says everything it announces, until SIGTERM: projector.child.ts '{"logFile":…,"readModelsFile":…,"owner":…}'
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { Projector, type ProjectorEvent } from '@varve/projections';
import { SqliteReadModels } from '@varve/projections/sqlite';
import { accounts } from './support/accounts.ts';
import type { ProjectorOrders } from './support/projectors.ts';
import { say } from '../support/say.ts';

const orders = JSON.parse(process.argv[2] ?? '') as ProjectorOrders;
const { logFile, readModelsFile, owner, leaseDuration, sleep, release = 1, busyTimeout = 5_000 } = orders;
const log = await SqliteEventStore.open({ file: logFile });
const readModels = await SqliteReadModels.open({ file: readModelsFile, busyTimeout });

/** Stops this whole process in the middle of what it does, as a suspended virtual machine is. */
function fallAsleep(): void {
  say({ asleep: true });
  process.kill(process.pid, 'SIGSTOP');
}

let isTired = sleep !== undefined;

function tire(when: NonNullable<typeof sleep>['when'], position: number): void {
  if (!isTired || sleep?.when !== when || position < sleep.at) return;
  isTired = false;
  fallAsleep();
}

const readAll = log.readAll.bind(log);
log.readAll = async function* (after, options) {
  for await (const batch of readAll(after, options)) {
    tire('it has read', batch.upTo);
    yield batch;
  }
};

function toldOf(event: ProjectorEvent): object {
  if (!('error' in event)) return event;
  const { code, message } = event.error as { code?: string; message: string };
  return { ...event, error: { code, message } };
}

const projector = new Projector({
  log,
  readModels,
  owner,
  leaseDuration,
  projections: [accounts({ release, before: ({ position = 0 }) => tire('it applies', position) })],
  versionCheckInterval: 20,
  onEvent: (event) => say(toldOf(event)),
});
// Before anything is said: whoever hears it may send the signal at once.
const terminated = new Promise((resolve) => process.once('SIGTERM', resolve));
await projector.start();
say({ started: owner });
await terminated;
await projector.stop();
await readModels.close();
await log.close();
