import type { CopySource } from '@varve/eventstore';
import { MongoEventStore, MongoLogFilling } from '@varve/eventstore/mongodb';
import type { ReadModels } from '../index.js';
import { storedMode } from './connection/connect.js';
import { MongoReadModels } from './mongo-read-models.js';
import { withDefaults } from './options.js';
import { MongoWatermarkReadModels } from './watermark/mongo-watermark-read-models.js';

export interface NamedDatabase {
  readonly uri: string;
  readonly database: string;
  readonly collectionPrefix?: string;
}

/** Only what is an option: a name knows more about itself. */
function optionsOf({ uri, database, collectionPrefix }: NamedDatabase): NamedDatabase {
  return { uri, database, ...(collectionPrefix !== undefined && { collectionPrefix }) };
}

/** Connects to a log by name. It is not created: a name that is mistyped is an error, not an empty log. */
export function connectLog(place: NamedDatabase): Promise<MongoEventStore> {
  return MongoEventStore.connect({ ...optionsOf(place), create: false });
}

/** The same for read models, in the mode that they were made in. */
export async function connectReadModels(place: NamedDatabase): Promise<ReadModels<unknown>> {
  const options = { ...optionsOf(place), create: false };
  // What is stored decides how it is opened: `withDefaults` is here for the rest of the options.
  const mode = await storedMode(withDefaults(options, 'watermark'));
  if (mode === 'watermark') return MongoWatermarkReadModels.connect(options);
  return MongoReadModels.connect(options);
}

/** Begins a copy of a log, or goes on with it. */
export function fillLogDatabase(place: NamedDatabase, source: CopySource): Promise<MongoLogFilling> {
  return MongoLogFilling.connect(optionsOf(place), source);
}
