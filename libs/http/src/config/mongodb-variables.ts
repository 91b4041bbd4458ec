import { z } from 'zod';
import { ConfigError } from './config-error.js';

/** Where an app's documents are, in the words of `EventStoreModule` and `ProjectionsModule`. */
export interface MongoPlace {
  readonly uri: string;
  readonly database: string;
}

/** The variables behind a `MongoPlace`. */
export const mongodbVariables = {
  VARVE_MONGODB_URI: z
    .string()
    .regex(/^mongodb(\+srv)?:\/\/./, 'must be an address such as mongodb://127.0.0.1:27017/?replicaSet=rs0')
    .optional(),
  VARVE_MONGODB_DATABASE: z
    .string()
    .regex(/^[\w-]{1,63}$/, 'must be 1 to 63 letters, digits, "-" and "_"')
    .default('shop'),
};

type MongodbVariables = z.output<z.ZodObject<typeof mongodbVariables>>;

/** @throws ConfigError it is not said where the servers are */
export function mongoPlaceOf(variables: MongodbVariables): MongoPlace {
  const { VARVE_MONGODB_URI: uri, VARVE_MONGODB_DATABASE: database } = variables;
  if (uri !== undefined) return { uri, database };
  throw new ConfigError([
    'VARVE_MONGODB_URI is not set: it must say where MongoDB is, e.g. mongodb://127.0.0.1:27017/?replicaSet=rs0',
  ]);
}

/** Where an app keeps something, for people: without the secrets of an address. */
export function placeOf(
  kept: { readonly sqlite: { readonly file: string } } | { readonly mongodb: MongoPlace },
): string {
  return 'sqlite' in kept ? kept.sqlite.file : `database "${kept.mongodb.database}" of MongoDB`;
}
