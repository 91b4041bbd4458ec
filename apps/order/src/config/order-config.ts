import {
  busConfigOf,
  busVariables,
  mongodbVariables,
  mongoPlaceOf,
  readEnvironment,
  serverVariables,
  wholeNumber,
} from '@varve/http/config';
import type { BusConfig, Environment, MongoPlace, ServerConfig } from '@varve/http/config';
import { z } from 'zod';

/** Where the log is, in the words of `EventStoreModule`, and what an acknowledged command survives. */
export type LogConfig =
  | { readonly sqlite: { readonly file: string; readonly durability: 'power-cut' | 'process-crash' } }
  | { readonly mongodb: MongoPlace };

/** All that the app can be told, in one place. */
export interface OrderConfig extends ServerConfig {
  readonly log: LogConfig;
  /** The largest body of a request, in bytes. */
  readonly bodyLimit: number;
  readonly bus: BusConfig;
  /** How commits come to the bus. */
  readonly publication: 'relay' | 'two-phase';
  /** Where publication notes how far it is, if not beside the log. */
  readonly publicationFile?: string;
  /** How long a commit may be without the broker's confirmation before the sweep publishes it, in milliseconds. */
  readonly sweepAfter?: number;
  /** How old an undecided half message must be before its append is made impossible, in milliseconds. */
  readonly fenceAfter?: number;
  /** With it, other services may read the log at `/log`. */
  readonly logToken?: string;
}

const everywhere = {
  VARVE_STORE: z.enum(['sqlite', 'mongodb'], 'must be sqlite or mongodb').default('sqlite'),
  ...serverVariables({ defaultPort: 3000 }),
  VARVE_BODY_LIMIT: wholeNumber(1_024, 10_485_760).default(262_144),
  ...busVariables,
  VARVE_PUBLICATION: z.enum(['relay', 'two-phase'], 'must be relay or two-phase').default('relay'),
  VARVE_PUBLICATION_FILE: z.string().min(1, 'must not be empty').optional(),
  VARVE_SWEEP_AFTER: wholeNumber(100, 3_600_000).optional(),
  VARVE_FENCE_AFTER: wholeNumber(1_000, 86_400_000).optional(),
  VARVE_LOG_TOKEN: z.string().min(16, 'must have at least 16 characters').optional(),
};

const inSqlite = z.object({
  VARVE_LOG_FILE: z.string('must say where the log is kept, e.g. ./orders.db').min(1, 'must not be empty'),
  VARVE_DURABILITY: z
    .enum(['power-cut', 'process-crash'], 'must be power-cut or process-crash')
    .default('power-cut'),
  ...everywhere,
});

const inMongodb = z.object({
  ...mongodbVariables,
  VARVE_LOG_FILE: z.undefined('must not be set where VARVE_STORE is mongodb').optional(),
  VARVE_DURABILITY: z.literal('power-cut', 'must be power-cut where VARVE_STORE is mongodb').optional(),
  ...everywhere,
});

/** @throws ConfigError */
export function readOrderConfig(environment: Environment): OrderConfig {
  if (environment['VARVE_STORE'] !== 'mongodb') {
    const data = readEnvironment(inSqlite, environment);
    const { VARVE_LOG_FILE: file, VARVE_DURABILITY: durability } = data;
    return { log: { sqlite: { file, durability } }, ...configOf(data) };
  }
  const data = readEnvironment(inMongodb, environment);
  return { log: { mongodb: mongoPlaceOf(data) }, ...configOf(data) };
}

function configOf(data: z.output<z.ZodObject<typeof everywhere>>): Omit<OrderConfig, 'log'> {
  return {
    host: data.HOST,
    port: data.PORT,
    bodyLimit: data.VARVE_BODY_LIMIT,
    requestTimeout: data.VARVE_REQUEST_TIMEOUT,
    bus: busConfigOf(data),
    publication: data.VARVE_PUBLICATION,
    ...(data.VARVE_PUBLICATION_FILE !== undefined && { publicationFile: data.VARVE_PUBLICATION_FILE }),
    ...(data.VARVE_SWEEP_AFTER !== undefined && { sweepAfter: data.VARVE_SWEEP_AFTER }),
    ...(data.VARVE_FENCE_AFTER !== undefined && { fenceAfter: data.VARVE_FENCE_AFTER }),
    ...(data.VARVE_LOG_TOKEN !== undefined && { logToken: data.VARVE_LOG_TOKEN }),
  };
}
