import { Injectable } from '@nestjs/common';
import type { MongoReadModels, MongoTransaction } from '@varve/projections/mongodb';
import { InjectReadModels } from '@varve/projections/nest';
import type { Figures, RevenueDays } from './daily-revenue.projection.js';
import { RevenueQueries, type DayRow } from './revenue.queries.js';

type DayDocument = Figures & { readonly _id: string };

export const mongodbDays: RevenueDays<MongoTransaction> = {
  setup: (tx) => tx.createCollection('days'),

  async add(tx, day, figures) {
    await tx.collection<DayDocument>('days').updateOne({ _id: day }, { $inc: figures }, { upsert: true });
  },
};

@Injectable()
export class MongodbRevenueQueries extends RevenueQueries {
  constructor(@InjectReadModels() private readonly readModels: MongoReadModels) {
    super();
  }

  days(from: string, to: string): Promise<DayRow[]> {
    return this.readModels.query('daily-revenue', async (query) => {
      const days = query.collection<DayDocument>('days');
      const found = await days.find({ _id: { $gte: from, $lte: to } }, { sort: { _id: 1 } }).toArray();
      return found.map(({ _id: day, ...figures }) => ({ day, ...figures }));
    });
  }
}
