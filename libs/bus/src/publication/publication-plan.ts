import { categoryOf, shownOption, type StreamName } from '@varve/eventstore';
import { assertCategory } from '../message/category.js';
import { topicNaming, type TopicNaming } from '../message/topic-naming.js';
import { InvalidBusOptionsError } from '../transport/errors.js';
import type { MessageBus } from '../transport/message-bus.js';
import type { TwoPhaseBus } from '../transport/two-phase-bus.js';

/**
 * - `relay`: published when the relay, which follows the log, comes by
 * - `two-phase`: prepared before the append and committed after it; what no confirmation has reached is swept by the relay
 * - `none`: not published
 */
export type PublicationMode = 'relay' | 'two-phase' | 'none';

/** How commits come to a bus: what a relay and a two-phase publisher have in common. Give both the same. */
export interface PublicationOptions {
  /** Where commits are published; it is not closed with the relay or publisher. Category `two-phase` needs one with two phases. */
  readonly bus: MessageBus;
  /** Category → how its commits are published. All instances should agree; while they do not, duplicates follow. */
  readonly categories?: Readonly<Record<string, PublicationMode>>;
  /** For every other category. Default `relay`. Two-phase categories are named: the broker must know whom to ask before there is a commit. */
  readonly default?: 'relay' | 'none';
  /** Which topic a stream's commits go to. Default: one per category, named after it (`topicNaming()`). */
  readonly topics?: TopicNaming;
  /** `always`: messages tell the numbers only, and consumers read the events from the log. Default `when-too-large`. */
  readonly pointers?: 'when-too-large' | 'always';
}

/** How commits are published, checked. */
export class PublicationPlan {
  readonly pointers: 'when-too-large' | 'always';
  readonly twoPhaseCategories: readonly string[];
  readonly relays: boolean;
  readonly #modes: ReadonlyMap<string, PublicationMode>;
  readonly #default: PublicationMode;
  readonly #naming: TopicNaming;

  /** @throws InvalidBusOptionsError */
  constructor(options: PublicationOptions) {
    const { bus, categories = {}, default: other = 'relay', pointers = 'when-too-large' } = options;
    assertOptions(categories, other, pointers);
    this.#modes = new Map(Object.entries(categories));
    this.#default = other;
    this.#naming = options.topics ?? topicNaming();
    this.pointers = pointers;
    const modes = [...this.#modes];
    this.twoPhaseCategories = modes.filter(([, mode]) => mode === 'two-phase').map(([category]) => category);
    this.relays = other === 'relay' || modes.some(([, mode]) => mode === 'relay');
    const first = this.twoPhaseCategories[0];
    if (first !== undefined && !isTwoPhase(bus)) throw notTwoPhase(first, bus);
  }

  modeOf(stream: StreamName): PublicationMode {
    if (this.#modes.size === 0) return this.#default;
    return this.#modes.get(categoryOf(stream)) ?? this.#default;
  }

  topicOf(stream: StreamName): string {
    return this.#naming.topicOf(stream);
  }

  /** Where half messages go. */
  get twoPhaseTopics(): readonly string[] {
    return [...new Set(this.twoPhaseCategories.map((category) => this.#naming.topicOf(category)))];
  }
}

export function isTwoPhase(bus: MessageBus): bus is TwoPhaseBus {
  return bus.capabilities.twoPhase && 'prepare' in bus && 'onCheck' in bus;
}

function assertOptions(
  categories: Readonly<Record<string, PublicationMode>>,
  other: string,
  pointers: string,
): void {
  for (const [category, mode] of Object.entries(categories)) {
    const option = `categories.${category}`;
    assertOneOf(option, mode, ['relay', 'two-phase', 'none']);
    assertCategory(option, category);
  }
  assertOneOf('default', other, ['relay', 'none']);
  assertOneOf('pointers', pointers, ['when-too-large', 'always']);
}

function assertOneOf(option: string, value: string, allowed: readonly string[]): void {
  if (allowed.includes(value)) return;
  const named =
    option === 'default' && value === 'two-phase' ? ' Name the two-phase ones in "categories".' : '';
  throw new InvalidBusOptionsError(
    option,
    `"${option}" is ${shownOption(value)}. Use ${allowed.map((one) => `'${one}'`).join(' or ')}.${named}`,
  );
}

function notTwoPhase(category: string, bus: MessageBus): InvalidBusOptionsError {
  return new InvalidBusOptionsError(
    `categories.${category}`,
    `Category "${category}" is to be published in two phases, and ${bus.description} has no messages that stay invisible until they are ` +
      `committed. Use 'relay', which loses nothing either, or a bus that has them, such as RocketMQ.`,
  );
}
