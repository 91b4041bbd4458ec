import type { LogDivergedError } from '@varve/eventstore';
import {
  isEventStoreError,
  type CommitFeed,
  type FedCommit,
  type FeedSession,
  type FeedStatus,
  type KnownVersions,
  type StreamName,
} from '@varve/eventstore';
import { overlap, twoCommits, untrue } from './contradictions.js';
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
  /** Streams in which something may have become possible. */
  readonly #dirty = new Set<StreamName>();
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
      for (const stream of this.#held.names) this.#dirty.add(stream);
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
      lookAgain: ({ stream }) => {
        this.#fetching?.resume('log');
        this.#lookAgain(stream);
      },
      judged: (held, wrong) => this.#judged(held, wrong),
      failed: (held, error) => this.#failed(held, error),
    });
    this.#intake = new Intake(session, this.#settings, {
      hold: (entry) => this.#hold(entry),
      drop: (signal) => this.#drop(signal),
    });
    this.#fetching = new Fetching(this.#settings, this.#intake.handle);
  }

  async next(known: KnownVersions, most: number): Promise<readonly FedCommit[]> {
    for (const { stream } of this.#offered) this.#dirty.add(stream);
    this.#offered = [];
    if (known.walks !== this.#walks) {
      this.#walks = known.walks;
      for (const stream of this.#held.names) this.#dirty.add(stream);
    }
    const streams = this.#dirty.size <= most ? [...this.#dirty] : [...this.#dirty].slice(0, most);
    const loading = known.load(streams);
    if (loading) await loading;
    const ready: FedCommit[] = [];
    for (const stream of streams) {
      if (ready.length >= most) break;
      this.#dirty.delete(stream);
      const held = this.#held.get(stream);
      if (held && this.#settleDone(held, known)) this.#offer(held, known, { ready, most });
    }
    if (this.#contradiction) throw this.#contradiction;
    if (ready.length === 0) this.#held.lookForStandstill();
    if (ready.length < most && this.#dirty.size > 0) this.#session?.ready();
    return ready;
  }

  settled(known: KnownVersions, left: ReadonlySet<StreamName>): void {
    for (const held of this.#offered) {
      if (held.entries.length === 0) continue;
      if (left.has(held.stream)) held.leftAt = known.versionOf(held.stream);
      if (this.#settleDone(held, known)) this.#dirty.add(held.stream);
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
    for (const held of this.#held.all) for (const entry of held.entries) entry.settle?.giveBack(closedHere());
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
    const { stream } = entry;
    this.#put(this.#held.open(stream), entry);
    if (this.#held.bytes.areTooMany) this.#fetching?.pause('bytes');
    this.#lookAgain(stream);
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

  /** Settles what is done. `false` when there is nothing more to do for the stream now. */
  #settleDone(held: HeldStream, known: KnownVersions): boolean {
    const version = known.versionOf(held.stream);
    if (version === undefined) {
      this.#dirty.add(held.stream);
      return false;
    }
    const done = known.isParked(held.stream) ? held.takeAll() : held.takeUpTo(version);
    for (const { settle, isOffered } of done) {
      settle?.acknowledge();
      if (isOffered) this.#counts.applied += 1;
      else this.#counts.duplicates += 1;
    }
    this.#forget(held, done);
    return held.entries.length > 0;
  }

  #forget(held: HeldStream, gone: readonly Held[]): void {
    if (gone.length === 0) return;
    this.#held.forget(held, gone);
    if (!this.#held.bytes.isHalfFull) this.#fetching?.resume('bytes');
    this.#refills?.pump();
  }

  /** Hands over what follows without a gap, and sees to the gap behind it. */
  #offer(held: HeldStream, known: KnownVersions, { ready, most }: Offering): void {
    const version = known.versionOf(held.stream) ?? 0;
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
        this.#dirty.add(held.stream);
        break;
      }
      if (entry.firstVersion > at + 1 || !entry.commit) {
        this.#gap(held, at + 1, entry);
        break;
      }
      if (ready.length >= most) {
        this.#dirty.add(held.stream);
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
      for (const { stream, gapSince } of this.#held.all) {
        if (gapSince !== undefined) this.#dirty.add(stream);
      }
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
    for (const entry of gone) entry.settle?.giveBack(untrue(this.#settings, entry));
    this.#forget(held, gone);
  }

  #lookAgain(stream: StreamName): void {
    this.#dirty.add(stream);
    this.#session?.ready();
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
