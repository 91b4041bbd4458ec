import { Command } from '@nestjs/cqrs';
import type { SaveResult } from '@varve/eventstore';
import type { OrderItem, Payment } from './events.js';

/** How a command is to be carried out, whoever sends it. */
export interface Conditions {
  /** Makes the command idempotent: the second one with the same id gets the first one's result. */
  readonly commitId?: string | undefined;
  /** Of what was sent: the same commit id with another hash is refused. */
  readonly contentHash?: string | undefined;
  /** The order must be at one of these versions. */
  readonly versions?: readonly number[] | 'any' | undefined;
}

export class PlaceOrder extends Command<SaveResult> {
  constructor(
    readonly orderId: string,
    readonly contents: {
      readonly customerId: string;
      readonly items: readonly OrderItem[];
      readonly totalCents?: number | undefined;
    },
    readonly conditions: Conditions = {},
  ) {
    super();
  }
}

/** Places an order that another system has accepted. */
export class TakeOverOrder extends Command<SaveResult> {
  constructor(
    readonly orderId: string,
    readonly contents: { readonly customerId: string; readonly items: readonly OrderItem[] | undefined },
    readonly conditions: Conditions = {},
  ) {
    super();
  }
}

export class PayOrder extends Command<SaveResult> {
  constructor(
    readonly orderId: string,
    readonly payments: readonly Payment[],
    readonly conditions: Conditions = {},
  ) {
    super();
  }
}

/** Records that another system says that the order is paid. */
export class ConfirmPayment extends Command<SaveResult> {
  constructor(
    readonly orderId: string,
    readonly conditions: Conditions = {},
  ) {
    super();
  }
}

export class ShipOrder extends Command<SaveResult> {
  constructor(
    readonly orderId: string,
    readonly trackingCode: string | null,
    readonly conditions: Conditions = {},
  ) {
    super();
  }
}

export class DeliverOrder extends Command<SaveResult> {
  constructor(
    readonly orderId: string,
    readonly conditions: Conditions = {},
  ) {
    super();
  }
}

export class CancelOrder extends Command<SaveResult> {
  constructor(
    readonly orderId: string,
    readonly reason: string,
    readonly conditions: Conditions = {},
  ) {
    super();
  }
}
