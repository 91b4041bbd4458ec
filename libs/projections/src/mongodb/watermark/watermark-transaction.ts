import type { Checkpoint, ProcessorId, SkippedCommits } from '@varve/eventstore';
import type { CreateCollectionOptions, Db, Document } from 'mongodb';
import { InvalidProjectionOptionsError } from '../../index.js';
import { createCollection } from '../versions/create-collection.js';
import { physicalName } from '../versions/names.js';
import { Changes } from './rows/changes.js';
import type { BegunStep } from './steps/claim-step.js';
import { WatermarkCollection } from './watermark-collection.js';

export interface WatermarkParts {
  readonly database: Db;
  readonly processor: ProcessorId;
  /** What the version's collections begin with; nothing for a reactor. */
  readonly prefix: string | undefined;
  readonly isSetup?: boolean;
}

const UNFIT: Readonly<Partial<Record<keyof CreateCollectionOptions, string>>> = {
  collation: 'two ids could be one to the server. Queries and indexes can have one',
  capped: 'rows would go when it is full',
  timeseries: 'its rows cannot be replaced',
  expireAfterSeconds: 'rows would go without a mark, and be made again by whoever is late',
  viewOn: 'a view has no rows of its own',
};

/** Where a step goes, of a processor that still stood at `from` when it was looked at. */
export interface PlannedStep extends BegunStep {
  readonly to: Omit<Checkpoint, 'token'>;
}

/**
 * What a handler writes through, on a server without transactions. Nothing is written before the handler is done: then each row by itself, if it
 * has not seen the commit, and the checkpoint after all rows. If the process dies in between, the commits are applied again, to the rows that
 * have not seen them.
 */
export class WatermarkTransaction {
  readonly processor: ProcessorId;
  /** For Varve. */
  readonly changes: Changes;
  /** For Varve. */
  readonly skipped: SkippedCommits[] = [];
  /** For Varve. */
  step: PlannedStep | undefined;
  readonly #parts: WatermarkParts;

  /** Made by `MongoWatermarkReadModels`. */
  constructor(parts: WatermarkParts) {
    this.#parts = parts;
    this.processor = parts.processor;
    this.changes = new Changes(parts.processor);
  }

  collection<Row extends Document = Document>(name: string): WatermarkCollection<Row> {
    const physical = this.physicalName(name);
    if (!this.#parts.isSetup) {
      return new WatermarkCollection({ name, add: (id, change) => this.changes.add(physical, id, change) });
    }
    const { database } = this.#parts;
    return new WatermarkCollection({
      name,
      createIndex: async (keys, options) => {
        await database.collection(physical).createIndex(keys, options, {});
      },
    });
  }

  /**
   * Makes a collection of the version, in `setup` only. It need not be made, unless it has options.
   *
   * @throws InvalidProjectionOptionsError in a handler, and for options with which a row would not be told from others by its id, or go by itself
   */
  createCollection(name: string, options: CreateCollectionOptions = {}): Promise<void> {
    const { database, isSetup } = this.#parts;
    if (!isSetup) {
      throw new InvalidProjectionOptionsError(
        'tx',
        `Collection "${name}" cannot be made in a handler. Make it in \`setup\`.`,
      );
    }
    for (const [option, why] of Object.entries(UNFIT)) {
      if (options[option as keyof CreateCollectionOptions] === undefined) continue;
      throw new InvalidProjectionOptionsError(
        option,
        `Collection "${name}" cannot have the option "${option}" in watermark mode: ${why}. Leave it out.`,
      );
    }
    return createCollection(database, this.physicalName(name), options);
  }

  /** The name of a collection in the database. */
  physicalName(name: string): string {
    return physicalName(name, this.#parts.prefix);
  }
}
