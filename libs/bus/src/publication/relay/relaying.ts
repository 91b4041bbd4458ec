import type {
  BatchEffectHandler,
  Commit,
  EffectBatch,
  EffectProgress,
  LogReader,
  Position,
  ProcessorId,
  Timers,
} from '@varve/eventstore';
import type { MessageBus } from '../../transport/message-bus.js';
import type { PublicationListener } from '../publication-events.js';
import { type PublicationPlan } from '../publication-plan.js';
import type { Confirmations, Published } from '../publication-store.js';
import { withGrace } from './grace.js';
import { Horizon } from './horizon.js';
import { publishCommits } from './publish-commits.js';
import type { Publishing } from './publishing.js';
import { sweep, type Swept } from './sweep.js';

/** Commits that wait for their confirmation, at most: some megabytes. Beyond it nothing more is read until some are due. */
const MOST_HELD = 20_000;
/** How often confirmations are looked for when nothing else calls, in milliseconds: parts of the sweep's delay, within bounds. */
const LOOKS = 10;
const SOONEST_LOOK = 5;
const LATEST_LOOK = 1_000;
/** How far the checkpoint moves before confirmations below it are forgotten. */
const PRUNE_EVERY = 1_000;

export interface RelayingOptions {
  readonly bus: MessageBus;
  readonly plan: PublicationPlan;
  readonly relay: ProcessorId;
  readonly log: LogReader;
  readonly store: Confirmations;
  readonly sweepAfter: number;
  readonly clock: () => number;
  readonly timers: Timers;
  readonly announce: PublicationListener;
}

/** A two-phase commit that was read, and that nobody here knows to be visible. */
type Held = Swept;

/**
 * Publishes what the relay is to publish as it is read. A two-phase commit is passed when its confirmation is found, or when it was
 * published here because none had come `sweepAfter` after it was first seen; until then the checkpoint stays before it, and nobody waits.
 */
export class Relaying implements BatchEffectHandler {
  readonly effects = 'in-batches-before-checkpoint';
  readonly #options: RelayingOptions;
  readonly #horizon: Horizon;
  readonly #counts = { relayed: 0, swept: 0 };
  readonly #halvesOnly = new Set<string>();
  #held: readonly Held[] = [];
  /** What was published here stays published, whoever has the lease: a checkpoint that cannot be saved must not repeat it at every try. */
  #relayedUpTo: Position = 0;
  readonly #swept = new Set<Position>();
  #prunedUpTo: Position = 0;

  constructor(options: RelayingOptions) {
    this.#options = options;
    this.#horizon = new Horizon(options.sweepAfter, options.clock);
  }

  get counts(): { readonly relayed: number; readonly swept: number; readonly unconfirmed: number } {
    return { ...this.#counts, unconfirmed: this.#held.length };
  }

  get oldestUnconfirmed(): Position | undefined {
    return this.#held[0]?.position;
  }

  get #published(): Published {
    const { relay, log } = this.#options;
    return { relay, logId: log.logId };
  }

  publish(batch: EffectBatch, signal: AbortSignal): Promise<EffectProgress> {
    return withGrace(signal, this.#options.timers, (later) => this.#publish(batch, later));
  }

  async #publish(batch: EffectBatch, signal: AbortSignal): Promise<EffectProgress> {
    if (batch.after === batch.checkpoint) this.#held = [];
    this.#horizon.observe(batch.head);
    const confirmed = await this.#confirmed(batch);
    const isOpen = (one: Held): boolean => !isConfirmed(one, confirmed) && !this.#swept.has(one.position);
    const toRelay: Commit[] = [];
    const twoPhase: Commit[] = [];
    for (const commit of batch.commits) {
      const mode = this.#options.plan.modeOf(commit.stream);
      if (mode !== 'none' && isOpen(commit)) (mode === 'relay' ? toRelay : twoPhase).push(commit);
    }
    const publishing = this.#publishing(signal);
    await this.#relay(publishing, toRelay, batch.upTo);
    const waiting = [...this.#held.filter(isOpen), ...twoPhase];
    const horizon = this.#horizon.reached();
    await this.#sweep(publishing, {
      due: waiting.filter(({ position }) => position <= horizon),
      fresh: batch.commits,
    });
    this.#held = waiting.filter(({ position }) => position > horizon).map(withoutEvents);
    await this.#prune(batch.checkpoint);
    return this.#progress(batch.upTo);
  }

  #progress(upTo: Position): EffectProgress {
    const { plan, sweepAfter } = this.#options;
    const oldest = this.#held[0];
    const doneUpTo = oldest ? oldest.position - 1 : upTo;
    if (plan.relays && !oldest) return { doneUpTo };
    return {
      doneUpTo,
      lookAgainIn: Math.min(LATEST_LOOK, Math.max(SOONEST_LOOK, sweepAfter / LOOKS)),
      newCommits: plan.relays ? 'at-once' : 'later',
      reading: this.#held.length >= MOST_HELD ? 'hold' : 'go-on',
    };
  }

  /** Also of a category that is relayed now: it may have been two-phase when the commit was appended. */
  async #confirmed({ after, upTo }: EffectBatch): Promise<ReadonlyMap<Position, string>> {
    const from = Math.min(after, (this.#held[0]?.position ?? Infinity) - 1);
    if (from >= upTo) return new Map();
    const found = await this.#options.store.confirmedBetween(this.#published, from, upTo);
    return new Map(found.map(({ position, commitId }) => [position, commitId]));
  }

  async #relay(publishing: Publishing, commits: readonly Commit[], upTo: Position): Promise<void> {
    const isNew = (commits[0]?.position ?? 0) > this.#relayedUpTo;
    const toRelay = isNew ? commits : commits.filter(({ position }) => position > this.#relayedUpTo);
    if (toRelay.length > 0) {
      await publishCommits(publishing, toRelay);
      this.#counts.relayed += toRelay.length;
      this.#options.announce({ kind: 'relayed', commits: toRelay.length, upTo });
    }
    this.#relayedUpTo = Math.max(this.#relayedUpTo, upTo);
  }

  async #sweep(
    publishing: Publishing,
    { due, fresh }: { readonly due: readonly Held[]; readonly fresh: readonly Commit[] },
  ): Promise<void> {
    if (due.length === 0) return;
    const { log } = this.#options;
    const swept: Swept[] = [];
    try {
      await sweep({ publishing, log, positions: due.map(({ position }) => position), fresh }, swept);
    } finally {
      this.#counts.swept += swept.length;
      for (const { position } of swept) this.#swept.add(position);
    }
  }

  /** Of what the checkpoint has passed. Whatever is left of it does no harm. */
  async #prune(checkpoint: Position): Promise<void> {
    for (const position of this.#swept) if (position <= checkpoint) this.#swept.delete(position);
    if (checkpoint - this.#prunedUpTo < PRUNE_EVERY) return;
    this.#prunedUpTo = checkpoint;
    await this.#options.store.pruneConfirmed(this.#published, checkpoint).catch(() => undefined);
  }

  #publishing(signal: AbortSignal): Publishing {
    const { bus, plan, log, announce } = this.#options;
    return { bus, plan, logId: log.logId, signal, announce, halvesOnly: this.#halvesOnly };
  }
}

/** What is held is held for seconds, many at a time. */
function withoutEvents({ position, commitId }: Held): Held {
  return commitId === undefined ? { position } : { position, commitId };
}

function isConfirmed({ position, commitId }: Held, confirmed: ReadonlyMap<Position, string>): boolean {
  return commitId !== undefined && confirmed.get(position) === commitId;
}
