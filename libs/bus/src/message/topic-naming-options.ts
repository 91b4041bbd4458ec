import { shownOption } from '@varve/eventstore';
import { assertCategory } from './category.js';
import { InvalidBusOptionsError } from './errors.js';
import { assertKnownOptions } from './known-options.js';
import type { TopicNamingOptions } from './topic-naming.js';

const NAMING = 'the topic naming';

/** `path` is the option that holds them. @throws InvalidBusOptionsError naming the first that is none */
export function assertTopicNamingOptions(options: TopicNamingOptions, path = ''): void {
  assertKnownOptions<TopicNamingOptions>(NAMING, options, { prefix: true, topics: true }, path);
  const at = (...names: readonly string[]): string =>
    [path, ...names].filter((name) => name !== '').join('.');
  const { prefix, topics = {} } = options as Readonly<Record<string, unknown>>;
  if (prefix !== undefined && typeof prefix !== 'string') throw invalid(at('prefix'), prefix, 'Give a text.');
  if (typeof topics !== 'object' || topics === null || Array.isArray(topics))
    throw invalid(at('topics'), topics, "Give an object such as { order: 'orders' }.");
  for (const [category, topic] of Object.entries(topics) as [string, unknown][]) {
    assertCategory(at('topics', category), category);
    if (typeof topic !== 'string' || topic === '')
      throw invalid(at('topics', category), topic, 'Give the name of a topic.');
  }
}

function invalid(option: string, value: unknown, remedy: string): InvalidBusOptionsError {
  return new InvalidBusOptionsError(option, `"${option}" of ${NAMING} is ${shownOption(value)}. ${remedy}`);
}
