import type { CommitHeader } from '../../log/commit.js';
import type { Position } from '../../log/positions.js';
import type { Work } from '../step/holding.js';
import { readStretch, type LogStretch } from '../step/read-batch.js';

/** All that a walk asks the log for. */
export interface Look {
  readonly from: Position;
  /** What comes behind it; nothing when that is not for the walker yet, or when there is none. */
  readonly read: LogStretch | undefined;
  /** What stands there, asked after the read. */
  readonly standing: CommitHeader | undefined;
  /** How long the log took to answer, in milliseconds. */
  readonly took: number;
}

interface Looking {
  readonly from: Position;
  readonly controller: AbortController;
  readonly look: Promise<Look>;
  isOver: boolean;
}

/**
 * Looks at the log outside of the steps: a log may be a round trip away, and what comes beside it must not wait for that. One look at a
 * time, and none serves twice.
 */
export class WalkAhead<Tx> {
  #looking: Looking | undefined;

  /** Whether a look is over that nobody has taken. */
  get isReady(): boolean {
    return this.#looking?.isOver ?? false;
  }

  get isUnderWay(): boolean {
    return this.#looking !== undefined;
  }

  /** Begins to look behind `from`, unless that is under way. */
  begin(work: Work<Tx>, from: Position): void {
    if (this.#looking?.from === from) return;
    this.drop();
    const controller = new AbortController();
    const look = lookAt(work, from, controller.signal);
    const looking: Looking = { from, controller, look, isOver: false };
    const end = (): void => {
      looking.isOver = true;
    };
    look.then(end, end);
    this.#looking = looking;
  }

  /** The look that was begun. `undefined` when `sooner` came first: the look goes on, and is taken another time. */
  async take(sooner: Promise<void>): Promise<Look | undefined> {
    const looking = this.#looking;
    if (!looking) return undefined;
    if (!looking.isOver) await Promise.race([looking.look, sooner]).catch(() => undefined);
    if (!looking.isOver) return undefined;
    if (this.#looking === looking) this.#looking = undefined;
    return looking.look;
  }

  /** Whatever it would say is of no use any more. */
  drop(): void {
    this.#looking?.controller.abort();
    this.#looking = undefined;
  }
}

export async function lookAt<Tx>(work: Work<Tx>, from: Position, signal: AbortSignal): Promise<Look> {
  const { log, clock } = work.settings;
  const askedAt = clock();
  const pace = work.feeding?.pace;
  if (pace?.isDue) {
    const head = await log.head();
    signal.throwIfAborted();
    work.board.head = head;
    pace.sample(head);
  }
  const read = await readStretch(work, from, signal);
  const standing = from > 0 ? await log.commitAt(from) : undefined;
  return { from, read, standing, took: clock() - askedAt };
}
