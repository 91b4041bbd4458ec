import { byteLengthOf } from './bytes.js';
import { encodeWire, type WireOptions } from './encode-wire.js';
import type { Message } from './message.js';
import type { WireMessage } from './wire-message.js';

/** What a broker counts a header as besides its text; brokers differ, so this is the most of any (two 32-bit lengths, as in Kafka's v1). */
const PER_HEADER = 8;

/** Key, headers and body in bytes. An adapter that has the wire form already asks `wireSizeOf`, which does not encode again. */
export function sizeOf(message: Message, options?: WireOptions): number {
  return wireSizeOf(encodeWire(message, options));
}

/** For adapters: key, headers and body in bytes, with eight more for each header. */
export function wireSizeOf({ key, headers, body }: WireMessage): number {
  let bytes = body.length + byteLengthOf(key ?? '');
  for (const [name, value] of Object.entries(headers))
    bytes += PER_HEADER + byteLengthOf(name) + byteLengthOf(value);
  return bytes;
}
