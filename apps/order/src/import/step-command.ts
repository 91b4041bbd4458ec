import type { Command } from '@nestjs/cqrs';
import type { SaveResult, VarveContext } from '@varve/eventstore';
import {
  CancelOrder,
  ConfirmPayment,
  DeliverOrder,
  PayOrder,
  ShipOrder,
  TakeOverOrder,
} from '../order/commands.js';
import type { OrderStep } from './order-steps.js';

/** A step as a command. Its commit id says which step of which order it is, so that a second import repeats it and adds nothing. */
export function commandOf(step: OrderStep): Command<SaveResult> {
  const { orderId } = step;
  const conditions = { commitId: `import-${orderId}-${step.step}` };
  switch (step.step) {
    case 'place':
      return new TakeOverOrder(orderId, { customerId: step.customerId, items: step.items }, conditions);
    case 'pay':
      return step.payments
        ? new PayOrder(orderId, step.payments, conditions)
        : new ConfirmPayment(orderId, conditions);
    case 'ship':
      return new ShipOrder(orderId, null, conditions);
    case 'deliver':
      return new DeliverOrder(orderId, conditions);
    case 'cancel':
      return new CancelOrder(orderId, step.reason, conditions);
  }
}

/** What becomes the events' metadata. */
export function contextOf({ orderId, occurredAt, notBefore }: OrderStep): VarveContext {
  const context = { correlationId: `import-${orderId}`, actor: 'import', occurredAt };
  return notBefore ? { ...context, occurredAtIs: 'not-before' } : context;
}
