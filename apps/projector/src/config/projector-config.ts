import { z } from 'zod';

/** All that the app can be told, in one place. */
export interface ProjectorConfig {
  /** The order service's log. */
  readonly logFile: string;
  /** Where the read models are kept: one file for all instances of this app. */
  readonly readModelsFile: string;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** How long an instance may be silent before another takes over, in milliseconds. */
  readonly leaseDuration: number;
  /** How long a request may take to arrive, in milliseconds: a client that stops half-way is let go. */
  readonly requestTimeout: number;
  /** Which release of the orders' read model is deployed: 2 also counts the lines of each order. */
  readonly ordersVersion: 1 | 2;
}

const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,12}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(least, `must be at least ${least}`).max(most, `must be at most ${most}`));

const environmentSchema = z.object({
  VARVE_LOG_FILE: z.string('must say where the log is, e.g. ./orders.db').min(1, 'must not be empty'),
  VARVE_READ_MODELS_FILE: z
    .string('must say where the read models are kept, e.g. ./read-models.db')
    .min(1, 'must not be empty'),
  VARVE_STORE: z.enum(['sqlite'], 'must be sqlite').default('sqlite'),
  VARVE_LEASE_DURATION: wholeNumber(200, 600_000).default(5_000),
  VARVE_REQUEST_TIMEOUT: wholeNumber(100, 600_000).default(15_000),
  VARVE_ORDERS_VERSION: z.enum(['1', '2'], 'must be 1 or 2').default('1'),
  HOST: z.string().min(1, 'must not be empty').default('127.0.0.1'),
  PORT: wholeNumber(0, 65_535).default(3001),
});

/** The environment does not say what the app needs to know. Lists every variable that is wrong. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The configuration is not valid:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

/** @throws ConfigError */
export function readProjectorConfig(
  environment: Readonly<Record<string, string | undefined>>,
): ProjectorConfig {
  const result = environmentSchema.safeParse(environment);
  if (!result.success) {
    throw new ConfigError(result.error.issues.map((issue) => describe(issue, environment)));
  }
  const { data } = result;
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

function describe(
  issue: z.core.$ZodIssue,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  const name = String(issue.path[0]);
  const value = environment[name];
  return value === undefined
    ? `${name} is not set: it ${issue.message}`
    : `${name} is "${value}": it ${issue.message}`;
}
