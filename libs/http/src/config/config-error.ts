/** The environment does not say what the app needs to know. Lists every variable that is wrong. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The configuration is not valid:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

/** What keeps a server from listening, by the code of the operating system. */
const NOT_LISTENING: Readonly<Record<string, string>> = {
  EADDRINUSE: 'something else listens there. Stop it, or set PORT to another one',
  EACCES: 'it may not. Set PORT to one from 1024',
  EADDRNOTAVAIL: 'this machine does not have that address. Set HOST to one that it has',
  ENOTFOUND: 'nothing has that name. Set HOST to an address of this machine',
};

/** What the operator can mend is said in a sentence; anything else with its stack. With `VARVE_DEBUG` there is always a stack. */
export function whyNotStarted(
  error: unknown,
  { VARVE_DEBUG = '' }: Readonly<Record<string, string | undefined>> = {},
): string {
  if (!(error instanceof Error)) return String(error);
  const sentence = VARVE_DEBUG === '' ? sentenceOf(error) : undefined;
  return sentence ?? error.stack ?? error.message;
}

function sentenceOf(error: Error): string | undefined {
  if (error instanceof ConfigError) return error.message;
  if (!('code' in error) || typeof error.code !== 'string') return undefined;
  // The libs' errors say what to do; each says whether waiting would help as well.
  if ('retryable' in error) return error.message;
  const why = NOT_LISTENING[error.code];
  return why === undefined ? undefined : `Cannot listen on ${addressOf(error)}: ${why}.`;
}

/** As the operating system's errors have it. */
interface Addressed extends Error {
  readonly address?: string;
  readonly hostname?: string;
  readonly port?: number;
}

function addressOf({ address, hostname, port }: Addressed): string {
  const host = address ?? hostname ?? 'the address';
  return port === undefined ? host : `${host}:${port}`;
}
