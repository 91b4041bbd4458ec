/** The environment does not say what the app needs to know. Lists every variable that is wrong. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The configuration is not valid:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

/** Errors of the libs that say what to do about the place where something is kept. */
const THEIRS: ReadonlySet<unknown> = new Set(['invalid-options', 'store-unavailable', 'store-incompatible']);

/** What the operator can mend is said in a sentence; anything else with its stack. */
export function whyNotStarted(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isTheirs = error instanceof ConfigError || ('code' in error && THEIRS.has(error.code));
  return isTheirs ? error.message : (error.stack ?? error.message);
}
