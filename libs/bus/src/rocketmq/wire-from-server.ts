import type { WireMessage } from '../message/wire-message.js';
import { KEY_PROPERTY, TOPIC_PROPERTY } from './encode-message.js';
import { fromPropertyText } from './names.js';

/** Of properties that the server shows and takes from nobody, such as `__SHARDINGKEY`. */
export const SERVER_PREFIX = '__';

/** What both kinds of the driver's messages have. */
export interface ServerMessage {
  readonly topic: string;
  readonly body: Uint8Array;
  readonly properties: ReadonlyMap<string, string>;
  readonly messageGroup?: string | undefined;
}

/** Text of ours was encoded; of others it is as it is. */
export function wireFromServer({ topic, body, properties, messageGroup }: ServerMessage): WireMessage {
  const named = properties.get(TOPIC_PROPERTY);
  const read = named === undefined ? (text: string) => text : fromPropertyText;
  const headers: Record<string, string> = {};
  for (const [name, value] of properties) {
    const isForUs = name === TOPIC_PROPERTY || name === KEY_PROPERTY || name.startsWith(SERVER_PREFIX);
    if (!isForUs) headers[name] = read(value);
  }
  const key = read(properties.get(KEY_PROPERTY) ?? messageGroup ?? '');
  return { topic: read(named ?? topic), ...(key ? { key } : {}), headers, body };
}
