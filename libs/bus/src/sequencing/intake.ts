import type { FedCommit, FeedSession } from '@varve/eventstore';
import type { CommitMessage } from '../message/commit-message.js';
import { MessageRejectedError } from '../message/errors.js';
import type { Message } from '../message/message.js';
import { readCommitMessage, recordedEventsOf } from '../message/read-commit-message.js';
import { BrokerUnavailableError } from '../transport/errors.js';
import type { MessageContext, MessageHandler } from '../transport/subscription.js';
import type { Held, Settle } from './held.js';
import type { SequencerSettings } from './sequencer-options.js';

export interface IntakeParts {
  readonly hold: (entry: Held) => void;
  readonly drop: (entry: Held) => void;
}

interface Promised {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Foreign logs that are remembered as told. */
const MOST_TOLD = 100;

/** Takes messages from the bus, and keeps their promises until they are settled. */
export class Intake {
  readonly #session: FeedSession;
  readonly #settings: SequencerSettings;
  readonly #parts: IntakeParts;
  readonly #told = new Set<string>();
  /** What is in hand under one signal, so that each is listened to once. */
  readonly #underway = new Map<AbortSignal, Set<Held>>();

  constructor(session: FeedSession, settings: SequencerSettings, parts: IntakeParts) {
    this.#session = session;
    this.#settings = settings;
    this.#parts = parts;
  }

  /** One promise for each message, from here to its settlement. */
  readonly handle: MessageHandler = (message, context) =>
    new Promise((resolve, reject) => {
      const commit = readCommitMessage(message);
      if (commit.logId === this.#session.logId && this.#session.wants(commit.stream)) {
        this.#hold(commit, context, { resolve, reject });
        return;
      }
      if (commit.logId !== this.#session.logId) this.#tellForeign(message, commit);
      resolve();
    });

  close(): void {
    for (const signal of this.#underway.keys()) signal.removeEventListener('abort', this.#aborted);
    this.#underway.clear();
  }

  #hold(message: CommitMessage, { signal, bytes }: MessageContext, { resolve, reject }: Promised): void {
    const settle: Settle = {
      acknowledge: () => {
        this.#leave(signal, entry);
        resolve();
      },
      giveBack: (error) => {
        this.#leave(signal, entry);
        reject(error);
      },
    };
    const entry = entryOf(message, bytes, settle);
    this.#enter(signal, entry);
    this.#parts.hold(entry);
  }

  #enter(signal: AbortSignal, entry: Held): void {
    const entries = this.#underway.get(signal);
    if (entries) {
      entries.add(entry);
      return;
    }
    this.#underway.set(signal, new Set([entry]));
    signal.addEventListener('abort', this.#aborted, { once: true });
  }

  #leave(signal: AbortSignal, entry: Held): void {
    const entries = this.#underway.get(signal);
    if (!entries?.delete(entry) || entries.size > 0) return;
    this.#underway.delete(signal);
    signal.removeEventListener('abort', this.#aborted);
  }

  /** The message is somebody else's now. */
  readonly #aborted = (event: Event): void => {
    const signal = event.target as AbortSignal;
    const entries = this.#underway.get(signal) ?? [];
    this.#underway.delete(signal);
    for (const entry of entries) {
      this.#parts.drop(entry);
      entry.settle?.giveBack(signal.reason);
    }
  };

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
