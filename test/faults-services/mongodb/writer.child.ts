// Appends, 16 callers at once and as much as it is allowed, says what was acknowledged, and ends when it hears so; then the same for another log.
// What became of an append that fails is asked by its commit id, and what is absent is appended again.
import { isEventStoreError, type ExpectedVersion } from '@varve/eventstore';
import { MongoEventStore } from '@varve/eventstore/mongodb';
import { say } from '../../support/say.ts';
import { commitOf } from '../../faults/support/writer-commits.ts';
import { hear } from './conversation.ts';
import { CALLERS, type Allowance, type WriterOrders } from './orders.ts';
import { whileUnavailable } from './while-unavailable.ts';

for (let orders = await hear<WriterOrders>(); orders; orders = await hear<WriterOrders>())
  await write(orders);

async function write({ uri, database, writer, from, atLeast, appendTimeout }: WriterOrders): Promise<void> {
  const store = await whileUnavailable(() =>
    MongoEventStore.connect({ uri, database, create: false, appendTimeout }),
  );
  const versions = new Map<string, number>();
  let [next, allowed, isStopped] = [from, atLeast, false];
  let wake: () => void = () => undefined;
  const listen = async (): Promise<void> => {
    for (let heard = await hear<Allowance | 'stop'>(); heard && heard !== 'stop'; heard = await hear()) {
      allowed += heard.more;
      wake();
    }
    isStopped = true;
    wake();
  };
  const stopped = listen();
  /** Gives the number of the commit to append, or nothing when the work is done. */
  const nextNumber = async (): Promise<number | undefined> => {
    while (next >= allowed && !isStopped) await woken();
    return isStopped && next >= atLeast ? undefined : next++;
  };
  let waiting: Promise<void> | undefined;
  const woken = (): Promise<void> =>
    (waiting ??= new Promise<void>((resolve) => (wake = resolve)).then(() => (waiting = undefined)));

  const tell = (
    n: number,
    commit: { position: number; firstVersion: number; lastVersion: number; stream: string },
  ) => {
    const { position, firstVersion, lastVersion, stream } = commit;
    versions.set(stream, Math.max(lastVersion, versions.get(stream) ?? 0));
    say({ n, position, firstVersion, lastVersion });
  };

  /** Every other one says which version it expects, and may be wrong by then. */
  const append = async (n: number): Promise<void> => {
    const { stream, events, commitId } = commitOf(writer, n);
    let expected: ExpectedVersion = n % 2 === 0 ? 'any' : (versions.get(stream) ?? 'any');
    for (;;) {
      try {
        const result = await store.append(stream, expected, events, { commitId });
        if (result.ok) {
          tell(n, result.commit);
          return;
        }
        expected = 'any';
      } catch (error) {
        if (!isEventStoreError(error) || error.code !== 'store-unavailable') throw error;
        const { written } = error as { written?: string };
        say({ refused: written });
        const found = await whileUnavailable(() => store.findCommit(commitId));
        if (found.outcome === 'committed') {
          tell(n, found.commit);
          return;
        }
      }
    }
  };

  const call = async (): Promise<void> => {
    for (let n = await nextNumber(); n !== undefined; n = await nextNumber()) await append(n);
  };
  say({ writing: database });
  await Promise.all(Array.from({ length: CALLERS }, call));
  await stopped;
  await store.close();
  say({ done: database });
}
