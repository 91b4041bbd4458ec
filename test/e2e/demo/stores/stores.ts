import type { EventStore, VerifiableLog } from '@varve/eventstore';
import type { Rows } from '../fold.ts';

export type Env = Readonly<{ [name: string]: string }>;

/** Where the shop keeps what it knows: how its services are told, and how one looks there afterwards. */
export interface Stores {
  readonly log: LogPlace;
  readonly readModels: ReadModelsPlace;
  /** What somebody who sees the projector killed should know. */
  readonly afterKill?: string;
  /** How many real orders are enough, where all of them would take longer than one waits for. */
  readonly enough?: number;
  /** What to call to see more of it. */
  readonly commands: readonly string[];
  /** Ends what was started for it. */
  close(): Promise<void>;
}

export interface LogPlace {
  readonly env: Env;
  /** For people. */
  where(): string;
  open(): Promise<EventStore & VerifiableLog & { close(): Promise<void> }>;
}

export interface ReadModelsPlace {
  readonly env: Env;
  /** For people. */
  where(): string;
  /** All rows of the live versions, as `foldLog` has them. */
  rows(): Promise<Rows>;
}
