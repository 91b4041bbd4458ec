import { z } from 'zod';

/** All that the app can be told, in one place. */
export interface OrderConfig {
  /** The only store yet. */
  readonly store: 'sqlite';
  /** Where the log is kept. */
  readonly logFile: string;
  /** What an acknowledged command survives. */
  readonly durability: 'power-cut' | 'process-crash';
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** The largest body of a request, in bytes. */
  readonly bodyLimit: number;
  /** How long a request may take to arrive, in milliseconds: a client that stops half-way is let go. */
  readonly requestTimeout: number;
}

const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,12}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(least, `must be at least ${least}`).max(most, `must be at most ${most}`));

const environmentSchema = z.object({
  VARVE_STORE: z.enum(['sqlite'], 'must be sqlite').default('sqlite'),
  VARVE_LOG_FILE: z.string('must say where the log is kept, e.g. ./orders.db').min(1, 'must not be empty'),
  VARVE_DURABILITY: z
    .enum(['power-cut', 'process-crash'], 'must be power-cut or process-crash')
    .default('power-cut'),
  HOST: z.string().min(1, 'must not be empty').default('127.0.0.1'),
  PORT: wholeNumber(0, 65_535).default(3000),
  VARVE_BODY_LIMIT: wholeNumber(1_024, 10_485_760).default(262_144),
  VARVE_REQUEST_TIMEOUT: wholeNumber(100, 600_000).default(15_000),
});

/** The environment does not say what the app needs to know. Lists every variable that is wrong. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The configuration is not valid:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

/** @throws ConfigError */
export function readOrderConfig(environment: Readonly<Record<string, string | undefined>>): OrderConfig {
  const result = environmentSchema.safeParse(environment);
  if (!result.success)
    throw new ConfigError(result.error.issues.map((issue) => describe(issue, environment)));
  const { data } = result;
  return {
    store: data.VARVE_STORE,
    logFile: data.VARVE_LOG_FILE,
    durability: data.VARVE_DURABILITY,
    host: data.HOST,
    port: data.PORT,
    bodyLimit: data.VARVE_BODY_LIMIT,
    requestTimeout: data.VARVE_REQUEST_TIMEOUT,
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
