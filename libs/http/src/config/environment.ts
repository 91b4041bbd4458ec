import { z } from 'zod';
import { ConfigError } from './config-error.js';
import { misspelledVariables } from './misspelled.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What every server can be told. */
export interface ServerConfig {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** How long a request may take to arrive, in milliseconds: a client that stops half-way is let go. */
  readonly requestTimeout: number;
}

export function wholeNumber(least: number, most: number) {
  return z
    .string()
    .regex(/^\d{1,12}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(least, `must be at least ${least}`).max(most, `must be at most ${most}`));
}

/** The variables behind a `ServerConfig`. */
export function serverVariables({ defaultPort }: { readonly defaultPort: number }) {
  return {
    HOST: z.string().min(1, 'must not be empty').default('127.0.0.1'),
    PORT: wholeNumber(0, 65_535).default(defaultPort),
    VARVE_REQUEST_TIMEOUT: wholeNumber(100, 600_000).default(15_000),
  };
}

/** @throws ConfigError */
export function readEnvironment<Variables>(
  schema: z.ZodType<Variables>,
  environment: Environment,
): Variables {
  const result = schema.safeParse(environment);
  const misspelled = misspelledVariables(schema, environment);
  if (result.success && misspelled.length === 0) return result.data;
  const issues = result.error?.issues ?? [];
  throw new ConfigError([...issues.map((issue) => describe(issue, environment)), ...misspelled]);
}

function describe(issue: z.core.$ZodIssue, environment: Environment): string {
  const name = String(issue.path[0]);
  const value = environment[name];
  if (value === undefined) return `${name} is not set: it ${issue.message}`;
  return SECRET.test(name)
    ? `${name} cannot be used: it ${issue.message}`
    : `${name} is "${value}": it ${issue.message}`;
}

/** What is printed at a start ends in logs. */
const SECRET = /TOKEN|SECRET|PASSWORD|URI$/;
