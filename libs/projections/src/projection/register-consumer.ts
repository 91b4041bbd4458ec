import type { LogReader } from '@varve/eventstore';

/** A log that remembers where each group keeps its read models: positions of one group in two databases would be two truths. */
interface ConsumerRegistry {
  registerConsumer(consumer: {
    readonly group: string;
    readonly databaseId: string;
    readonly location: string;
  }): void | Promise<void>;
}

/** @throws when the log knows the group with another database */
export async function registerConsumer(
  log: LogReader,
  group: string,
  { databaseId, location }: { readonly databaseId: string; readonly location: string },
): Promise<void> {
  if (!remembersConsumers(log)) return;
  await log.registerConsumer({ group, databaseId, location });
}

function remembersConsumers(log: object): log is ConsumerRegistry {
  return 'registerConsumer' in log && typeof log.registerConsumer === 'function';
}
