import { MessageRejectedError } from './errors.js';
import { attributesOf, isCanonical, type Attributes } from './attributes.js';
import type { Message } from './message.js';
import { bytesOf, toBase64 } from './bytes.js';
import { isJsonType, JSON_TYPE, OWN_STRUCTURED_TYPE } from './media-type.js';
import { KAFKA_BINDING, type WireBinding } from './wire-binding.js';
import type { WireMessage } from './wire-message.js';

/** How `encodeWire` and `sizeOf` lay a message out for a broker. */
export interface WireOptions {
  /** `structured`: all in the body, as JSON. `binary`: the attributes in headers, the data alone in the body. Default `structured`. */
  readonly mode?: 'structured' | 'binary';
  /** Default `KAFKA_BINDING`. */
  readonly binding?: WireBinding;
}

const CONTROL = /\p{Cc}/u;

/**
 * A message as CloudEvents 1.0 in the binding's terms. `tag`, `searchKeys` and `delay` are not part of it: the adapter gives them to the broker.
 *
 * @throws MessageRejectedError when it is no CloudEvent: an attribute is missing, or its name or value is not allowed
 */
export function encodeWire(message: Message, options: WireOptions = {}): WireMessage {
  const { mode = 'structured', binding = KAFKA_BINDING } = options;
  const { topic, key, event } = message;
  if (mode === 'structured' && !(event.data instanceof Uint8Array) && isCanonical(event))
    return { topic, key, ...structured(jsonOf(event), binding) };
  const attributes = attributesOf(event);
  const isBinary = mode === 'binary' && !(binding.plainHeaders && hasControlCharacters(attributes));
  const { headers, body } = (isBinary ? inBinary : inStructured)(attributes, event.data, binding);
  return { topic, key, headers, body };
}

type Content = Pick<WireMessage, 'headers' | 'body'>;

function inStructured(attributes: Attributes, data: unknown, binding: WireBinding): Content {
  const content =
    data === undefined ? {} : data instanceof Uint8Array ? { data_base64: toBase64(data) } : { data };
  return structured(jsonOf({ ...attributes, ...content }), binding);
}

function structured(json: string, { contentType }: WireBinding): Content {
  return { headers: { [contentType]: OWN_STRUCTURED_TYPE }, body: bytesOf(json) };
}

function inBinary(attributes: Attributes, data: unknown, binding: WireBinding): Content {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (name !== 'datacontenttype') headers[binding.prefix + name] = value;
  }
  const type =
    attributes['datacontenttype'] ??
    (data === undefined || data instanceof Uint8Array ? undefined : JSON_TYPE);
  if (type !== undefined) headers[binding.contentType] = type;
  return { headers, body: bodyOf(data, type) };
}

function bodyOf(data: unknown, type: string | undefined): Uint8Array {
  if (data === undefined) return new Uint8Array();
  if (data instanceof Uint8Array) return data;
  if (typeof data === 'string' && !isJsonType(type)) return bytesOf(data);
  return bytesOf(jsonOf(data));
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    throw new MessageRejectedError('The message cannot be written as JSON. Make its data plain.', {
      cause: error,
    });
  }
}

function hasControlCharacters(attributes: Attributes): boolean {
  return Object.values(attributes).some((value) => CONTROL.test(value));
}
