import type {
  AppliedVersions,
  Checkpoint,
  CheckpointStore,
  LeaseRow,
  LeaseStore,
  LogId,
  ParkedSequences,
  Position,
  ProcessorId,
  StreamName,
} from '@varve/eventstore';
import type { Projection } from './projection.js';
import type { VersionId } from './version-id.js';

/**
 * The database of a group of projector instances: rows, checkpoints, leases, parked sequences, applied versions and live versions, all in
 * one, so that one transaction covers them. Every implementation passes `readModelsContract` of `@varve/projections/testing`.
 */
export interface ReadModels<Tx>
  extends CheckpointStore<Tx>, LeaseStore, ParkedSequences<Tx>, AppliedVersions<Tx> {
  /** Made when the database is created; travels with it. */
  readonly databaseId: string;
  /** Where a person finds it: a path or a redacted address. */
  readonly location: string;
  /**
   * What these read models do without, and why, as the rest of a sentence that begins with "they". A declaration that needs it is refused at
   * start. Absent: they do everything.
   */
  readonly lacks?: Readonly<Partial<Record<ReadModelsAbility, string>>>;

  /**
   * Makes a version's tables and its checkpoint row in one transaction, and says which generation it is.
   *
   * `first`: the version's first generation, if the version has none; otherwise nothing is made. A projection without any live version
   * goes live with it at once. `next`: a generation beside the live one, even of the same version: a rebuild. A generation of this
   * version that is still being built is taken up again instead, so that an interrupted rebuild goes on.
   */
  createVersion(projection: Projection<Tx>, logId: LogId, generation: 'first' | 'next'): Promise<VersionId>;

  /** All that has not been dropped, ordered by name, version and generation. */
  listVersions(name?: string): Promise<readonly ProjectionVersion[]>;

  /** Every checkpoint row, reactors included. */
  listProcessors(): Promise<readonly ProcessorRow[]>;

  /**
   * Makes a version the one that readers see, in one transaction with the check that it has come at least as far as the live one and has
   * parked no stream that the live one has not. The old one is retired: its token rises, so that its instance stops, and it cannot be
   * acquired. Readers see the old or the new, never half. Already live: `ok`, nothing happens.
   *
   * @throws UnknownProjectionError
   */
  switchVersion(version: VersionId, options?: SwitchOptions): Promise<SwitchResult>;

  /**
   * Drops a version's rows, checkpoint, parked sequences and applied versions; its generation is never given out again.
   *
   * @throws VersionIsLiveError, UnknownProjectionError
   */
  dropVersion(version: VersionId): Promise<void>;

  /**
   * Sets a checkpoint that nobody is working on, and raises its token, so that whoever works now cannot save: a reactor's replay.
   *
   * @throws UnknownProjectionError there is no such processor
   */
  moveCheckpoint(processor: ProcessorId, to: Omit<Checkpoint, 'token'>): Promise<void>;

  /** One moment of the database, for comparing versions while traffic goes on. Close it. */
  openSnapshot(): Promise<ReadModelsSnapshot>;

  /** Finishes what is in flight. Idempotent. */
  close(): Promise<void>;
}

/**
 * `parking`: to set a stream aside and go on with the others. `feeding`: to apply commits that come from elsewhere than the log. `moments`: to
 * show several versions at one moment; then a snapshot shows what is there when it is read, and versions are compared while both stand still.
 */
export type ReadModelsAbility = 'parking' | 'feeding' | 'moments';

/** Everything read through it is of one moment, unless the read models lack `moments`. */
export interface ReadModelsSnapshot {
  loadCheckpoint(processor: ProcessorId): Promise<Checkpoint | undefined>;
  /** The rows of a version, table by table, in a stable order: by primary key, or by all columns where there is none. */
  readRows(version: VersionId): AsyncIterable<ReadModelRow>;
  close(): Promise<void>;
}

/** A row of a version as `readRows` gives it. */
export interface ReadModelRow {
  /** The table's name without the version. */
  readonly table: string;
  readonly key: string;
  readonly row: Readonly<Record<string, unknown>>;
}

/** A checkpoint and whose it is: how far a version or a reactor has come, in whichever instance. */
export interface ProcessorRow {
  readonly processor: ProcessorId;
  readonly checkpoint: Checkpoint;
  readonly lease: LeaseRow;
  readonly parked: number;
  readonly skipped: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A version of a projection as the database has it. */
export interface ProjectionVersion extends VersionId, ProcessorRow {
  /** `building`: never been live. `live`: what readers see. `retired`: was live, and stands still. */
  readonly state: 'building' | 'live' | 'retired';
  readonly live: boolean;
}

/** What `switchVersion` takes beside the version. By default it lets nothing pass. */
export interface SwitchOptions {
  /** What is let pass: a version that stands `behind` the live one, or has `parked` streams that the live one has not. */
  readonly despite?: readonly ('behind' | 'parked')[];
}

/** Whether readers see the new version now; if not, why the old one has stayed. */
export type SwitchResult =
  | { readonly ok: true; readonly from: VersionId | undefined; readonly to: VersionId }
  | { readonly ok: false; readonly reason: 'behind'; readonly live: Position; readonly candidate: Position }
  | { readonly ok: false; readonly reason: 'parked'; readonly streams: readonly StreamName[] };
