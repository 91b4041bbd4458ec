import type { WireMessage } from '../message/wire-message.js';
import { BrokerRefusedError } from '../transport/errors.js';
import type { TopicPlan } from '../transport/topology.js';
import { Fifo } from './fifo.js';

/** `any`: made by its first use. */
export type MemoryTopicKind = TopicPlan['kind'] | 'any';

export class MemoryTopic {
  readonly #retained = new Fifo<WireMessage>();

  constructor(
    readonly name: string,
    readonly kind: MemoryTopicKind,
    private readonly mostRetained: number,
  ) {}

  /** For groups that come later. */
  retain(wire: WireMessage): void {
    this.#retained.push(wire);
    if (this.#retained.size > this.mostRetained) this.#retained.shift();
  }

  retained(): readonly WireMessage[] {
    return this.#retained.toArray();
  }

  /** @throws BrokerRefusedError when its kind does not take such messages */
  assertTakes(what: 'plain' | 'half' | 'delayed'): void {
    const { kind } = this;
    if (kind === 'any' || (what === 'half') === (kind === 'transactional')) {
      if (kind === 'any' || what !== 'delayed' || kind === 'delayed') return;
    }
    throw new BrokerRefusedError(
      'wrong-topic-type',
      `Topic "${this.name}" is ${kind} and takes no ${what} messages. Publish to a topic of the right kind, or set this one up anew.`,
    );
  }
}
