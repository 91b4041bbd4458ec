import { CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';
import type { SaveResult } from '@varve/eventstore';
import {
  CancelOrder,
  ConfirmPayment,
  DeliverOrder,
  PayOrder,
  PlaceOrder,
  ShipOrder,
  TakeOverOrder,
} from './commands.js';
import { ExecuteOrder } from './execute-order.js';

@CommandHandler(PlaceOrder)
export class PlaceOrderHandler implements ICommandHandler<PlaceOrder> {
  constructor(private readonly orders: ExecuteOrder) {}

  execute({ orderId, contents, conditions }: PlaceOrder): Promise<SaveResult> {
    return this.orders.execute(orderId, conditions, (order) => order.place(contents));
  }
}

@CommandHandler(TakeOverOrder)
export class TakeOverOrderHandler implements ICommandHandler<TakeOverOrder> {
  constructor(private readonly orders: ExecuteOrder) {}

  execute({ orderId, contents, conditions }: TakeOverOrder): Promise<SaveResult> {
    return this.orders.execute(orderId, conditions, (order) => order.takeOver(contents));
  }
}

@CommandHandler(PayOrder)
export class PayOrderHandler implements ICommandHandler<PayOrder> {
  constructor(private readonly orders: ExecuteOrder) {}

  execute({ orderId, payments, conditions }: PayOrder): Promise<SaveResult> {
    return this.orders.execute(orderId, conditions, (order) => order.pay(payments));
  }
}

@CommandHandler(ConfirmPayment)
export class ConfirmPaymentHandler implements ICommandHandler<ConfirmPayment> {
  constructor(private readonly orders: ExecuteOrder) {}

  execute({ orderId, conditions }: ConfirmPayment): Promise<SaveResult> {
    return this.orders.execute(orderId, conditions, (order) => order.confirmPayment());
  }
}

@CommandHandler(ShipOrder)
export class ShipOrderHandler implements ICommandHandler<ShipOrder> {
  constructor(private readonly orders: ExecuteOrder) {}

  execute({ orderId, trackingCode, conditions }: ShipOrder): Promise<SaveResult> {
    return this.orders.execute(orderId, conditions, (order) => order.ship(trackingCode));
  }
}

@CommandHandler(DeliverOrder)
export class DeliverOrderHandler implements ICommandHandler<DeliverOrder> {
  constructor(private readonly orders: ExecuteOrder) {}

  execute({ orderId, conditions }: DeliverOrder): Promise<SaveResult> {
    return this.orders.execute(orderId, conditions, (order) => order.deliver());
  }
}

@CommandHandler(CancelOrder)
export class CancelOrderHandler implements ICommandHandler<CancelOrder> {
  constructor(private readonly orders: ExecuteOrder) {}

  execute({ orderId, reason, conditions }: CancelOrder): Promise<SaveResult> {
    return this.orders.execute(orderId, conditions, (order) => order.cancel(reason));
  }
}

export const COMMAND_HANDLERS = [
  PlaceOrderHandler,
  TakeOverOrderHandler,
  PayOrderHandler,
  ConfirmPaymentHandler,
  ShipOrderHandler,
  DeliverOrderHandler,
  CancelOrderHandler,
];
