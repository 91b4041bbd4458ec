import type { EventStore, LeaseRow, Position } from '@varve/eventstore';
import type { PublicationStore } from '../publication-store.js';
import { RELAY } from '../relay/relay-id.js';
import { keepsInstances, type InstanceReport } from './instance-report.js';

/** Publication as anybody sees it who has the log and the store, such as a command line beside the running app. */
export interface PublicationReport {
  /** Everything up to here was published, or was not to be. */
  readonly position: Position;
  readonly head: Position;
  /** Behind the checkpoint, and confirmed all the same. */
  readonly confirmedAhead: number;
  /** The oldest commit that is not known to be published, and when it was appended. */
  readonly oldest?: { readonly position: Position; readonly stream: string; readonly at: Date };
  readonly relay?: LeaseRow;
  /** What running instances say of themselves, and what killed ones said last. Absent with a store that keeps no such thing. */
  readonly instances?: readonly InstanceReport[];
}

/** How far publication has come, as log and store tell it: also in a process without a relay. `id` is the relay's, by default `relay`. */
export async function publicationReport(
  log: Pick<EventStore, 'logId' | 'head' | 'commitAt'>,
  store: PublicationStore,
  id: string = RELAY,
): Promise<PublicationReport> {
  const relay = await store.readLease(id);
  const position = (await store.load(id))?.position ?? 0;
  const head = await log.head();
  const of = { relay: id, logId: log.logId };
  const confirmed = await store.confirmedBetween(of, position, head);
  const oldest = await log.commitAt(
    firstMissing(
      position,
      confirmed.map((one) => one.position),
    ),
  );
  return {
    position,
    head,
    confirmedAhead: confirmed.length,
    ...(oldest && { oldest: { position: oldest.position, stream: oldest.stream, at: oldest.at } }),
    ...(relay && { relay }),
    ...(keepsInstances(store) && { instances: await store.listInstances(of) }),
  };
}

function firstMissing(after: Position, confirmed: readonly Position[]): Position {
  let next = after + 1;
  for (const position of confirmed) if (position === next) next += 1;
  return next;
}
