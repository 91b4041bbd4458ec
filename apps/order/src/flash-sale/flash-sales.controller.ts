import { randomUUID } from 'node:crypto';
import { Body, Controller, Get, HttpCode, Param, Post, Put, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { AggregateRepository } from '@varve/eventstore';
import { InjectAggregateRepository } from '@varve/eventstore/nest';
import type { HttpResponse } from '../http/answer.js';
import { Demands } from '../http/request-conditions.js';
import type { RequestDemands } from '../http/request-conditions.js';
import { commandBodyOf } from './commands.controller.js';
import { openSaleBody, orderPiecesBody, skuSchema } from './flash-sale-bodies.js';
import type { CommandBody, OpenSaleBody, OrderPiecesBody, SaleBody } from './flash-sale-bodies.js';
import { ApiAcceptedCommand, ApiSale } from './openapi.js';
import { reserveStock } from './reserve-stock.js';
import { StockCommands } from './stock-commands.js';
import { refusal } from './stock-rules.js';
import { Stock } from './stock.js';

@ApiTags('flash sales')
@Controller('flash-sales')
export class FlashSalesController {
  constructor(
    @InjectAggregateRepository(Stock) private readonly stocks: AggregateRepository<Stock>,
    private readonly commands: StockCommands,
  ) {}

  @Put(':sku')
  @ApiSale('Opens a sale; again with as many pieces, it stays as it is')
  async open(
    @Param('sku', { schema: skuSchema }) sku: string,
    @Body({ schema: openSaleBody }) { pieces }: OpenSaleBody,
  ): Promise<SaleBody> {
    await this.stocks.execute(sku, (stock) => {
      stock.open(pieces);
    });
    return this.show(sku);
  }

  @Get(':sku')
  @ApiSale('A sale, and what is left of it')
  async show(@Param('sku', { schema: skuSchema }) sku: string): Promise<SaleBody> {
    const stock = await this.stocks.load(sku);
    const { view } = stock;
    if (!view) throw refusal('sale-unknown', `There is no sale of ${sku}.`);
    return { ...view, version: this.stocks.versionOf(stock) };
  }

  @Post(':sku/orders')
  @HttpCode(202)
  @ApiAcceptedCommand('Orders pieces; carried out in its turn, and answered at `Location`')
  async order(
    @Param('sku', { schema: skuSchema }) sku: string,
    @Body({ schema: orderPiecesBody }) body: OrderPiecesBody,
    @Demands('POST /flash-sales/:sku/orders') demands: RequestDemands,
    @Res({ passthrough: true }) response: HttpResponse,
  ): Promise<CommandBody> {
    const { commitId, contentHash: fingerprint } = demands.about(sku, body);
    const id = commitId ?? randomUUID();
    // Who sends the same command again must come to the same order.
    const { orderId = id.slice(-32), customerId, pieces } = body;
    const command = reserveStock(
      { id, ...(fingerprint && { fingerprint }) },
      { sku, orderId, customerId, pieces },
    );
    const answer = await this.commands.accept(command);
    response.setHeader('Location', `/commands/${id}`);
    return commandBodyOf(id, answer);
  }
}
