import type { FedCommit, FeedSession } from '@varve/eventstore';
import type { CommitMessage } from '../message/commit-message.js';
import { MessageRejectedError } from '../message/errors.js';
import type { Message } from '../message/message.js';
import { readCommitMessage, recordedEventsOf } from '../message/read-commit-message.js';
import { BrokerUnavailableError } from '../transport/errors.js';
import type { MessageHandler } from '../transport/subscription.js';
import type { Held, Settle } from './held.js';
import { Receipts } from './receipts.js';
import type { SequencerSettings } from './sequencer-options.js';

export interface IntakeParts {
  readonly hold: (entry: Held) => void;
  /** Takes out what came under the signal, and answers it. */
  readonly drop: (signal: AbortSignal) => readonly Held[];
}

/** Foreign logs that are remembered as told. */
const MOST_TOLD = 100;

/** Takes messages from the bus, and keeps their promises until they are settled. */
export class Intake {
  readonly #session: FeedSession;
  readonly #settings: SequencerSettings;
  readonly #parts: IntakeParts;
  readonly #told = new Set<string>();
  readonly #receipts = new Receipts((signal) => this.#lost(signal));

  constructor(session: FeedSession, settings: SequencerSettings, parts: IntakeParts) {
    this.#session = session;
    this.#settings = settings;
    this.#parts = parts;
  }

  /** One promise for each message, from here to its settlement. */
  readonly handle: MessageHandler = (message, { signal, bytes }) =>
    new Promise((resolve, reject) => {
      const commit = readCommitMessage(message);
      if (commit.logId === this.#session.logId && this.#session.wants(commit.stream)) {
        this.#parts.hold(entryOf(commit, bytes, this.#receipts.give(signal, resolve, reject)));
        return;
      }
      if (commit.logId !== this.#session.logId) this.#tellForeign(message, commit);
      resolve();
    });

  close(): void {
    this.#receipts.close();
  }

  /** The messages are somebody else's now. */
  #lost(signal: AbortSignal): void {
    for (const { settle } of this.#parts.drop(signal)) settle?.giveBack(signal.reason);
  }

  /** Two services may share a topic, and both may have an `order-1`. */
  #tellForeign({ topic, key }: Message, { logId }: CommitMessage): void {
    if (this.#told.has(logId) || this.#told.size >= MOST_TOLD) return;
    this.#told.add(logId);
    const { group, onNotice } = this.#settings;
    const error = new MessageRejectedError(
      `Topic "${topic}" brings commits of log ${logId}, and group "${group}" follows log ${this.#session.logId}: they are acknowledged and left out.`,
    );
    onNotice({ kind: 'message-dropped', group, topic, key, error });
  }
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
