import { rebuild } from '@varve/projections';
import { expect, it } from 'vitest';
import { charge, newLog, openReadModels, projector, totals } from './orders.js';

it.each([
  ['verify', { verify: 'required' }, 'is "required". Give "none" or "report" or "require".'],
  ['requireSame', { requireSame: true }, 'is unknown. Known are'],
])(
  'A rebuild with a misspelled %s builds nothing: it would switch to rows that differ',
  async (option, wrong, why) => {
    const [log, readModels] = [newLog(), await openReadModels()];
    await charge(log, 'order-1', 1);
    await projector({ log, readModels, projections: [totals()] }).runUntilCaughtUp();
    const rebuilding = rebuild({ log, readModels, projection: totals(), ...(wrong as object) });
    await expect(rebuilding).rejects.toMatchObject({
      ...{ code: 'invalid-options', option },
      message: expect.stringContaining(`"${option}" of a rebuild ${why}`) as string,
    });
    const versions = await readModels.listVersions();
    expect(versions.map(({ processor, state }) => `${processor} ${state}`)).toEqual(['totals@1 live']);
  },
);
