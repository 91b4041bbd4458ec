import { createHash } from 'node:crypto';
import { BrokerRefusedError } from '../transport/errors.js';

/** The server takes 127 characters; a group's dead letters are in `%DLQ%<group>`, which must fit as well. */
const LONGEST_NAME = 120;
/** The server takes a message group of less than 64 bytes. */
const PLAIN_GROUP = /^[\x21-\x7e]{1,63}$/u;

/**
 * The name of a topic or group at the server, which takes letters, digits, `_` and `-`: anything else is written as `-` and its bytes in
 * hexadecimal, `order.paid` as `order-2epaid`.
 */
export function brokerName(name: string): string {
  const legal = name.replaceAll(/[^A-Za-z0-9_-]/gu, (character) =>
    Array.from(Buffer.from(character), (byte) => `-${byte.toString(16).padStart(2, '0')}`).join(''),
  );
  if (legal.length > 0 && legal.length <= LONGEST_NAME) return legal;
  throw new BrokerRefusedError(
    'illegal-name',
    `RocketMQ takes names of 1 to ${LONGEST_NAME} characters, and "${name}" would be ${legal.length}. Choose another topic or group.`,
  );
}

/** Where the server itself keeps what a group has given up on. */
export function deadLetterTopic(group: string): string {
  return `%DLQ%${group}`;
}

/** Messages of one group are in one queue, in order. */
export function messageGroupOf(key: string): string {
  return PLAIN_GROUP.test(key) ? key : createHash('sha256').update(key).digest('hex').slice(0, 40);
}

/** The server separates search keys by spaces. */
export function searchKey(key: string): string {
  return escaped(key, /[%\s\p{Cc}]/gu);
}

/** A tag, for tools. `|` separates tags in a filter. */
export function brokerTag(tag: string): string | undefined {
  return escaped(tag, /[%|\s\p{Cc}]/gu) || undefined;
}

/** The server separates a message's properties by control characters. */
export function propertyText(text: string): string {
  return escaped(text, /[%\p{Cc}]/gu);
}

export function fromPropertyText(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Nothing else, so that people find what they look for. */
function escaped(text: string, illegal: RegExp): string {
  return text.replaceAll(illegal, (character) => encodeURIComponent(character));
}
