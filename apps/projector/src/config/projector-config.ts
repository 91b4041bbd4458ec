import {
  busConfigOf,
  busVariables,
  ConfigError,
  mongodbVariables,
  mongoPlaceOf,
  readEnvironment,
  serverVariables,
  wholeNumber,
  type BusConfig,
  type Environment,
  type MongoPlace,
  type ServerConfig,
} from '@varve/http/config';
import { z } from 'zod';

/** The order service's log: where it keeps it, or its endpoint, with the token that opens it. */
export type LogConfig =
  | { readonly sqlite: { readonly file: string } }
  | { readonly mongodb: MongoPlace }
  | { readonly url: string; readonly token: string };

/** Where the read models are kept, in one place for all instances of this app. */
export type ReadModelsConfig =
  { readonly sqlite: { readonly file: string } } | { readonly mongodb: MongoPlace };

/** All that the app can be told, in one place. */
export interface ProjectorConfig extends ServerConfig {
  readonly log: LogConfig;
  /** What brings commits faster than the log is walked. */
  readonly bus: BusConfig;
  readonly readModels: ReadModelsConfig;
  /** How long an instance may be silent before another takes over, in milliseconds. */
  readonly leaseDuration: number;
  /** Which release of the orders' read model is deployed: 2 also counts the lines of each order. */
  readonly ordersVersion: 1 | 2;
}

const store = z.enum(['sqlite', 'mongodb'], 'must be sqlite or mongodb');

const environmentSchema = z.object({
  VARVE_LOG_FILE: z
    .string()
    .min(1, 'must not be empty')
    // It would be a log of this process alone, into which nobody writes: no order would ever come.
    .refine((file) => file !== ':memory:', 'must be the file of the order service, e.g. ./orders.db')
    .optional(),
  VARVE_LOG_URL: z
    .url({ protocol: /^https?$/, error: 'must be an address such as http://orders:3000/log' })
    .optional(),
  VARVE_LOG_TOKEN: z.string().min(1, 'must not be empty').optional(),
  VARVE_READ_MODELS_FILE: z.string().min(1, 'must not be empty').optional(),
  VARVE_STORE: store.default('sqlite'),
  VARVE_READ_MODELS: store.optional(),
  ...mongodbVariables,
  VARVE_LEASE_DURATION: wholeNumber(200, 600_000).default(5_000),
  VARVE_ORDERS_VERSION: z.enum(['1', '2'], 'must be 1 or 2').default('1'),
  ...busVariables,
  ...serverVariables({ defaultPort: 3001 }),
});

/** @throws ConfigError */
export function readProjectorConfig(environment: Environment): ProjectorConfig {
  const data = readEnvironment(environmentSchema, environment);
  return {
    log: logOf(data),
    bus: busConfigOf(data),
    readModels: readModelsOf(data),
    host: data.HOST,
    port: data.PORT,
    leaseDuration: data.VARVE_LEASE_DURATION,
    requestTimeout: data.VARVE_REQUEST_TIMEOUT,
    ordersVersion: data.VARVE_ORDERS_VERSION === '2' ? 2 : 1,
  };
}

type Variables = z.output<typeof environmentSchema>;

/** Two logs would be two truths. */
function logOf(data: Variables): LogConfig {
  const { VARVE_LOG_FILE: file, VARVE_LOG_URL: url, VARVE_LOG_TOKEN: token, VARVE_STORE: store } = data;
  if (file !== undefined && url !== undefined)
    throw new ConfigError(['VARVE_LOG_FILE and VARVE_LOG_URL are both set: give one of them']);
  if (file !== undefined && store === 'mongodb')
    throw new ConfigError(['VARVE_LOG_FILE is set and VARVE_STORE is mongodb: leave one of them out']);
  if (file !== undefined) return { sqlite: { file } };
  if (url !== undefined && token !== undefined) return { url, token };
  if (url !== undefined)
    throw new ConfigError(['VARVE_LOG_TOKEN is not set: it must be the token of the order service']);
  if (store === 'mongodb') return { mongodb: mongoPlaceOf(data) };
  throw new ConfigError([
    'Neither VARVE_LOG_FILE nor VARVE_LOG_URL is set: say where the log is, e.g. ./orders.db or http://orders:3000/log, or set VARVE_STORE=mongodb',
  ]);
}

function readModelsOf(data: Variables): ReadModelsConfig {
  const { VARVE_READ_MODELS: kept = data.VARVE_STORE, VARVE_READ_MODELS_FILE: file } = data;
  if (kept === 'sqlite' && file !== undefined) return { sqlite: { file } };
  if (kept === 'sqlite')
    throw new ConfigError([
      'VARVE_READ_MODELS_FILE is not set: it must say where the read models are kept, e.g. ./read-models.db',
    ]);
  if (file === undefined) return { mongodb: mongoPlaceOf(data) };
  throw new ConfigError([
    'VARVE_READ_MODELS_FILE is set, and the read models are kept in MongoDB: leave it out, or set VARVE_READ_MODELS=sqlite',
  ]);
}
