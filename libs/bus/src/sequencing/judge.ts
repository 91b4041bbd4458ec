import type { LogReader } from '@varve/eventstore';
import type { Held } from './held.js';

/** `unknown`: the log has nothing there yet. */
export type Verdict = 'right' | 'wrong' | 'unknown';

/** Whether the log has the very commit that a message tells of: commits are read whole or not at all. */
export async function judge(log: LogReader, commit: Held): Promise<Verdict> {
  const { stream, firstVersion, lastVersion, commitId } = commit;
  const from = Math.max(1, firstVersion - 1);
  let before: number | undefined;
  let position: number | undefined;
  let last = 0;
  for await (const event of log.readStream(stream, { from, limit: lastVersion - from + 2 })) {
    if (event.version < firstVersion) before = event.position;
    else if (event.version > lastVersion) return event.position === position ? 'wrong' : 'right';
    else {
      position ??= event.position;
      if (event.position === before || event.position !== position || event.commitId !== commitId)
        return 'wrong';
      last = event.version;
    }
  }
  if (last === 0) return 'unknown';
  return last === lastVersion ? 'right' : 'wrong';
}
