import type { DeadLetter } from '../../transport/dead-letters.js';
import { fromDeadLetterWire } from '../../transport/emulated-dead-letter.js';
import type { ReceivedMessage } from '../client/received-message.js';
import { wireFromServer } from '../wire-from-server.js';

/** Keeps the name of a dead letter when it is stored anew. */
export const ID_PROPERTY = 'varve-dead-letter-id';

/** Keeps the time by which it is listed, in milliseconds. */
export const BORN_PROPERTY = 'varve-dead-letter-born';

/** Where a message stands among the dead letters. */
export type Place = Pick<ReceivedMessage, 'id' | 'properties' | 'bornAt'>;

export function idOf({ properties, id }: Place): string {
  return properties.get(ID_PROPERTY) ?? id;
}

/** What the server moved by itself does not say why, and if it is not ours perhaps not even from where. */
export function deadLetterOf(message: ReceivedMessage, group: string): DeadLetter {
  const wire = wireFromServer(message);
  const topic = wire.topic === message.topic ? (message.deadLetterOf ?? wire.topic) : wire.topic;
  return { ...fromDeadLetterWire(idOf(message), { ...wire, topic }), group };
}

/** Oldest first; by name where the time is the same. */
export function inOrder(one: Place, other: Place): number {
  const byTime = bornAt(one) - bornAt(other);
  return byTime || (idOf(one) < idOf(other) ? -1 : 1);
}

/** When it became a dead letter, also of one that was stored anew since. */
export function bornAt({ properties, bornAt }: Place): number {
  return Number(properties.get(BORN_PROPERTY) ?? bornAt?.getTime() ?? 0);
}
