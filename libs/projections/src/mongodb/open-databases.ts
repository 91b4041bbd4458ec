import type { CopySource } from '@varve/eventstore';
import { MongoEventStore, MongoLogFilling } from '@varve/eventstore/mongodb';
import { MongoReadModels } from './mongo-read-models.js';

export interface NamedDatabase {
  readonly uri: string;
  readonly database: string;
  readonly collectionPrefix?: string;
}

/** Connects to a log by name. It is not created: a name that is mistyped is an error, not an empty log. */
export function connectLog(place: NamedDatabase): Promise<MongoEventStore> {
  return MongoEventStore.connect({ ...place, create: false });
}

/** The same for read models. */
export function connectReadModels(place: NamedDatabase): Promise<MongoReadModels> {
  return MongoReadModels.connect({ ...place, create: false });
}

/** Begins a copy of a log, or goes on with it. */
export function fillLogDatabase(place: NamedDatabase, source: CopySource): Promise<MongoLogFilling> {
  return MongoLogFilling.connect(place, source);
}
