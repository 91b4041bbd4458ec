import type { ProjectorEvent } from '@varve/projections';
import { expect, it } from 'vitest';
import { charge, newLog, openReadModels, projector, totals } from './orders.js';

it('an instance that finds its version switched to by a faster one leaves it live, and does not tell of a switch', async () => {
  const [log, readModels] = [newLog(), await openReadModels()];
  await charge(log, 'order-1', 1);
  await projector({ log, readModels, projections: [totals()] }).runUntilCaughtUp();
  const switchVersion = readModels.switchVersion.bind(readModels);
  readModels.switchVersion = async (...of) => {
    await switchVersion(...of);
    return switchVersion(...of);
  };
  const events: ProjectorEvent[] = [];
  const onEvent = (event: ProjectorEvent): unknown => events.push(event);
  const projections = [totals({ version: 2 })];
  await projector({ log, readModels, projections, replaced: 'drop', onEvent }).runUntilCaughtUp();
  expect((await readModels.listVersions()).map(({ processor, state }) => [processor, state])).toEqual([
    ['totals@1', 'retired'],
    ['totals@2', 'live'],
  ]);
  expect(events.filter(({ kind }) => kind === 'switched')).toEqual([]);
});
