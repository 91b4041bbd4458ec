import { Controller, Get, NotFoundException, Param, Query, UseInterceptors } from '@nestjs/common';
import { WaitFor } from '@varve/projections/nest';
import { cursorAfter } from '../orders/page-cursor.js';
import {
  OrdersQueries,
  type OrderDetail,
  type OrderFilter,
  type OrderRow,
} from '../orders/orders.queries.js';
import { customerOrdersQuery, onlyWaitingQuery, orderListQuery } from './query-schemas.js';
import type { CustomerOrdersQuery, OrderListQuery } from './query-schemas.js';

interface OrderPage {
  readonly orders: readonly OrderRow[];
  /** Give it as `after` to get the next page; absent on the last. */
  readonly next?: string;
}

@Controller()
@UseInterceptors(WaitFor('orders'))
export class OrdersController {
  constructor(private readonly orders: OrdersQueries) {}

  @Get('orders')
  list(@Query({ schema: orderListQuery }) query: OrderListQuery): Promise<OrderPage> {
    return this.page(query);
  }

  @Get('orders/:id')
  async find(
    @Param('id') id: string,
    @Query({ schema: onlyWaitingQuery }) _query: object,
  ): Promise<OrderDetail> {
    const order = await this.orders.find(id);
    if (order) return order;
    throw new NotFoundException(`There is no order ${JSON.stringify(id)} in the read model yet.`);
  }

  @Get('customers/:id/orders')
  ofCustomer(
    @Param('id') customerId: string,
    @Query({ schema: customerOrdersQuery }) query: CustomerOrdersQuery,
  ): Promise<OrderPage> {
    return this.page({ ...query, customerId });
  }

  private async page(filter: OrderFilter): Promise<OrderPage> {
    const orders = await this.orders.list(filter);
    const last = orders.at(-1);
    return last && orders.length === filter.limit ? { orders, next: cursorAfter(last) } : { orders };
  }
}
