import type { LogDivergedError } from '@varve/eventstore';
import {
  isEventStoreError,
  type CommitFeed,
  type FedCommit,
  type FeedSession,
  type FeedStatus,
  type KnownVersions,
  type StreamName,
  type StreamVersion,
} from '@varve/eventstore';
import { overlap, twoCommits, untrue } from './contradictions.js';
import { DirtyStreams } from './dirty-streams.js';
import { Fetching } from './fetching.js';
import type { Held, HeldStream } from './held.js';
import { HeldStreams } from './held-streams.js';
import { closedHere, Intake } from './intake.js';
import { Refills } from './refills.js';
import { sequencerSettings, type SequencerOptions, type SequencerSettings } from './sequencer-options.js';

/**
 * Puts commits from a bus in order by their numbers: drops what is known, holds what is early, reads gaps and pointers from the log, and
 * acknowledges what was applied, after the transaction. Any bus will do that delivers at least once: order and number of deliveries do
 * not matter.
 */
export class Sequencer implements CommitFeed {
  readonly #settings: SequencerSettings;
  readonly #held: HeldStreams;
  readonly #dirty = new DirtyStreams();
  /** Streams of which something was handed over that is not known to be done. */
  #offered: HeldStream[] = [];
  readonly #counts = { applied: 0, duplicates: 0, refills: 0 };
  #session: FeedSession | undefined;
  #intake: Intake | undefined;
  #fetching: Fetching | undefined;
  #refills: Refills | undefined;
  #walks = -1;
  #contradiction: LogDivergedError | undefined;
  #cancelHold: (() => void) | undefined;
  #lastError: unknown;

  /** Connects to nothing. @throws InvalidBusOptionsError */
  constructor(options: SequencerOptions) {
    this.#settings = sequencerSettings(options);
    this.#held = new HeldStreams(this.#settings);
  }

