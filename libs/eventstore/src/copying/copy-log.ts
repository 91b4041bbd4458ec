import { InvalidOptionsError, isEventStoreError, StoreIncompatibleError } from '../log/errors.js';
import type { VerifiableLog } from '../log/event-store.js';
import { assertKnownOptions, type OptionKind } from '../log/known-options.js';
import type { LogFilling, LogSeal, MovableLog } from '../log/movable-log.js';
import type { LogId, Position } from '../log/positions.js';
import { withOtherAdvice } from '../log/unknown-outcome.js';
import { assertMoveTo, assertNoMoveTo } from './assert-place.js';
import { assertContinues, compareCommits, compareFences } from './compare-logs.js';
import { copyConsumers } from './copy-consumers.js';

/** Whether the log moves, and who is told how far the copying is. */
export interface CopyLogOptions {
  /**
   * `move`: the source is sealed, and the copy gets its id: whoever followed the source goes on with the copy. `copy`: the source stays as
   * it is, and the copy gets an id of its own.
   */
  readonly as: 'move' | 'copy';
  /** Told what is being done and how far it has come, again and again. It is not awaited; what it throws ends the copying. */
  readonly onProgress?: (progress: CopyProgress) => void;
  /** Aborted: the copying ends with the signal's reason; what was copied is kept, and another one goes on. */
  readonly signal?: AbortSignal;
}

const KNOWN: Readonly<Record<keyof Required<CopyLogOptions>, OptionKind>> = {
  as: ['move', 'copy'],
  onProgress: 'function',
  signal: 'object',
};

/** Told again and again: what is being done, up to which position, of how many the source has. */
export interface CopyProgress {
  readonly phase: 'checking' | 'copying' | 'sealing' | 'verifying' | 'releasing';
  readonly position: Position;
  readonly head: Position;
}

/** What was copied, all told: also by earlier copyings that this one went on with. */
export interface CopyResult {
  /** Of the copy. */
  readonly logId: LogId;
  readonly commits: number;
  readonly fences: number;
  /** Of the source, if it was moved. */
  readonly seal?: LogSeal;
}

/**
 * Copies a log into one that is being filled, compares the two, and releases the copy. It goes on where an earlier copying of the same
 * source has ended, however that came. A move seals the source when nearly everything was copied and compared, so that writers wait for the
 * rest alone.
 *
 * @throws LogDivergedError the copy is not what the source has; it is not released
 * @throws StoreIncompatibleError the source is damaged; nothing was sealed
 * @throws InvalidOptionsError the source was moved before, or is being moved somewhere else
 */
export async function copyLog(
  source: MovableLog & VerifiableLog,
  target: LogFilling,
  options: CopyLogOptions,
): Promise<CopyResult> {
  assertKnownOptions<CopyLogOptions>(options, { of: 'copyLog', known: KNOWN, error: InvalidOptionsError });
  const copying = new Copying(source, target, options);
  try {
    return await (options.as === 'move' ? copying.move() : copying.copy());
  } catch (error) {
    // Another copying may have released it, and apps write to it: nothing of it is to be deleted. Whoever still fills it is told so.
    if (isEventStoreError(error, 'log-diverged')) await target.put([]);
    throw withOtherAdvice(error, 'copy again, which goes on from what is there.');
  }
}

/** Commits that are copied and compared while writers wait: a fraction of a second. */
const FEW = 500;
const MOST_ROUNDS = 5;

class Copying {
  readonly #source: MovableLog & VerifiableLog;
  readonly #target: LogFilling;
  readonly #options: CopyLogOptions;
  /** Up to here the two were found equal. */
  #compared: Position = 0;

  constructor(source: MovableLog & VerifiableLog, target: LogFilling, options: CopyLogOptions) {
    this.#source = source;
    this.#target = target;
    this.#options = options;
  }

