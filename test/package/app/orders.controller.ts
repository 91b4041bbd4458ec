import { Controller, HttpCode, Param, Post } from '@nestjs/common';
import { isEventStoreError, type AggregateRepository } from '@varve/eventstore';
import { InjectAggregateRepository } from '@varve/eventstore/nest';
import { Order } from './order.js';

@Controller('orders/:id')
export class OrdersController {
  constructor(@InjectAggregateRepository(Order) private readonly orders: AggregateRepository<Order>) {}

  @Post()
  async place(@Param('id') id: string): Promise<string> {
    const order = this.orders.create(id);
    order.place(4200);
    await order.commit();
    return 'placed';
  }

  @Post('payment')
  @HttpCode(200)
  async pay(@Param('id') id: string): Promise<string> {
    try {
      await this.orders.execute(id, (order) => order.pay());
      return 'paid';
    } catch (error) {
      if (isEventStoreError(error, 'domain-rule-violated')) return error.message;
      throw error;
    }
  }
}
