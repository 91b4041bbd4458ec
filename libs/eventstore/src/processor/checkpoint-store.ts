import type { LogId, Mark, Position } from '../log/positions.js';

/** Names one processor: `orders@2` for version 2 of the projection `orders`. Its checkpoint, lease and parked sequences carry it. */
export type ProcessorId = string;

/** How far a processor has come, and in which log. */
export interface Checkpoint {
  readonly logId: LogId;
  readonly position: Position;
  /** What stands at `position`; absent at 0. */
  readonly mark?: Mark;
  /** The lease's token: it rises whenever the lease changes hands, and with it every older holder's save fails. */
  readonly token: number;
  /**
   * How far rows may be ahead of `position`, and what stood there: a step had begun whose end is not recorded. Only of a store that cannot save
   * both together; it applies a commit to a row that has it already without effect.
   */
  readonly ahead?: Pick<Checkpoint, 'position' | 'mark'>;
}

/** Keeps checkpoints in the database of what the processor writes, so that both are saved in one transaction. */
export interface CheckpointStore<Tx> {
  /** Runs `work` in one transaction for this processor: commits when it resolves, rolls back when it throws or rejects. */
  transaction<T>(processor: ProcessorId, work: (tx: Tx) => T | Promise<T>): Promise<T>;

  load(processor: ProcessorId): Promise<Checkpoint | undefined>;

  /**
   * Moves the checkpoint, in `tx`, only if it still stands at `from` with `from`'s token: two instances may both believe they hold the
   * lease, and only the one whose compare-and-set wins may keep its rows. `false`: roll back and stop. A store that has the last word only when
   * the transaction ends rejects it with `LeaseLostError` there.
   */
  save(
    tx: Tx,
    processor: ProcessorId,
    from: Checkpoint,
    to: Omit<Checkpoint, 'token'>,
  ): boolean | Promise<boolean>;
}
