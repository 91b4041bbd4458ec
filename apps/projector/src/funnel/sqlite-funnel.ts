import { Injectable } from '@nestjs/common';
import { InjectReadModels } from '@varve/projections/nest';
import type { SqliteReadModels, SqliteTransaction } from '@varve/projections/sqlite';
import type { FunnelSteps } from './funnel.projection.js';
import { funnelOf, FunnelQueries, type Funnel } from './funnel.queries.js';

export const sqliteSteps: FunnelSteps<SqliteTransaction> = {
  setup(tx) {
    tx.exec('CREATE TABLE {steps} (step TEXT PRIMARY KEY, orders INTEGER NOT NULL) STRICT, WITHOUT ROWID');
  },

  add(tx, counted) {
    for (const [step, orders] of counted) {
      tx.run(
        'INSERT INTO {steps} VALUES (?, ?) ON CONFLICT (step) DO UPDATE SET orders = orders + excluded.orders',
        step,
        orders,
      );
    }
  },
};

@Injectable()
export class SqliteFunnelQueries extends FunnelQueries {
  constructor(@InjectReadModels() private readonly readModels: SqliteReadModels) {
    super();
  }

  async funnel(): Promise<Funnel> {
    const rows = await this.readModels.query('funnel', (query) =>
      query.all<{ step: string; orders: number }>('SELECT step, orders FROM {steps}'),
    );
    return funnelOf(rows);
  }
}
