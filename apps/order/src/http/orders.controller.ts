import { randomUUID } from 'node:crypto';
import { Body, Controller, Get, HttpCode, Param, Post, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { AggregateRepository } from '@varve/eventstore';
import { InjectAggregateRepository } from '@varve/eventstore/nest';
import { CancelOrder, DeliverOrder, PayOrder, PlaceOrder, ShipOrder } from '../order/commands.js';
import { Order } from '../order/order.js';
import { refusal } from '../order/rules.js';
import { answerCommand } from './answer.js';
import type { HttpResponse } from './answer.js';
import { entityTagOf } from './entity-tag.js';
import { ApiCommand, ApiOrder } from './openapi.js';
import {
  cancelOrderBody,
  deliverOrderBody,
  orderIdSchema,
  payOrderBody,
  placeOrderBody,
  shipOrderBody,
} from './order-bodies.js';
import type {
  CancelOrderBody,
  CommittedBody,
  DeliverOrderBody,
  OrderBody,
  PayOrderBody,
  PlaceOrderBody,
  ShipOrderBody,
} from './order-bodies.js';
import { Demands } from './request-conditions.js';
import type { RequestDemands } from './request-conditions.js';

@ApiTags('orders')
@Controller('orders')
export class OrdersController {
  constructor(
    private readonly commands: CommandBus,
    @InjectAggregateRepository(Order) private readonly orders: AggregateRepository<Order>,
  ) {}

  @Get(':orderId')
  @ApiOrder('An order as its events tell it')
  async show(
    @Param('orderId', { schema: orderIdSchema }) orderId: string,
    @Res({ passthrough: true }) response: HttpResponse,
  ): Promise<OrderBody> {
    const order = await this.orders.load(orderId);
    const { view } = order;
    if (!view) throw refusal('not-placed', `There is no order ${orderId}.`);
    const version = this.orders.versionOf(order);
    response.setHeader('ETag', entityTagOf(version));
    return { ...view, items: [...view.items], payments: [...view.payments], version };
  }

  @Post()
  @ApiCommand('Places an order', 201)
  async place(
    @Body({ schema: placeOrderBody }) body: PlaceOrderBody,
    @Demands('POST /orders') demands: RequestDemands,
    @Res({ passthrough: true }) response: HttpResponse,
  ): Promise<CommittedBody> {
    const conditions = demands.about(body.customerId, body);
    // Who sends the same command again must come to the same order.
    const orderId = body.orderId ?? conditions.commitId?.slice(-32) ?? randomUUID();
    const result = await this.commands.execute(new PlaceOrder(orderId, body, conditions));
    response.setHeader('Location', `/orders/${orderId}`);
    return answerCommand(response, orderId, result);
  }

  @Post(':orderId/pay')
  @HttpCode(200)
  @ApiCommand('Pays an order, in one or several parts', 200)
  async pay(
    @Param('orderId', { schema: orderIdSchema }) orderId: string,
    @Body({ schema: payOrderBody }) body: PayOrderBody,
    @Demands('POST /orders/:orderId/pay') demands: RequestDemands,
    @Res({ passthrough: true }) response: HttpResponse,
  ): Promise<CommittedBody> {
    const command = new PayOrder(orderId, body.payments, demands.about(orderId, body));
    return answerCommand(response, orderId, await this.commands.execute(command));
  }

  @Post(':orderId/ship')
  @HttpCode(200)
  @ApiCommand('Hands an order to the carrier', 200)
  async ship(
    @Param('orderId', { schema: orderIdSchema }) orderId: string,
    @Body({ schema: shipOrderBody }) body: ShipOrderBody,
    @Demands('POST /orders/:orderId/ship') demands: RequestDemands,
    @Res({ passthrough: true }) response: HttpResponse,
  ): Promise<CommittedBody> {
    const command = new ShipOrder(orderId, body.trackingCode ?? null, demands.about(orderId, body));
    return answerCommand(response, orderId, await this.commands.execute(command));
  }

  @Post(':orderId/deliver')
  @HttpCode(200)
  @ApiCommand('Records that an order has arrived', 200)
  async deliver(
    @Param('orderId', { schema: orderIdSchema }) orderId: string,
    @Body({ schema: deliverOrderBody }) body: DeliverOrderBody,
    @Demands('POST /orders/:orderId/deliver') demands: RequestDemands,
    @Res({ passthrough: true }) response: HttpResponse,
  ): Promise<CommittedBody> {
    const command = new DeliverOrder(orderId, demands.about(orderId, body));
    return answerCommand(response, orderId, await this.commands.execute(command));
  }

  @Post(':orderId/cancel')
  @HttpCode(200)
  @ApiCommand('Cancels an order that was not shipped, and refunds it if it was paid', 200)
  async cancel(
    @Param('orderId', { schema: orderIdSchema }) orderId: string,
    @Body({ schema: cancelOrderBody }) body: CancelOrderBody,
    @Demands('POST /orders/:orderId/cancel') demands: RequestDemands,
    @Res({ passthrough: true }) response: HttpResponse,
  ): Promise<CommittedBody> {
    const command = new CancelOrder(orderId, body.reason, demands.about(orderId, body));
    return answerCommand(response, orderId, await this.commands.execute(command));
  }
}
