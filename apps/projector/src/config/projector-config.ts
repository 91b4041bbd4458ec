import {
  busConfigOf,
  busVariables,
  ConfigError,
  readEnvironment,
  serverVariables,
  wholeNumber,
  type BusConfig,
  type Environment,
  type ServerConfig,
} from '@varve/http';
import { z } from 'zod';

/** All that the app can be told, in one place. */
export interface ProjectorConfig extends ServerConfig {
  /** The order service's log: its file on the same machine, or its endpoint, with the token that opens it. */
  readonly log: { readonly file: string } | { readonly url: string; readonly token: string };
  /** What brings commits faster than the log is walked. */
  readonly bus: BusConfig;
  /** Where the read models are kept: one file for all instances of this app. */
  readonly readModelsFile: string;
  /** How long an instance may be silent before another takes over, in milliseconds. */
  readonly leaseDuration: number;
  /** Which release of the orders' read model is deployed: 2 also counts the lines of each order. */
  readonly ordersVersion: 1 | 2;
}

const environmentSchema = z.object({
  VARVE_LOG_FILE: z.string().min(1, 'must not be empty').optional(),
  VARVE_LOG_URL: z
    .url({ protocol: /^https?$/, error: 'must be an address such as http://orders:3000/log' })
    .optional(),
  VARVE_LOG_TOKEN: z.string().min(1, 'must not be empty').optional(),
  VARVE_READ_MODELS_FILE: z
    .string('must say where the read models are kept, e.g. ./read-models.db')
    .min(1, 'must not be empty'),
  VARVE_STORE: z.enum(['sqlite'], 'must be sqlite').default('sqlite'),
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
    readModelsFile: data.VARVE_READ_MODELS_FILE,
    host: data.HOST,
    port: data.PORT,
    leaseDuration: data.VARVE_LEASE_DURATION,
    requestTimeout: data.VARVE_REQUEST_TIMEOUT,
    ordersVersion: data.VARVE_ORDERS_VERSION === '2' ? 2 : 1,
  };
}

/** Two logs would be two truths. */
function logOf(data: z.output<typeof environmentSchema>): ProjectorConfig['log'] {
  const { VARVE_LOG_FILE: file, VARVE_LOG_URL: url, VARVE_LOG_TOKEN: token } = data;
  if (file !== undefined && url !== undefined)
    throw new ConfigError(['VARVE_LOG_FILE and VARVE_LOG_URL are both set: give one of them']);
  if (file !== undefined) return { file };
  if (url === undefined)
    throw new ConfigError([
      'Neither VARVE_LOG_FILE nor VARVE_LOG_URL is set: say where the log is, e.g. ./orders.db or http://orders:3000/log',
    ]);
  if (token === undefined)
    throw new ConfigError(['VARVE_LOG_TOKEN is not set: it must be the token of the order service']);
  return { url, token };
}
