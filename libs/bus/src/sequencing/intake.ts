import type { FedCommit, FeedSession } from '@varve/eventstore';
import type { CommitMessage } from '../message/commit-message.js';
import { MessageRejectedError } from '../message/errors.js';
import { readCommitMessage, readCommitWire, recordedEventsOf } from '../message/read-commit-message.js';
import { BrokerUnavailableError } from '../transport/errors.js';
import type { DeliveriesHandler, MessageHandler } from '../transport/subscription.js';
import type { Held, Settle } from './held.js';
import { Signals } from './signals.js';
import type { SequencerSettings } from './sequencer-options.js';

export interface IntakeParts {
  readonly hold: (entry: Held) => void;
  /** Takes out what came under the signal, and answers it. */
  readonly drop: (signal: AbortSignal) => readonly Held[];
  readonly inHand: () => Iterable<Held>;
}

/** Where a message came from. */
interface Origin {
  readonly topic: string;
  readonly key?: string;
}

/** Foreign logs that are remembered as told. */
const MOST_TOLD = 100;

/** Takes messages from the bus, and keeps their promises until they are settled. */
export class Intake {
  readonly #session: FeedSession;
  readonly #settings: SequencerSettings;
  readonly #parts: IntakeParts;
  readonly #told = new Set<string>();
  readonly #signals: Signals;

  constructor(session: FeedSession, settings: SequencerSettings, parts: IntakeParts) {
    this.#session = session;
    this.#settings = settings;
    this.#parts = parts;
    this.#signals = new Signals(
      (signal) => this.#lost(signal),
      () => settlesOf(parts.inHand()),
    );
  }

  /** One promise for each message, from here to its settlement. */
  readonly handle: MessageHandler = (message, { signal, bytes }) =>
    new Promise((resolve, reject) => {
      const promised = { signal, done: resolve, failed: reject };
      this.#take(readCommitMessage(message), promised, message, bytes);
    });

  /** And none where the bus does without. */
  readonly handleMany: DeliveriesHandler = (deliveries) => {
    for (const delivery of deliveries) {
      const { wire } = delivery;
      try {
        this.#take(readCommitWire(wire), delivery, wire, wire.body.length);
      } catch (error) {
        delivery.failed(error);
      }
    }
  };

  close(): void {
    this.#signals.close();
  }

  #take(commit: CommitMessage, settle: Settle, from: Origin, bytes: number): void {
    if (commit.logId === this.#session.logId && this.#session.wants(commit.stream)) {
      this.#signals.listenTo(settle.signal);
      this.#parts.hold(entryOf(commit, bytes, settle));
      return;
    }
    if (commit.logId !== this.#session.logId) this.#tellForeign(from, commit);
    settle.done();
  }

  /** The messages are somebody else's now. */
  #lost(signal: AbortSignal): void {
    for (const { settle } of this.#parts.drop(signal)) settle?.failed(signal.reason);
  }

  /** Two services may share a topic, and both may have an `order-1`. */
  #tellForeign({ topic, key }: Origin, { logId }: CommitMessage): void {
    if (this.#told.has(logId) || this.#told.size >= MOST_TOLD) return;
    this.#told.add(logId);
    const { group, onNotice } = this.#settings;
    const error = new MessageRejectedError(
      `Topic "${topic}" brings commits of log ${logId}, and group "${group}" follows log ${this.#session.logId}: they are acknowledged and left out.`,
    );
    onNotice({ kind: 'message-dropped', group, topic, ...(key !== undefined && { key }), error });
  }
}

function* settlesOf(held: Iterable<Held>): Iterable<Settle> {
  for (const { settle } of held) if (settle) yield settle;
}

function entryOf(message: CommitMessage, size: number, settle: Settle): Held {
  const { stream, firstVersion, lastVersion, commitId } = message;
  const commit = message.events && fedCommitOf(message);
  return { stream, firstVersion, lastVersion, commitId, commit, size, bytes: 0, isOffered: false, settle };
}

function fedCommitOf(message: CommitMessage): FedCommit {
  const { stream, firstVersion, lastVersion, at, commitId } = message;
  const commit = { stream, firstVersion, lastVersion, at, events: recordedEventsOf(message) };
  return commitId === undefined ? commit : { ...commit, commitId };
}

export function closedHere(): BrokerUnavailableError {
  return new BrokerUnavailableError('The subscription is closed here: another instance goes on.');
}
