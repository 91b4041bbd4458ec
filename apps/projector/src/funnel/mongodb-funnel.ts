import { Injectable } from '@nestjs/common';
import type { MongoReadModels, MongoTransaction } from '@varve/projections/mongodb';
import { InjectReadModels } from '@varve/projections/nest';
import type { FunnelSteps } from './funnel.projection.js';
import { funnelOf, FunnelQueries, type Funnel } from './funnel.queries.js';

interface StepDocument {
  readonly _id: string;
  readonly orders: number;
}

export const mongodbSteps: FunnelSteps<MongoTransaction> = {
  setup: (tx) => tx.createCollection('steps'),

  async add(tx, counted) {
    const steps = tx.collection<StepDocument>('steps');
    for (const [_id, orders] of counted)
      await steps.updateOne({ _id }, { $inc: { orders } }, { upsert: true });
  },
};

@Injectable()
export class MongodbFunnelQueries extends FunnelQueries {
  constructor(@InjectReadModels() private readonly readModels: MongoReadModels) {
    super();
  }

  async funnel(): Promise<Funnel> {
    const rows = await this.readModels.query('funnel', (query) =>
      query.collection<StepDocument>('steps').find().toArray(),
    );
    return funnelOf(rows.map(({ _id: step, orders }) => ({ step, orders })));
  }
}
