import {
  readEnvironment,
  serverVariables,
  wholeNumber,
  type Environment,
  type ServerConfig,
} from '@varve/http';
import { z } from 'zod';

/** All that the app can be told, in one place. */
export interface ProjectorConfig extends ServerConfig {
  /** The order service's log. */
  readonly logFile: string;
  /** Where the read models are kept: one file for all instances of this app. */
  readonly readModelsFile: string;
  /** How long an instance may be silent before another takes over, in milliseconds. */
  readonly leaseDuration: number;
  /** Which release of the orders' read model is deployed: 2 also counts the lines of each order. */
  readonly ordersVersion: 1 | 2;
}

const environmentSchema = z.object({
  VARVE_LOG_FILE: z.string('must say where the log is, e.g. ./orders.db').min(1, 'must not be empty'),
  VARVE_READ_MODELS_FILE: z
    .string('must say where the read models are kept, e.g. ./read-models.db')
    .min(1, 'must not be empty'),
  VARVE_STORE: z.enum(['sqlite'], 'must be sqlite').default('sqlite'),
  VARVE_LEASE_DURATION: wholeNumber(200, 600_000).default(5_000),
  VARVE_ORDERS_VERSION: z.enum(['1', '2'], 'must be 1 or 2').default('1'),
  ...serverVariables({ defaultPort: 3001 }),
});

/** @throws ConfigError */
export function readProjectorConfig(environment: Environment): ProjectorConfig {
  const data = readEnvironment(environmentSchema, environment);
  return {
    logFile: data.VARVE_LOG_FILE,
    readModelsFile: data.VARVE_READ_MODELS_FILE,
    host: data.HOST,
    port: data.PORT,
    leaseDuration: data.VARVE_LEASE_DURATION,
    requestTimeout: data.VARVE_REQUEST_TIMEOUT,
    ordersVersion: data.VARVE_ORDERS_VERSION === '2' ? 2 : 1,
  };
}