  open(session: FeedSession): void {
    this.#session = session;
    if (this.#intake) {
      this.#fetching?.resume('outage');
      this.#markAll();
      session.ready();
      return;
    }
    const { log, timers, random } = this.#settings;
    this.#refills = new Refills({
      log,
      timers,
      random,
      refilled: (held, commits) => this.#refilled(held, commits),
      hasRoom: () => !this.#held.bytes.areTooMany,
      lookAgain: (held) => {
        this.#fetching?.resume('log');
        this.#lookAgain(held);
      },
      judged: (held, wrong) => this.#judged(held, wrong),
      failed: (held, error) => this.#failed(held, error),
    });
    this.#intake = new Intake(session, this.#settings, {
      hold: (entry) => this.#hold(entry),
      drop: (signal) => this.#drop(signal),
      inHand: () => this.#held.entries,
    });
    this.#fetching = new Fetching(this.#settings, this.#intake.handle, this.#intake.handleMany);
  }

  async next(known: KnownVersions, most: number): Promise<readonly FedCommit[]> {
    for (const held of this.#offered) if (this.#held.takeBack(held)) this.#dirty.mark(held);
    this.#offered = [];
    if (known.walks !== this.#walks) {
      this.#walks = known.walks;
      this.#markAll();
    }
    const loading = known.load(this.#dirty.names(most));
    const count = Math.min(most, this.#dirty.count);
    if (loading) await loading;
    const ready: FedCommit[] = [];
    const offering = { ready, most };
    for (const held of this.#dirty.take(count)) {
      const version = this.#settleDone(held, known);
      if (version === undefined) continue;
      if (ready.length < most) this.#offer(held, version, offering);
      else this.#dirty.mark(held);
    }
    if (this.#contradiction) throw this.#contradiction;
    if (ready.length === 0) this.#held.lookForStandstill();
    if (ready.length < most && this.#dirty.count > 0) this.#session?.ready();
    return ready;
  }

  settled(known: KnownVersions, left: ReadonlySet<StreamName>): void {
    for (const held of this.#offered) {
      if (held.entries.length === 0) continue;
      if (left.has(held.stream)) held.leftAt = known.versionOf(held.stream);
      if (this.#settleDone(held, known) !== undefined) this.#dirty.mark(held);
    }
    this.#offered = [];
  }

  pause(): void {
    this.#fetching?.pause('outage');
  }

  /** What is not done is given back, and comes again, here or elsewhere. */
  async close(): Promise<void> {
    const fetching = this.#fetching;
    this.#cancelHold?.();
    this.#refills?.close();
    this.#intake?.close();
    for (const { settle } of this.#held.entries) settle?.failed(closedHere());
    this.#held.clear();
    this.#dirty.clear();
    this.#offered = [];
    this.#counts.refills += this.#refills?.count ?? 0;
    this.#session = this.#intake = this.#fetching = this.#refills = undefined;
    this.#contradiction = this.#cancelHold = undefined;
    await fetching?.close();
  }

  status(): FeedStatus {
    const { applied, duplicates } = this.#counts;
    const { count: held, stuck } = this.#held;
    const heldBytes = this.#held.bytes.total;
    const refills = this.#counts.refills + (this.#refills?.count ?? 0);
    const lastError = this.#fetching?.lastError ?? stuck ?? this.#lastError;
    const fetching = this.#fetching?.state ?? 'closed';
    const state = stuck && fetching === 'running' ? 'paused' : fetching;
    const status = { state, held, heldBytes, applied, duplicates, refills };
    return lastError === undefined ? status : { ...status, lastError };
  }

  #hold(entry: Held): void {
    const held = this.#held.open(entry.stream);
    this.#put(held, entry);
    if (this.#held.bytes.areTooMany) this.#fetching?.pause('bytes');
    this.#lookAgain(held);
  }

  #put(held: HeldStream, entry: Held): void {
    const isOther = held.contradiction(entry);
    this.#held.add(held, entry);
    if (isOther) this.#contest(held, twoCommits(this.#settings, entry));
  }

  /** Somebody else has these now. */
  #drop(signal: AbortSignal): readonly Held[] {
    const dropped = [...this.#held.all].map((held) => ({ held, gone: held.takeUnder(signal) }));
    for (const { held, gone } of dropped) this.#forget(held, gone);
    return dropped.flatMap(({ gone }) => gone);
  }

  /** Settles what is done, and answers where the stream stands: nothing when there is nothing more to do for it now. */
  #settleDone(held: HeldStream, known: KnownVersions): StreamVersion | undefined {
    const version = known.versionOf(held.stream);
    if (version === undefined) {
      this.#dirty.mark(held);
      return undefined;
    }
    const done = known.isParked(held.stream) ? held.takeAll() : held.takeUpTo(version);
    for (const { settle, isOffered } of done) {
      settle?.done();
      if (isOffered) this.#counts.applied += 1;
      else this.#counts.duplicates += 1;
    }
    this.#forget(held, done);
    return held.entries.length > 0 ? version : undefined;
  }

  #forget(held: HeldStream, gone: readonly Held[]): void {
    if (gone.length === 0) return;
    this.#held.forget(held, gone);
    if (!this.#held.bytes.isHalfFull) this.#fetching?.resume('bytes');
    this.#refills?.pump();
  }

  /** Hands over what follows without a gap, and sees to the gap behind it. */
  #offer(held: HeldStream, version: StreamVersion, { ready, most }: Offering): void {
    if (held.leftAt === version) return;
    if (held.contested) {
      if (!held.isRefilling) this.#refills?.judge(held);
      return;
    }
    held.leftAt = undefined;
    let at = version;
    for (const entry of held.entries) {
      if (entry.lastVersion <= at || (!entry.commit && held.hasCommitAt(entry.firstVersion))) continue;
      if (entry.firstVersion <= at) {
        this.#contest(held, overlap(this.#settings, entry, at));
        this.#dirty.mark(held);
        break;
      }
      if (entry.firstVersion > at + 1 || !entry.commit) {
        this.#gap(held, at + 1, entry);
        break;
      }
      if (ready.length >= most) {
        this.#dirty.mark(held);
        break;
      }
      ready.push(entry.commit);
      entry.isOffered = true;
      at = entry.lastVersion;
    }
    if (at > version) this.#offered.push(held);
  }

  /** On lanes what is missing will not come by itself. Without, it is probably on its way, unless it was a pointer. */
  #gap(held: HeldStream, from: number, first: Held): void {
    for (const entry of held.entries)
      if (entry.firstVersion >= first.firstVersion) this.#held.bytes.wait(entry);
    if (!this.#held.bytes.isHalfFull) this.#fetching?.resume('bytes');
    if (held.isRefilling) return;
    const { bus, clock, hold } = this.#settings;
    if (first.commit && bus.capabilities.ordering === 'none') {
      held.gapSince ??= clock();
      const left = held.gapSince + hold - clock();
      if (left > 0) {
        this.#lookAtGapsIn(left);
        return;
      }
    }
    const to = first.commit ? first.firstVersion - 1 : first.lastVersion;
    this.#refills?.add(held, { stream: held.stream, from, to });
  }

  /** One timer for all gaps. */
  #lookAtGapsIn(milliseconds: number): void {
    this.#cancelHold ??= this.#settings.timers.after(milliseconds, () => {
      this.#cancelHold = undefined;
      for (const held of this.#held.all) if (held.gapSince !== undefined) this.#dirty.mark(held);
      this.#session?.ready();
    });
  }

  #refilled(held: HeldStream, commits: readonly FedCommit[]): void {
    if (!this.#held.has(held)) return;
    for (const commit of commits) {
      const { stream, firstVersion, lastVersion, commitId } = commit;
      this.#put(held, { stream, firstVersion, lastVersion, commitId, commit, bytes: 0, isOffered: false });
    }
  }

  /** The log is asked who is wrong, once: when no message is, it is what was applied. */
  #contest(held: HeldStream, what: LogDivergedError): void {
    if (held.isJudged) this.#contradiction ??= what;
    else held.contested ??= what;
  }

  #judged(held: HeldStream, wrong: readonly Held[]): void {
    if (!this.#held.has(held)) return;
    held.contested = undefined;
    held.isJudged = wrong.length === 0;
    const gone = wrong.filter((entry) => held.remove(entry));
    for (const entry of gone) entry.settle?.failed(untrue(this.#settings, entry));
    this.#forget(held, gone);
  }

  #lookAgain(held: HeldStream): void {
    this.#dirty.mark(held);
    this.#session?.ready();
  }

  #markAll(): void {
    for (const held of this.#held.all) this.#dirty.mark(held);
  }

  /** Messages are safe where they are: nothing more is fetched until the log answers, and nothing is given back. */
  #failed(held: HeldStream, error: unknown): void {
    if (isEventStoreError(error, 'log-diverged')) this.#contest(held, error as LogDivergedError);
    else this.#fetching?.pause('log');
    this.#lastError = error;
    this.#session?.ready();
  }
}

interface Offering {
  readonly ready: FedCommit[];
  readonly most: number;
}
