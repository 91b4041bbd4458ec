import { Injectable } from '@nestjs/common';
import { InjectReadModels } from '@varve/projections/nest';
import type { SqliteReadModels } from '@varve/projections/sqlite';
import { STEPS } from './funnel.projection.js';

export type Funnel = Readonly<Record<(typeof STEPS)[number], number>>;

@Injectable()
export class FunnelQueries {
  constructor(@InjectReadModels() private readonly readModels: SqliteReadModels) {}

  /** How many orders have reached each step. */
  async funnel(): Promise<Funnel> {
    const rows = await this.readModels.query('funnel', (query) =>
      query.all<{ step: string; orders: number }>('SELECT step, orders FROM {steps}'),
    );
    const counts = new Map(rows.map((row) => [row.step, row.orders]));
    return Object.fromEntries(STEPS.map((step) => [step, counts.get(step) ?? 0])) as Funnel;
  }
}
