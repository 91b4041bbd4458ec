import { Module } from '@nestjs/common';
import { EventStoreModule } from '@varve/eventstore/nest';
import { COMMAND_HANDLERS } from './command-handlers.js';
import { ExecuteOrder } from './execute-order.js';
import { Order } from './order.js';

const orders = EventStoreModule.forFeature([Order]);

@Module({
  imports: [orders],
  providers: [ExecuteOrder, ...COMMAND_HANDLERS],
  exports: [orders],
})
export class OrderModule {}
