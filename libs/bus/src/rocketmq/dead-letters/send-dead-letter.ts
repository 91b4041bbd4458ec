import type { WireMessage } from '../../message/wire-message.js';
import { toDeadLetterWire, type DeadLetterFacts } from '../../transport/emulated-dead-letter.js';
import type { ReceivedMessage } from '../client/received-message.js';
import { encodeOutgoing, type Outgoing } from '../encode-message.js';
import { faultOf } from '../error-codes.js';
import { brokerName, deadLetterTopic } from '../names.js';
import type { Sender } from '../sender.js';
import { SERVER_PREFIX } from '../wire-from-server.js';
import { bornAt, BORN_PROPERTY, ID_PROPERTY } from './dead-letter-of.js';

export interface GivenUp {
  readonly message: ReceivedMessage;
  readonly wire: WireMessage;
  readonly facts: DeadLetterFacts;
}

/**
 * A copy among the group's dead letters that says why it is there, which the server's own forwarding cannot. `false`: the server has no
 * such topic yet, or does not let this client publish there; forwarding creates it and needs no right but the group's.
 */
export async function sendDeadLetter(sender: Sender, { message, wire, facts }: GivenUp): Promise<boolean> {
  const { outgoing } = encodeOutgoing(toDeadLetterWire(wire, facts));
  const topic = deadLetterTopic(brokerName(facts.group));
  try {
    await sender.sendPlain({ ...outgoing, ...toolsOf(message), topic });
    return true;
  } catch (error) {
    const fault = faultOf(error);
    if (fault === 'unknown-topic' || fault === 'unauthorized' || fault === 'too-large') return false;
    throw error;
  }
}

/** The same message once more, under the same name and in the same place. */
export async function storeAgain(
  sender: Pick<Sender, 'sendPlain'>,
  message: ReceivedMessage,
  id: string,
): Promise<void> {
  const properties = new Map([...message.properties].filter(([name]) => !name.startsWith(SERVER_PREFIX)));
  properties.set(ID_PROPERTY, id).set(BORN_PROPERTY, String(bornAt(message)));
  const { topic, body } = message;
  await sender.sendPlain({ topic, body: Buffer.from(body), properties, ...toolsOf(message) });
}

export function toolsOf({ tag, keys }: ReceivedMessage): Pick<Outgoing, 'tag' | 'keys'> {
  return { keys: [...keys], ...(tag === undefined ? {} : { tag }) };
}
