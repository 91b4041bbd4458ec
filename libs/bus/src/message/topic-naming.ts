import { categoryOf, type StreamName } from '@varve/eventstore';
import { bytesOf } from './bytes.js';
import { assertTopicNamingOptions } from './topic-naming-options.js';

/** Which topic a stream's commits go to. All commits of a stream go to one. */
export interface TopicNaming {
  topicOf(stream: StreamName): string;
}

/** What `topicNaming` takes. Publishers and subscribers need the same. */
export interface TopicNamingOptions {
  /** Before each name that is made from a category, such as `shop-`. Default none. */
  readonly prefix?: string;
  /** Category → topic, as it is. */
  readonly topics?: Readonly<Record<string, string>>;
}

/** Every broker's names allow letters, digits, `_` and `-`; NSQ's are the shortest with 64 characters. */
const LONGEST = 64;
const HASH_LENGTH = 16;

/**
 * A topic per category, named after it. What a broker does not allow in a name is written as `-` and the byte in hexadecimal, which makes
 * no two categories one, since a category holds no `-`; a name that gets too long ends in a hash.
 *
 * @throws InvalidBusOptionsError
 */
export function topicNaming(options: TopicNamingOptions = {}): TopicNaming {
  assertTopicNamingOptions(options);
  const { prefix = '', topics = {} } = options;
  const known = new Map(Object.entries(topics));
  return {
    topicOf(stream) {
      const category = categoryOf(stream);
      const topic = known.get(category);
      if (topic !== undefined) return topic;
      return shortened(prefix + nameOf(category));
    },
  };
}

/** A stream such as `-1` has the empty category, which must not be in the way of all others for want of a name. */
const NO_CATEGORY = '-';

function nameOf(category: string): string {
  if (category === '') return NO_CATEGORY;
  return category.replaceAll(/[^A-Za-z0-9_]/gu, (character) =>
    Array.from(bytesOf(character), (byte) => `-${byte.toString(16).padStart(2, '0')}`).join(''),
  );
}

function shortened(name: string): string {
  if (name.length <= LONGEST) return name;
  return `${name.slice(0, LONGEST - HASH_LENGTH - 1)}-${hashOf(name)}`;
}

/** FNV-1a in 64 bits. */
function hashOf(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of bytesOf(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(16).padStart(HASH_LENGTH, '0');
}
