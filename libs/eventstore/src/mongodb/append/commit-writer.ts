import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AppendResult } from '../../log/commit.js';
import { isEventStoreError, StoreUnavailableError } from '../../log/errors.js';
import { sleep, type Timers } from '../../processor/timers.js';
import { headerOf, keyOf, type LogDocument } from '../connection/commit-document.js';
import type { MongoLog } from '../connection/mongo-log.js';
import { isNeverBegun, isPassing, isUnsent } from '../driver-errors.js';
import { writeFailed } from '../errors.js';
import { newestOf } from '../read/head.js';
import { answerFromSealedLog } from './answer-from-sealed-log.js';
import type { AppendRequest, PendingAppend } from './append-request.js';
import { inParallel } from './in-parallel.js';
import { insertCommits, type InsertOutcome } from './insert-commits.js';
import { settleByCommitId, settleByStream } from './judge.js';
import { KnownHead } from './known-head.js';
import type { NumberingLease } from './numbering-lease.js';
import { expectsNoStream, planGroup, type PlannedCommit } from './plan-group.js';
import { StreamHeads } from './stream-heads.js';
import { WriteQueue } from './write-queue.js';

export interface WriterOptions {
  readonly appendTimeout: number;
  readonly timers: Timers;
  readonly random: () => number;
  readonly lease: NumberingLease;
  readonly onCommit: () => void;
  readonly logger: { warn(message: string): void };
}

/** Milliseconds between two tries while the server fails, doubled from the first to the last. */
const FIRST_PAUSE = 20;
const LAST_PAUSE = 1_000;
/** After about a second of pauses. */
const FAILURES_WORTH_A_WARNING = 5;
/** A lost race is no reason to wait longer: then turns are taken, if at all. */
const MAX_ATTEMPTS = 4;
const LONGEST_JITTER = 50;

/**
 * Appends without a transaction and without a counter. A commit is sent at p only when p - 1 is a commit that a majority has, or stands
 * before it in the same command: so no node ever has p without p - 1, and whoever reads what a majority has reads a log without a hole.
 * Likewise for the versions of a stream. Which of two writers gets a position or a version, the unique indexes decide; nothing is ever
 * concluded from an error but "look".
 */
export class CommitWriter {
  readonly heads = new StreamHeads();
  protected readonly log: MongoLog;
  protected readonly head: KnownHead;
  readonly #options: WriterOptions;
  readonly #queue = new WriteQueue();
  #working: Promise<void> | undefined;
  #leaving: Promise<void> | undefined;
  /** Lost races in a row. */
  #attempts = 0;
  #failures = 0;
  #lastError: unknown;
  /** Of an insert, in milliseconds, as a moving average. */
  #roundTrip = 1;

  constructor(log: MongoLog, options: WriterOptions) {
    this.log = log;
    this.#options = options;
    this.head = new KnownHead(log, () => performance.now());
  }

  append(request: AppendRequest, bytes: number): Promise<AppendResult> {
    return new Promise((resolve, reject) => {
      const deadline = performance.now() + this.#options.appendTimeout;
      const key = keyOf(request.commitId);
      const state = { sent: false, doubtful: false, settled: false };
      this.#queue.add(pendingOf({ ...request, key, bytes, deadline, ...state }, resolve, reject));
      this.#working ??= this.#work();
    });
  }

  /** Resolves when everything that was queued has its answer, and nobody waits for this writer. */
  async drained(): Promise<void> {
    await this.#working?.then(() => this.#leaving);
  }

