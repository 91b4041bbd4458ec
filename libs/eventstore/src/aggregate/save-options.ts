import { InvalidArgumentError } from '../log/errors.js';
import type { OptionsKnown } from '../log/known-options.js';
import type { CommandOptions, SaveOptions } from './save.js';

export const SAVE_OPTIONS: OptionsKnown<SaveOptions> = {
  of: 'save',
  known: { commitId: true, expected: true, at: true, metadata: true },
  error: InvalidArgumentError,
};

export const EXECUTE_OPTIONS: OptionsKnown<CommandOptions> = {
  ...SAVE_OPTIONS,
  of: 'execute',
  known: { ...SAVE_OPTIONS.known, isRepeat: true, backoff: true, signal: true },
};
