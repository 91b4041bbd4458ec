import { decodeWire } from '../message/decode-wire.js';
import type { WireMessage } from '../message/wire-message.js';
import { BrokerUnavailableError, PublishNotConfirmedError } from '../transport/errors.js';
import type { CheckBack, CheckBackAnswer, PreparedMessage } from '../transport/two-phase-bus.js';
import type { MemoryBroker } from './memory-broker.js';

/** When and how often a `MemoryBroker` asks about half messages that nobody has decided. */
export interface MemoryTransactionOptions {
  /** Milliseconds before the broker asks for the first time. Default 6,000. */
  readonly timeout?: number;
  /** Milliseconds between two questions about one message. Default 30,000. */
  readonly checkInterval?: number;
  /** How often it asks, also when nobody is there to answer; then the half message is gone, silently. Default 15. */
  readonly maxChecks?: number;
}

/** Who answers for the half messages of some topics. */
export interface Checker {
  readonly topics: ReadonlySet<string>;
  readonly answer: CheckBack;
  /** Told of each answer. */
  answered(topic: string, answer: CheckBackAnswer, error?: unknown): void;
}

interface HalfMessage {
  readonly wire: WireMessage;
  checks: number;
  forget: () => void;
}

/** Half messages as RocketMQ keeps them: the broker asks about those that nobody has decided, and remembers no decision. */
export class MemoryHalfMessages {
  readonly #open = new Set<HalfMessage>();
  readonly #checkers = new Set<Checker>();
  readonly #timeout: number;
  readonly #checkInterval: number;
  readonly #maxChecks: number;
  #next = 0;
  #abandoned = 0;

  constructor(
    private readonly broker: MemoryBroker,
    { timeout = 6_000, checkInterval = 30_000, maxChecks = 15 }: MemoryTransactionOptions = {},
  ) {
    this.#timeout = timeout;
    this.#checkInterval = checkInterval;
    this.#maxChecks = maxChecks;
  }

  /** Half messages that nobody has decided. */
  get open(): number {
    return this.#open.size;
  }

  /** Half messages that the broker has stopped asking about. */
  get abandoned(): number {
    return this.#abandoned;
  }

  /** @returns how to stop answering */
  answerWith(checker: Checker): () => void {
    this.#checkers.add(checker);
    return () => this.#checkers.delete(checker);
  }

  prepare(wire: WireMessage): PreparedMessage {
    const half: HalfMessage = { wire, checks: 0, forget: () => undefined };
    this.#open.add(half);
    this.#askAfter(half, this.#timeout);
    let isCommitted = false;
    return {
      commit: async () => {
        this.#assertArrives();
        // Also when a check-back has decided otherwise: only the owner's own second commit is known to be one.
        if (!isCommitted) this.#commit(half);
        isCommitted = true;
        if (this.broker.chaos.strikes('dropConfirmation')) {
          throw new PublishNotConfirmedError('The in-process broker has not confirmed the commit.');
        }
      },
      rollback: async () => {
        this.#assertArrives();
        this.#decide(half);
      },
    };
  }

  #assertArrives(): void {
    this.broker.assertUp();
    if (!this.broker.chaos.strikes('dropRequest')) return;
    throw new BrokerUnavailableError('The in-process broker did not get the decision. It will ask.');
  }

  #commit(half: HalfMessage): void {
    this.#decide(half);
    this.broker.store(half.wire);
  }

  #decide(half: HalfMessage): void {
    half.forget();
    this.#open.delete(half);
  }

  #askAfter(half: HalfMessage, milliseconds: number): void {
    half.forget = this.broker.schedule.after(milliseconds, () => this.#ask(half));
  }

  #ask(half: HalfMessage): void {
    half.checks += 1;
    if (half.checks > this.#maxChecks) {
      this.#open.delete(half);
      this.#abandoned += 1;
      return;
    }
    this.#askAfter(half, this.#checkInterval);
    if (!this.broker.isUp) return;
    const times = this.broker.chaos.strikes('duplicate') ? 2 : 1;
    for (let i = 0; i < times; i++) void this.#askOne(half);
  }

  async #askOne(half: HalfMessage): Promise<void> {
    const checker = this.#checkerFor(half.wire.topic);
    if (!checker) return;
    const { topic } = half.wire;
    let answer: CheckBackAnswer = 'unknown';
    try {
      answer = await checker.answer(decodeWire(half.wire));
      checker.answered(topic, answer);
    } catch (error) {
      checker.answered(topic, 'unknown', error);
    }
    const isAnswered =
      this.#checkers.has(checker) && this.broker.isUp && !this.broker.chaos.strikes('dropRequest');
    if (!isAnswered || !this.#open.has(half)) return;
    if (answer === 'commit') this.#commit(half);
    else if (answer === 'rollback') this.#decide(half);
  }

  #checkerFor(topic: string): Checker | undefined {
    const checkers = [...this.#checkers].filter(({ topics }) => topics.has(topic));
    this.#next += 1;
    return checkers[this.#next % Math.max(1, checkers.length)];
  }
}
