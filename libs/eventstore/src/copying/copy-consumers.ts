/** Where a group of projectors keeps its read models, as far as the log remembers that. */
interface Consumer {
  readonly group: string;
  readonly databaseId: string;
  readonly location: string;
  readonly registeredAt: Date;
}

/** Projectors follow a log that moves: their groups keep the databases that they have. */
export async function copyConsumers(source: object, target: object): Promise<void> {
  if (!remembersConsumers(source) || !takesConsumers(target)) return;
  await target.putConsumers(await source.listConsumers());
}

function remembersConsumers(log: object): log is { listConsumers(): Promise<readonly Consumer[]> } {
  return 'listConsumers' in log && typeof log.listConsumers === 'function';
}

function takesConsumers(log: object): log is { putConsumers(consumers: readonly Consumer[]): Promise<void> } {
  return 'putConsumers' in log && typeof log.putConsumers === 'function';
}
