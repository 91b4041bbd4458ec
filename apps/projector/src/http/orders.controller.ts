import { Controller, Get, NotFoundException, Param, Query, UseInterceptors } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { WaitFor } from '@varve/projections/nest';
import { cursorAfter } from '../orders/page-cursor.js';
import {
  OrdersQueries,
  type OrderDetail,
  type OrderFilter,
  type OrderRow,
} from '../orders/orders.queries.js';
import { orderDetail, orderPage } from './answer-schemas.js';
import { ApiId, ApiRead } from './openapi.js';
import { customerOrdersQuery, onlyWaitingQuery, orderListQuery } from './query-schemas.js';
import type { CustomerOrdersQuery, OrderListQuery } from './query-schemas.js';

interface OrderPage {
  readonly orders: readonly OrderRow[];
  /** Give it as `after` to get the next page; absent on the last. */
  readonly next?: string;
}

@ApiTags('orders')
@Controller()
@UseInterceptors(WaitFor('orders'))
export class OrdersController {
  constructor(private readonly orders: OrdersQueries) {}

  @Get('orders')
  @ApiRead('Orders, newest first, page by page', orderPage)
  list(@Query({ schema: orderListQuery }) query: OrderListQuery): Promise<OrderPage> {
    return this.page(query);
  }

  @Get('orders/:id')
  @ApiId('The id of an order')
  @ApiRead('An order with its lines', orderDetail, 404)
  async find(
    @Param('id') id: string,
    @Query({ schema: onlyWaitingQuery }) _query: object,
  ): Promise<OrderDetail> {
    const order = await this.orders.find(id);
    if (order) return order;
    throw new NotFoundException(`There is no order ${JSON.stringify(id)} in the read model yet.`);
  }

  @Get('customers/:id/orders')
  @ApiId('The id of a customer')
  @ApiRead("A customer's orders, newest first, page by page", orderPage)
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
