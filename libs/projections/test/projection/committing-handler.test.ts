import { defineProjection } from '@varve/projections';
import type { SqliteTransaction } from '@varve/projections/sqlite';
import { describe, expect, it } from 'vitest';
import { charge, newLog, openReadModels, projector } from './orders.js';

describe('a projector', () => {
  it('stops for a handler that commits by itself, instead of applying its events again and again', async () => {
    const [log, readModels] = [newLog(), await openReadModels()];
    await charge(log, 'order-1', 5);
    const committing = defineProjection<SqliteTransaction>({
      name: 'committing',
      version: 1,
      order: 'log',
      setup: (tx) => tx.exec('CREATE TABLE {rows} (x)'),
      on: {
        'order.charged': (_, tx) => {
          tx.run('INSERT INTO {rows} VALUES (1)');
          tx.database.exec('COMMIT');
        },
      },
    });
    const one = projector({ log, readModels, projections: [committing] });
    await expect(one.runUntilCaughtUp()).rejects.toMatchObject({
      code: 'not-running',
      cause: { code: 'transaction-control' },
    });
    await expect(one.runUntilCaughtUp()).rejects.toMatchObject({ code: 'not-running' });
    expect(await readModels.query('committing', (q) => q.all('SELECT x FROM {rows}'))).toHaveLength(1);
  });
});
