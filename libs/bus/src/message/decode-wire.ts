import { MessageRejectedError } from './errors.js';
import { asEvent, attributesOf, eventFrom } from './attributes.js';
import { fromBase64, textFrom } from './bytes.js';
import type { CloudEvent } from './cloud-event.js';
import {
  isCloudEventsType,
  isJsonType,
  isStructuredJson,
  isTextType,
  OWN_STRUCTURED_TYPE,
} from './media-type.js';
import type { Message } from './message.js';
import { quoted } from './printable.js';
import type { WireMessage } from './wire-message.js';

/**
 * The message again, whichever binding and mode it came in. Attributes come out as strings, since headers have no other type.
 *
 * @throws MessageRejectedError for anything that is no CloudEvent 1.0
 */
export function decodeWire(wire: WireMessage): Message {
  try {
    const event = eventOf(wire);
    return { topic: wire.topic, key: wire.key ?? event['partitionkey']?.toString() ?? '', event };
  } catch (error) {
    if (error instanceof MessageRejectedError) throw error;
    throw new MessageRejectedError('The message is no CloudEvent: it cannot be decoded.', { cause: error });
  }
}

function eventOf({ headers, body }: WireMessage): CloudEvent {
  if (beginsWithOwnType(headers)) return fromStructured(body);
  const { contentType, attributes } = readHeaders(headers);
  if (contentType !== undefined && isCloudEventsType(contentType)) {
    if (isStructuredJson(contentType)) return fromStructured(body);
    throw rejected(`its format ${quoted(contentType)} is not application/cloudevents+json`);
  }
  if (attributes['specversion'] !== undefined) return fromBinary(attributes, contentType, body);
  // A transport without headers, or a sender that leaves the content type out, as the Kafka binding allows.
  if (contentType === undefined && body[0] === 0x7b) return fromStructured(body);
  throw rejected('it has neither a content type application/cloudevents+json nor the attributes as headers');
}

/** As our own messages do: the first header that says the type decides. */
export function beginsWithOwnType(headers: WireMessage['headers']): boolean {
  for (const header in headers)
    return headers[header] === OWN_STRUCTURED_TYPE && isContentTypeHeader(header.toLowerCase());
  return false;
}

function isContentTypeHeader(name: string): boolean {
  return name === 'content-type' || name === 'ce_contenttype' || name === 'ce_datacontenttype';
}

/** Names in any case: the draft for RocketMQ itself writes both `CE_contentType` and `CE_contenttype`. */
function readHeaders(headers: WireMessage['headers']) {
  const attributes: Record<string, string> = {};
  let contentType: string | undefined;
  for (const [header, value] of Object.entries(headers)) {
    const name = header.toLowerCase();
    if (isContentTypeHeader(name)) contentType ??= value;
    else if (name.startsWith('ce_')) attributes[name.slice(3)] = value;
  }
  return { contentType, attributes };
}

function fromBinary(
  headers: Record<string, string>,
  contentType: string | undefined,
  body: Uint8Array,
): CloudEvent {
  const attributes = attributesOf(contentType ? { ...headers, datacontenttype: contentType } : headers);
  if (body.length === 0) return eventFrom(attributes, undefined);
  if (isJsonType(contentType)) return eventFrom(attributes, jsonFrom(body));
  return eventFrom(attributes, isTextType(contentType) ? textFrom(body) : plain(body));
}

/** A driver's own kind of bytes is another text to whoever prints or compares them. */
function plain(body: Uint8Array): Uint8Array {
  if (body.constructor === Uint8Array) return body;
  return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
}

function fromStructured(body: Uint8Array): CloudEvent {
  const read = jsonFrom(body);
  if (typeof read !== 'object' || read === null || Array.isArray(read))
    throw rejected('its JSON is no object');
  const event = asEvent(read as Record<string, unknown>);
  return event['data_base64'] === undefined ? event : withBytes(event);
}

function withBytes({ data_base64: base64, ...event }: CloudEvent): CloudEvent {
  if (base64 === null) return event;
  if (typeof base64 !== 'string' || event.data !== undefined)
    throw rejected('it has both data and data_base64, or a wrong one');
  return { ...event, data: fromBase64(base64) };
}

function jsonFrom(body: Uint8Array): unknown {
  try {
    return JSON.parse(textFrom(body));
  } catch (error) {
    throw new MessageRejectedError('The message is no CloudEvent: its body is no JSON in UTF-8.', {
      cause: error,
    });
  }
}

function rejected(why: string): MessageRejectedError {
  return new MessageRejectedError(`The message is no CloudEvent: ${why}.`);
}
