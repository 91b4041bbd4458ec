import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** How many of these something still holds. */
export async function countHeld(references: readonly WeakRef<object>[]): Promise<number> {
  // What a WeakRef was made of, or was asked for, lives until the turn ends.
  await setImmediate();
  collectGarbage();
  return references.filter((reference) => reference.deref() !== undefined).length;
}
