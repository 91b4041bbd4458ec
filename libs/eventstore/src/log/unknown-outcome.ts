import { isEventStoreError, StoreUnavailableError } from './errors.js';

/** What somebody does who has appended or fenced under a commit id. */
export const ASK_FOR_THE_COMMIT = 'ask findCommit, or retry with the same commit id.';

/** The same error for somebody who writes what is no commit of theirs: there is no id to ask for. Every other error as it is. */
export function withOtherAdvice(error: unknown, advice: string): unknown {
  if (!isEventStoreError(error, 'store-unavailable')) return error;
  const { message, written, cause } = error as StoreUnavailableError;
  return new StoreUnavailableError(message.replace(ASK_FOR_THE_COMMIT, advice), written, { cause });
}
