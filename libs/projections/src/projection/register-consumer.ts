import type { ConsumerRegistry, LogReader } from '@varve/eventstore';

/** @throws when the log knows the group with another database */
export async function registerConsumer(
  log: LogReader,
  group: string,
  { databaseId, location }: { readonly databaseId: string; readonly location: string },
): Promise<void> {
  if (!remembersConsumers(log)) return;
  await log.registerConsumer({ group, databaseId, location });
}

function remembersConsumers(log: object): log is Pick<ConsumerRegistry, 'registerConsumer'> {
  return 'registerConsumer' in log && typeof log.registerConsumer === 'function';
}
