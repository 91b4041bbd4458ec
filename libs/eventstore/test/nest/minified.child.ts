// Pays an order that another build has placed: minified.child.ts FILE. The test compiles and minifies it together with shop.ts.
import { CommandBus, CqrsModule } from '@nestjs/cqrs';
import { NestFactory } from '@nestjs/core';
import type { AggregateRepository } from '@varve/eventstore';
import { EventStoreModule, getAggregateRepositoryToken } from '@varve/eventstore/nest';
import { Order, OrderPaid, PayOrder, SalesModule } from './shop.js';

const app = await NestFactory.createApplicationContext(
  {
    module: SalesModule,
    imports: [CqrsModule.forRoot(), EventStoreModule.forRoot({ sqlite: { file: process.argv[2] ?? '' } })],
  },
  { logger: ['error'] },
);
await app.get(CommandBus).execute(new PayOrder('1', 200));
const order = await app.get<AggregateRepository<Order>>(getAggregateRepositoryToken(Order)).load('1');
process.stdout.write(
  `${JSON.stringify({ names: [Order.name, OrderPaid.name], state: order.toSnapshot() })}\n`,
);
await app.close();
