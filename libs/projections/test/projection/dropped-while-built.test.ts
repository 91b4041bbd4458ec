import { rebuild } from '@varve/projections';
import { expect, it } from 'vitest';
import { charge, newLog, openReadModels, projector, totals } from './orders.js';

it('a rebuild whose version somebody else drops, to begin afresh, ends and says so', async () => {
  const [log, readModels] = [newLog(), await openReadModels()];
  for (let i = 0; i < 60; i++) await charge(log, `order-${i % 7}`, i);
  await projector({ log, readModels, projections: [totals()] }).runUntilCaughtUp();
  let dropped: Promise<void> | undefined;
  const dropping = rebuild({
    log,
    readModels,
    projection: totals(),
    batch: { initial: 10, max: 10 },
    onProgress: ({ version }) => void (dropped ??= readModels.dropVersion(version)),
  });
  await expect(dropping).rejects.toMatchObject({ code: 'unknown-projection' });
  await dropped;
});
