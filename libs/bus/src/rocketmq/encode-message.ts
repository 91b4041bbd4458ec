import { encodeWire } from '../message/encode-wire.js';
import type { Message } from '../message/message.js';
import { ROCKETMQ_BINDING } from '../message/wire-binding.js';
import type { WireMessage } from '../message/wire-message.js';
import { brokerName, brokerTag, propertyText, searchKey } from './names.js';

/** Our own properties: what the server has no field for, or changes. */
export const TOPIC_PROPERTY = 'varve-topic';
export const KEY_PROPERTY = 'varve-key';

/** A message as the driver takes it, but for what depends on the topic's type. */
export interface Outgoing {
  readonly topic: string;
  readonly body: Buffer;
  readonly tag?: string;
  readonly keys: string[];
  readonly properties: Map<string, string>;
}

export interface EncodedMessage {
  readonly outgoing: Outgoing;
  readonly bytes: number;
}

/** Always structured: the server keeps properties in 16 KiB, and takes no message without a body. */
export function encodeMessage(message: Message): EncodedMessage {
  const wire = encodeWire(message, { mode: 'structured', binding: ROCKETMQ_BINDING });
  return encodeOutgoing(wire, message);
}

export function encodeOutgoing(
  wire: WireMessage,
  tools: Pick<Message, 'tag' | 'searchKeys'> = {},
): EncodedMessage {
  const { topic, key, headers, body } = wire;
  const properties = new Map([[TOPIC_PROPERTY, propertyText(topic)]]);
  if (key !== undefined) properties.set(KEY_PROPERTY, propertyText(key));
  for (const [name, value] of Object.entries(headers)) properties.set(name, propertyText(value));
  const tag = tools.tag === undefined ? undefined : brokerTag(tools.tag);
  const keys = [...new Set([...(key ? [key] : []), ...(tools.searchKeys ?? [])])].map(searchKey);
  const outgoing = {
    topic: brokerName(topic),
    body: Buffer.from(body.buffer, body.byteOffset, body.byteLength),
    ...(tag === undefined ? {} : { tag }),
    keys,
    properties,
  };
  return { outgoing, bytes: bytesOf(outgoing) };
}

function bytesOf({ topic, body, tag = '', keys, properties }: Outgoing): number {
  let bytes = body.length + Buffer.byteLength(topic) + Buffer.byteLength(tag);
  for (const key of keys) bytes += 1 + Buffer.byteLength(key);
  for (const [name, value] of properties) bytes += 2 + Buffer.byteLength(name) + Buffer.byteLength(value);
  return bytes;
}