  async #work(): Promise<void> {
    for (;;) {
      // Who appends in the same turn goes out in the same group, and so does who appends again straight from its answer.
      await nextTurn();
      for (const pending of this.#queue.takeOverdue(performance.now())) this.#giveUp(pending);
      if (this.#queue.size === 0) break;
      await this.#workOn(this.#queue.takeGroup());
    }
    this.#working = undefined;
    this.#leaving = this.#options.lease.leave();
  }

  async #workOn(group: readonly PendingAppend[]): Promise<void> {
    try {
      const won = await this.#write(group);
      this.#failures = 0;
      this.#attempts = won ? 0 : this.#attempts + 1;
    } catch (error) {
      this.#fail(group, await this.#unlessSealed(group, error));
    }
    const left = group.filter(({ settled }) => !settled);
    this.#queue.putBack(left);
    if (left.length > 0) await this.#pauseBeforeRetry();
  }

  /** `false`: another writer was faster. */
  async #write(group: readonly PendingAppend[]): Promise<boolean> {
    const { lease } = this.#options;
    if (await lease.turn()) this.head.doubt(lease.reached);
    const head = await this.headForNext();
    await this.#examine(group.filter(({ doubtful }) => doubtful));
    const open = group.filter(({ settled }) => !settled);
    await this.learnHeads(open);
    const planned = planGroup(open, head, this.heads);
    if (planned.length === 0) return true;
    const begun = performance.now();
    const outcome = await this.insert(planned);
    this.#roundTrip += (performance.now() - begun - this.#roundTrip) / 8;
    return this.#settle(planned, outcome);
  }

  /** The position that a commit may be put after: never a sum, always a commit that a majority has. */
  protected headForNext(): Promise<number> {
    return this.head.current();
  }

  protected insert(planned: readonly PlannedCommit[]): Promise<InsertOutcome> {
    return insertCommits(
      this.log,
      planned.map(({ document }) => document),
    );
  }

  async #settle(planned: readonly PlannedCommit[], outcome: InsertOutcome): Promise<boolean> {
    if (outcome.outcome === 'written') {
      this.#accept(planned);
      this.#options.lease.won(this.head.position);
      return true;
    }
    this.head.doubt();
    if (outcome.outcome === 'unknown') {
      await this.#findOut(planned, outcome.error);
      return true;
    }
    this.#accept(planned.slice(0, outcome.index));
    const failed = planned[outcome.index]!;
    if (outcome.outcome === 'refused') {
      const { pending } = failed;
      pending.reject(writeFailed(outcome.error, this.log.location, pending.sent ? 'unknown' : 'not-written'));
      return true;
    }
    return this.judgeTaken(failed);
  }

  #accept(planned: readonly PlannedCommit[]): void {
    const last = planned.at(-1);
    if (!last) return;
    this.head.advance(last.document);
    for (const { pending, document } of planned) {
      this.heads.learn(document);
      pending.resolve({ ok: true, commit: headerOf(document) });
    }
    this.#options.onCommit();
  }

  /**
   * Some unique index has refused the document, and no server says reliably which one: what is there tells. Its own id there is its own
   * earlier try; neither the id nor the version there, and the position was taken.
   */
  protected async judgeTaken({ pending, document }: PlannedCommit): Promise<boolean> {
    const { commitId, stream, firstVersion } = document;
    const found = await this.log.commits
      .find<LogDocument>({ $or: [{ commitId }, { stream, firstVersion }] })
      .limit(2)
      .toArray();
    const own = found.find((one) => keyOf(one.commitId) === pending.key);
    if (own) {
      settleByCommitId(pending, own);
      return true;
    }
    if (found.length > 0) {
      pending.doubtful = true;
      return true;
    }
    this.#options.lease.lost();
    return false;
  }

  /** After anything but a yes or a plain no: what is found was written, what is not found may be written still and is sent again with its id. */
  async #findOut(planned: readonly PlannedCommit[], error: unknown): Promise<void> {
    if (!isUnsent(error)) for (const { pending } of planned) pending.sent = true;
    this.#lastError = error;
    const pendings = planned.map(({ pending }) => pending);
    await this.#settleFound(pendings);
    this.#options.onCommit();
    throw error;
  }

  async #settleFound(pendings: readonly PendingAppend[]): Promise<void> {
    if (pendings.length === 0) return;
    const query = { commitId: { $in: pendings.map(({ commitId }) => commitId) } };
    const found = await this.log.commits.find<LogDocument>(query).toArray();
    const byKey = new Map(found.map((one) => [keyOf(one.commitId), one]));
    for (const pending of pendings) {
      const own = byKey.get(pending.key);
      if (own) settleByCommitId(pending, own);
    }
  }

  /** Judges by what the server has now. The stream before the id: an id that was absent later was absent when the stream stood there. */
  async #examine(doubtful: readonly PendingAppend[]): Promise<void> {
    if (doubtful.length === 0) return;
    await this.#learn(new Set(doubtful.map(({ stream }) => stream)));
    await this.#settleFound(doubtful.filter(({ commitId, sent }) => typeof commitId === 'string' || sent));
    for (const pending of doubtful) {
      if (!pending.settled) pending.doubtful = settleByStream(pending, this.heads.get(pending.stream));
    }
  }

  protected async learnHeads(group: readonly PendingAppend[]): Promise<void> {
    const unknown = group.filter((one) => !expectsNoStream(one) && !this.heads.get(one.stream));
    if (unknown.length > 0) await this.#learn(new Set(unknown.map(({ stream }) => stream)));
  }

  #learn(streams: ReadonlySet<string>): Promise<void> {
    return inParallel(streams, async (stream) => {
      const newest = await newestOf(this.log, stream);
      if (newest) this.heads.learn(newest);
    });
  }

  #fail(group: readonly PendingAppend[], error: unknown): void {
    this.head.doubt();
    this.#lastError = error;
    this.#failures += 1;
    if (isPassing(error)) {
      this.#warn(error);
      return;
    }
    for (const pending of group.filter(({ settled }) => !settled)) {
      if (isEventStoreError(error)) pending.reject(error);
      else this.#giveUp(pending);
    }
  }

  /** In a sealed log, what was there before keeps its answers; who is refused hears of the seal. */
  async #unlessSealed(group: readonly PendingAppend[], error: unknown): Promise<unknown> {
    if (!isEventStoreError(error, 'log-sealed')) return error;
    try {
      await answerFromSealedLog(this.log, group);
      return error;
    } catch (failure) {
      return failure;
    }
  }

  /** Once for each outage, since callers hear of it only when their patience is at an end. */
  #warn(error: unknown): void {
    if (this.#failures !== FAILURES_WORTH_A_WARNING) return;
    const { message } = writeFailed(error, this.log.location, 'unknown');
    this.#options.logger.warn(`Appends wait and are tried again. ${message}`);
  }

  #giveUp(pending: PendingAppend): void {
    const known = !pending.sent || isNeverBegun(this.#lastError);
    const error =
      this.#lastError ?? new StoreUnavailableError('No server has answered in time.', 'not-written');
    pending.reject(writeFailed(error, this.log.location, known ? 'not-written' : 'unknown'));
  }

  /** Jitter of one to two round trips a lost race: without it the winner goes on winning, and others wait for seconds. */
  async #pauseBeforeRetry(): Promise<void> {
    const { timers, random } = this.#options;
    const lost = Math.min(this.#roundTrip * Math.min(this.#attempts, MAX_ATTEMPTS), LONGEST_JITTER);
    const failed = this.#failures === 0 ? 0 : Math.min(FIRST_PAUSE * 2 ** (this.#failures - 1), LAST_PAUSE);
    const milliseconds = Math.max(lost, failed) * (1 + random());
    if (milliseconds > 0) await sleep(timers, milliseconds);
  }
}

type Unanswered = Omit<PendingAppend, 'resolve' | 'reject'>;

function pendingOf(
  request: Unanswered,
  resolve: (result: AppendResult) => void,
  reject: (error: unknown) => void,
): PendingAppend {
  const pending: PendingAppend = {
    ...request,
    resolve(result) {
      pending.settled = true;
      resolve(result);
    },
    reject(error) {
      pending.settled = true;
      reject(error);
    },
  };
  return pending;
}
