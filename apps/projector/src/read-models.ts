import type { Provider } from '@nestjs/common';
import type { Feature } from '@varve/projections/nest';
import type { ReadModelsConfig } from './config/projector-config.js';
import { funnelProjection } from './funnel/funnel.projection.js';
import { FunnelQueries } from './funnel/funnel.queries.js';
import { MongodbFunnelQueries, mongodbSteps } from './funnel/mongodb-funnel.js';
import { SqliteFunnelQueries, sqliteSteps } from './funnel/sqlite-funnel.js';
import { MongodbOrdersQueries, mongodbOrders } from './orders/mongodb-orders.js';
import { ordersProjection } from './orders/orders.projection.js';
import { OrdersQueries, type OrdersVersion } from './orders/orders.queries.js';
import { SqliteOrdersQueries, sqliteOrders } from './orders/sqlite-orders.js';
import { dailyRevenueProjection } from './revenue/daily-revenue.projection.js';
import { MongodbRevenueQueries, mongodbDays } from './revenue/mongodb-revenue.js';
import { RevenueQueries } from './revenue/revenue.queries.js';
import { SqliteRevenueQueries, sqliteDays } from './revenue/sqlite-revenue.js';

interface ReadModelsForm {
  readonly projections: (version: OrdersVersion) => readonly Feature[];
  readonly queries: Provider[];
}

/** What handles events is the same on both; how rows are kept and asked for is not. */
export function readModelsOf(config: ReadModelsConfig): ReadModelsForm {
  return 'sqlite' in config ? IN_SQLITE : IN_MONGODB;
}

const IN_SQLITE: ReadModelsForm = {
  projections: (version) => [
    ordersProjection(sqliteOrders, version),
    dailyRevenueProjection(sqliteDays),
    funnelProjection(sqliteSteps),
  ],
  queries: [
    { provide: OrdersQueries, useClass: SqliteOrdersQueries },
    { provide: RevenueQueries, useClass: SqliteRevenueQueries },
    { provide: FunnelQueries, useClass: SqliteFunnelQueries },
  ],
};

const IN_MONGODB: ReadModelsForm = {
  projections: (version) => [
    ordersProjection(mongodbOrders, version),
    dailyRevenueProjection(mongodbDays),
    funnelProjection(mongodbSteps),
  ],
  queries: [
    { provide: OrdersQueries, useClass: MongodbOrdersQueries },
    { provide: RevenueQueries, useClass: MongodbRevenueQueries },
    { provide: FunnelQueries, useClass: MongodbFunnelQueries },
  ],
};
