import { busConfigOf, busVariables, readEnvironment, serverVariables, wholeNumber } from '@varve/http';
import type { BusConfig, Environment, ServerConfig } from '@varve/http';
import { z } from 'zod';

/** All that the app can be told, in one place. */
export interface OrderConfig extends ServerConfig {
  /** The only store yet. */
  readonly store: 'sqlite';
  /** Where the log is kept. */
  readonly logFile: string;
  /** What an acknowledged command survives. */
  readonly durability: 'power-cut' | 'process-crash';
  /** The largest body of a request, in bytes. */
  readonly bodyLimit: number;
  readonly bus: BusConfig;
  /** How commits come to the bus. */
  readonly publication: 'relay' | 'two-phase';
  /** How long a commit may be without the broker's confirmation before the sweep publishes it, in milliseconds. */
  readonly sweepAfter?: number;
  /** How old an undecided half message must be before its append is made impossible, in milliseconds. */
  readonly fenceAfter?: number;
  /** With it, other services may read the log at `/log`. */
  readonly logToken?: string;
}

const environmentSchema = z.object({
  VARVE_STORE: z.enum(['sqlite'], 'must be sqlite').default('sqlite'),
  VARVE_LOG_FILE: z.string('must say where the log is kept, e.g. ./orders.db').min(1, 'must not be empty'),
  VARVE_DURABILITY: z
    .enum(['power-cut', 'process-crash'], 'must be power-cut or process-crash')
    .default('power-cut'),
  ...serverVariables({ defaultPort: 3000 }),
  VARVE_BODY_LIMIT: wholeNumber(1_024, 10_485_760).default(262_144),
  ...busVariables,
  VARVE_PUBLICATION: z.enum(['relay', 'two-phase'], 'must be relay or two-phase').default('relay'),
  VARVE_SWEEP_AFTER: wholeNumber(100, 3_600_000).optional(),
  VARVE_FENCE_AFTER: wholeNumber(1_000, 86_400_000).optional(),
  VARVE_LOG_TOKEN: z.string().min(16, 'must have at least 16 characters').optional(),
});

/** @throws ConfigError */
export function readOrderConfig(environment: Environment): OrderConfig {
  const data = readEnvironment(environmentSchema, environment);
  return {
    store: data.VARVE_STORE,
    logFile: data.VARVE_LOG_FILE,
    durability: data.VARVE_DURABILITY,
    host: data.HOST,
    port: data.PORT,
    bodyLimit: data.VARVE_BODY_LIMIT,
    requestTimeout: data.VARVE_REQUEST_TIMEOUT,
    bus: busConfigOf(data),
    publication: data.VARVE_PUBLICATION,
    ...(data.VARVE_SWEEP_AFTER !== undefined && { sweepAfter: data.VARVE_SWEEP_AFTER }),
    ...(data.VARVE_FENCE_AFTER !== undefined && { fenceAfter: data.VARVE_FENCE_AFTER }),
    ...(data.VARVE_LOG_TOKEN !== undefined && { logToken: data.VARVE_LOG_TOKEN }),
  };
}