  async copy(): Promise<CopyResult> {
    await assertNoMoveTo(this.#target, this.#source);
    await assertContinues(this.#source, this.#target);
    await this.#copyUpTo(await this.#source.head());
    await this.#compareCommits();
    const copied = await this.#finish();
    const { logId } = this.#target;
    await this.#target.release(logId);
    return { logId, ...copied };
  }

  async move(): Promise<CopyResult> {
    const [source, target] = [this.#source, this.#target];
    assertMoveTo(target, source, await source.findSeal());
    await this.#assertHealthy();
    await assertContinues(source, target);
    await this.#comeNear();
    await this.#copyEarlyFences();
    const near = await target.head();
    this.#report('sealing', near, near);
    const { position } = assertMoveTo(target, source, await source.seal({ movedTo: target.location }));
    // A reader may be some milliseconds behind the seal.
    while ((await target.head()) < position) await this.#copyUpTo(position);
    await this.#compareCommits();
    await copyConsumers(source, target);
    const copied = await this.#finish();
    const seal = await this.#handOver(copied.commits);
    return { logId: source.logId, ...copied, seal };
  }

  /** The source says first which copy it goes on as: whoever is killed in between, nobody else can release another one. */
  async #handOver(commits: number): Promise<LogSeal> {
    const [source, target] = [this.#source, this.#target];
    this.#report('releasing', commits, commits);
    const seal = assertMoveTo(target, source, await source.seal({ handedTo: target.logId }));
    await target.release(source.logId);
    return seal;
  }

  /**
   * Copies and compares, round after round, so that little is left when writers have to wait. They may be as fast as that, and then it would
   * never be done: so the seal comes when a round has not halved the rest.
   */
  async #comeNear(): Promise<void> {
    let before = Infinity;
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const end = await this.#source.head();
      await this.#copyUpTo(end);
      await this.#compareCommits();
      const rest = (await this.#source.head()) - end;
      if (rest <= FEW || rest > before / 2) return;
      before = rest;
    }
  }

  /** Up to a position, and perhaps a little further. */
  async #copyUpTo(end: Position): Promise<void> {
    const head = await this.#target.head();
    this.#report('copying', head, end);
    if (head >= end) return;
    for await (const commits of this.#source.readStored(head)) {
      this.#options.signal?.throwIfAborted();
      await this.#target.put(commits);
      const { position } = commits.at(-1)!;
      this.#report('copying', position, Math.max(end, position));
      if (position >= end) return;
    }
  }

  /** What was not compared before, and the commit in front of it, by which a log is noticed that was restored or replaced meanwhile. */
  async #compareCommits(): Promise<void> {
    const [source, target] = [this.#source, this.#target];
    const end = await target.head();
    for await (const position of compareCommits(source, target, Math.max(0, this.#compared - 1))) {
      this.#options.signal?.throwIfAborted();
      this.#report('verifying', position, Math.max(end, position));
      this.#compared = position;
    }
    const { problems } = await target.verify(this.#options);
    if (problems[0]) throw damagedCopy(target.location, problems[0].message);
  }

  /** Those that a seal is certain to keep: whoever moves the log as well may be between its seal and its mark. */
  async #copyEarlyFences(): Promise<void> {
    for await (const page of this.#source.readFences()) {
      if (await this.#source.findSeal()) return;
      await this.#target.putFences(page);
    }
  }

  async #finish(): Promise<Pick<CopyResult, 'commits' | 'fences'>> {
    const [source, target] = [this.#source, this.#target];
    let fences = 0;
    for await (const page of source.readFences()) {
      await target.putFences(page);
      fences += page.length;
    }
    await compareFences(source, target, fences);
    return { commits: this.#compared, fences };
  }

  /** A hole that is noticed when the source is sealed already would leave the apps with no log to write to. */
  async #assertHealthy(): Promise<void> {
    this.#report('checking', 0, await this.#source.head());
    const { problems } = await this.#source.verify(this.#options);
    if (problems[0]) throw damaged(this.#source.location, problems[0].message);
  }

  #report(phase: CopyProgress['phase'], position: Position, head: Position): void {
    this.#options.onProgress?.({ phase, position, head });
  }
}

function damagedCopy(location: string, problem: string): StoreIncompatibleError {
  return new StoreIncompatibleError(
    `The copy ${location} is damaged: ${problem} It was not released. Delete it, and copy again.`,
  );
}

function damaged(location: string, problem: string): StoreIncompatibleError {
  return new StoreIncompatibleError(
    `The log ${location} is damaged: ${problem} It was not moved. See "varve log verify", and restore it from a backup.`,
  );
}
