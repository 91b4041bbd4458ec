import { describe, expect, it } from 'vitest';
import { charge, newLog, openReadModels, projector, totals } from './orders.js';

describe('waiting for a projection', () => {
  it.each([NaN, -1, 1.5, Infinity])('refuses position %s', async (position) => {
    const one = projector({ log: newLog(), readModels: await openReadModels(), projections: [totals()] });
    const waiting = one.waitFor(position, 'totals', { timeout: 0 });
    await expect(waiting).rejects.toMatchObject({ code: 'invalid-options', option: 'position' });
  });

  it.each<unknown>([undefined, null, '1', 1n])(
    'refuses position %s, which is no number',
    async (position) => {
      const one = projector({ log: newLog(), readModels: await openReadModels(), projections: [totals()] });
      const waiting = one.waitFor(position as number, 'totals', { timeout: 0 });
      await expect(waiting).rejects.toMatchObject({ code: 'invalid-options', option: 'position' });
    },
  );

  it('refuses to wait for no projection', async () => {
    const one = projector({ log: newLog(), readModels: await openReadModels(), projections: [totals()] });
    const waiting = one.waitFor(0, undefined as unknown as string);
    await expect(waiting).rejects.toMatchObject({ code: 'invalid-options', option: 'name' });
  });

  it.each([NaN, -1, '5s' as unknown as number])('refuses a timeout of %s', async (timeout) => {
    const one = projector({ log: newLog(), readModels: await openReadModels(), projections: [totals()] });
    const waiting = one.waitFor(1, 'totals', { timeout });
    await expect(waiting).rejects.toMatchObject({ code: 'invalid-options', option: 'timeout' });
  });
});

describe('a projection that was stopped by a failure', () => {
  it.each(['no such order', 'No such order.'])(
    'says why and what to do once, after "%s"',
    async (message) => {
      const [log, readModels] = [newLog(), await openReadModels()];
      await charge(log, 'order-1', 5);
      const failing = totals({
        failurePolicy: { retries: 0, then: 'stop' },
        before: () => {
          throw new Error(message);
        },
      });
      const error = await projector({ log, readModels, projections: [failing] })
        .runUntilCaughtUp()
        .catch((thrown: unknown) => thrown);
      expect(String(error)).toMatch(
        /could not apply position 1 \(stream "order-1"\): no such order\. Mend the cause, then resume it: varve projections resume\.$/i,
      );
    },
  );
});
