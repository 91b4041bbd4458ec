import { sleep, type Position, type Processor } from '@varve/eventstore';
import { NotRunningError } from './errors.js';
import type { Processing } from './processing-options.js';

/** Steps a processor until its checkpoint is at `target`, whichever instance moves it. @throws what stops it */
export async function catchUp<Tx>(
  processor: Processor<Tx>,
  target: Position,
  processing: Processing<Tx>,
  signal?: AbortSignal,
): Promise<void> {
  const { readModels, timers } = processing;
  for (;;) {
    signal?.throwIfAborted();
    const result = await processor.runOnce({ from: 'log' });
    switch (result.kind) {
      case 'caught-up':
        if (result.position >= target) return;
        break;
      case 'standby': {
        const checkpoint = await readModels.load(processor.id);
        if ((checkpoint?.position ?? 0) >= target) return;
        await sleep(timers, result.retryIn, signal);
        break;
      }
      case 'paused':
        throw new NotRunningError(processor.id, 'paused', result.reason);
      case 'stopped':
        throw new NotRunningError(processor.id, 'stopped', result.reason, { cause: result.error });
      case 'unavailable':
        throw result.error;
      case 'ended':
        return;
      case 'progressed':
      case 'lease-lost':
        await sleep(timers, 0, signal);
    }
  }
}

const LOOK_EVERY = 10;

/** Waits until all of `ids`, which may change meanwhile, are at `target`, whichever instances move them. @throws NotRunningError */
export async function awaitAll<Tx>(
  ids: () => readonly string[],
  target: Position,
  { readModels, timers }: Processing<Tx>,
  signal?: AbortSignal,
): Promise<void> {
  for (;;) {
    signal?.throwIfAborted();
    const versions = await readModels.listVersions();
    const retired = new Set(
      versions.filter(({ state }) => state === 'retired').map(({ processor }) => processor),
    );
    const rows = new Map((await readModels.listProcessors()).map((row) => [row.processor, row]));
    const awaited = ids().filter(
      (id) => !retired.has(id) && (rows.get(id)?.checkpoint.position ?? 0) < target,
    );
    if (awaited.length === 0) return;
    for (const id of awaited) {
      const lease = rows.get(id)?.lease;
      if (lease && lease.state !== 'active') throw new NotRunningError(id, lease.state, lease.reason);
    }
    await sleep(timers, LOOK_EVERY, signal);
  }
}
