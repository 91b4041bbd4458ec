import { expect, test } from 'vitest';
import { startChild } from '../support/children.js';
import { foldOf, rowsOf } from './support/accounts.js';
import { filesIn, openLog, openReadModels } from './support/files.js';
import { parkAndRetry, PARKED_STREAM } from './support/park-and-retry.js';
import { chanceFor, rounds, timeFor } from './support/rounds.js';
import { commitOf } from './support/writer-commits.js';

const SCRIPT = new URL('./stepping.child.ts', import.meta.url);
const AT_ONCE = 2;

const isCount = (message: unknown): message is { steps: number } =>
  typeof message === 'object' && message !== null && 'steps' in message;

/** Every step, where faults are tested alone; otherwise every nth, beginning anywhere. */
function chosenOf(steps: number, chance: () => number): number[] {
  const stride = rounds < 200 ? Math.ceil(steps / (rounds / 2)) : 1;
  const first = Math.floor(chance() * stride);
  return Array.from({ length: steps }, (_, index) => index + 1).filter(
    (_, index) => index % stride === first,
  );
}

test(
  'a projector killed with kill -9 between any two steps of parking a stream and trying it again has lost nothing and applied nothing twice',
  async () => {
    const chance = chanceFor('killed projector');
    const files = filesIn();
    const log = await openLog(files.logFile);
    const streams = [PARKED_STREAM, 'order-1', PARKED_STREAM, 'order-3', PARKED_STREAM, 'order-1'];
    for (const [n, stream] of streams.entries()) await log.append(stream, 'any', commitOf('shop', n).events);
    const fold = await foldOf(log);
    const started = (name: string, dieAt: number) =>
      startChild(SCRIPT, [files.logFile, `${files.readModelsFile}-${name}`, String(dieAt)]);
    const { steps } = await started('whole', 0).heard(isCount, 'the number of its steps');
    expect(steps).toBeGreaterThan(50);
    const chosen = chosenOf(steps, chance);
    await Promise.all(Array.from({ length: AT_ONCE }, work));

    async function work(): Promise<void> {
      for (let dieAt = chosen.shift(); dieAt !== undefined; dieAt = chosen.shift())
        await killAndTakeOver(dieAt);
    }

    async function killAndTakeOver(dieAt: number): Promise<void> {
      const child = started(String(dieAt), dieAt);
      const { signal } = await child.exited;
      // How often it looks depends on the time that things take: a quicker run than the first may have come to its end.
      if (signal === null) expect((await child.heard(isCount)).steps).toBeLessThan(dieAt);
      const readModels = await openReadModels(`${files.readModelsFile}-${dieAt}`);
      await parkAndRetry(log, readModels);
      expect(await readModels.listParked('accounts@1')).toEqual([]);
      expect(await rowsOf(readModels), `killed before step ${dieAt} of ${steps}`).toEqual(fold);
    }
  },
  timeFor(200),
);
