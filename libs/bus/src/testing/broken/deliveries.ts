import type { DeliveriesHandler, Delivery, MessageHandler } from '../../transport/subscription.js';
import { gathered } from '../in-batches.js';
import { bound, brokenBus, type Overrides } from './broken-bus.js';

/** So that there is more than one in a batch. */
const GATHERING = 2;

function inBatches(many: DeliveriesHandler): MessageHandler {
  return gathered(many, (handOver) => setTimeout(handOver, GATHERING));
}

/** Hands over by the batch, and does something otherwise with it. */
function byTheBatch(twist: (many: DeliveriesHandler) => DeliveriesHandler): Overrides {
  return (bus) => ({
    subscribe: (options, handler, many) => bus.subscribe(options, many ? inBatches(twist(many)) : handler),
  });
}

function each(change: (delivery: Delivery, batch: readonly Delivery[]) => Partial<Delivery>) {
  return byTheBatch(
    (many) => (batch) => many(batch.map((delivery) => ({ ...delivery, ...change(delivery, batch) }))),
  );
}

function failAll(batch: readonly Delivery[], error: unknown): void {
  for (const delivery of batch) delivery.failed(error);
}

export const brokenAtDeliveries = [
  brokenBus(
    'fails a whole batch with one of it',
    ['tries again the one of many that failed, and no other'],
    each((_, batch) => ({ failed: (error) => failAll(batch, error) })),
  ),

  brokenBus(
    'acknowledges a whole batch with one of it',
    ['acknowledges of many only what is done', 'waits for those of many that are open when it is closed'],
    each((_, batch) => ({ done: () => batch.forEach((one) => one.done()) })),
  ),

  brokenBus(
    'hands over as much as it has to a handler of many',
    ['hands over no more of many than may be in hand'],
    (bus) => ({
      subscribe: (options, handler, many) =>
        bus.subscribe(
          many ? { ...options, order: 'none', maxInFlight: 100 } : options,
          many ? inBatches(many) : handler,
        ),
    }),
  ),

  brokenBus(
    'takes what it has handed over for done when it is closed',
    ['waits for those of many that are open when it is closed'],
    (bus) => ({
      async subscribe(options, handler, many) {
        const open = new Set<Delivery>();
        const noted: DeliveriesHandler = (batch) => {
          for (const delivery of batch) open.add(delivery);
          many?.(batch);
        };
        const inner = await bus.subscribe(options, many ? inBatches(noted) : handler);
        const close = (): Promise<void> => {
          for (const delivery of open) delivery.done();
          return inner.close();
        };
        return { ...bound(inner), close };
      },
    }),
  ),

  brokenBus(
    'acknowledges what a handler of many has thrown at',
    ['fails all that a handler of many was given when that throws'],
    byTheBatch((many) => (batch) => {
      try {
        many(batch);
      } catch {
        for (const delivery of batch) delivery.done();
      }
    }),
  ),

  brokenBus(
    'counts what is failed after it was done',
    ['settles each of many once, whatever is said of it later'],
    (bus) => ({
      async subscribe(options, handler, many) {
        let late = 0;
        const counting: DeliveriesHandler = (batch) =>
          many?.(batch.map((one) => countedLate(one, () => (late += 1))));
        const inner = await bus.subscribe(options, many ? inBatches(counting) : handler);
        const status = () => ({ ...inner.status(), retried: inner.status().retried + late });
        return { ...bound(inner), status };
      },
    }),
  ),
];

function countedLate(delivery: Delivery, late: () => void): Delivery {
  let isDone = false;
  return {
    ...delivery,
    done() {
      isDone = true;
      delivery.done();
    },
    failed(error) {
      if (isDone) late();
      delivery.failed(error);
    },
  };
}
