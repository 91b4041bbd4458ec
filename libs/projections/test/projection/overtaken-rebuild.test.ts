import { rebuild } from '@varve/projections';
import { expect, it } from 'vitest';
import { charge, newLog, openReadModels, projector, totals } from './orders.js';

it.each(['keep', 'drop'] as const)(
  'a rebuild that is to compare ends, and says so, when another one makes its version live first (replaced: %s)',
  async (replaced) => {
    const [log, readModels] = [newLog(), await openReadModels()];
    for (let i = 0; i < 60; i++) await charge(log, `order-${i % 7}`, i);
    await projector({ log, readModels, projections: [totals()] }).runUntilCaughtUp();
    const options = { log, readModels, projection: totals(), leaseDuration: 20 };
    const openSnapshot = readModels.openSnapshot.bind(readModels);
    let other: ReturnType<typeof rebuild> | undefined;
    let compared = 0;
    readModels.openSnapshot = async () => {
      if (++compared > 10) throw new Error('It compares for ever.');
      if (!other) await charge(log, 'order-1', 1);
      await (other ??= rebuild({ ...options, replaced }));
      return openSnapshot();
    };
    const overtaken = await rebuild({ ...options, verify: 'require' });
    expect(await other).toMatchObject({ outcome: 'switched', version: { generation: 2 }, position: 61 });
    expect(overtaken).toMatchObject({
      outcome: 'held',
      reason: 'not-verified',
      verification: { verdict: 'not-comparable', why: 'built-elsewhere' },
    });
  },
);
