import type { ConsumerRegistry, RegisteredConsumer } from '../log/consumer.js';

/** Projectors follow a log that moves: their groups keep the databases that they have. */
export async function copyConsumers(source: object, target: object): Promise<void> {
  if (!remembersConsumers(source) || !takesConsumers(target)) return;
  await target.putConsumers(await source.listConsumers());
}

function remembersConsumers(log: object): log is Pick<ConsumerRegistry, 'listConsumers'> {
  return 'listConsumers' in log && typeof log.listConsumers === 'function';
}

function takesConsumers(
  log: object,
): log is { putConsumers(consumers: readonly RegisteredConsumer[]): Promise<void> } {
  return 'putConsumers' in log && typeof log.putConsumers === 'function';
}
