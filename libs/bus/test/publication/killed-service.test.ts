import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { join } from 'node:path';
import { test } from 'vitest';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';
import { killAgainAndAgain } from './support/kill-again-and-again.js';

/** A child dies at each of so many steps; 1 is at all of them. */
const stride = Number(process.env['VARVE_KILL_STRIDE'] ?? 5);

test('kill -9 of a service at its every step, again and again, leaves everything of its log visible and nothing else', async () => {
  const place = { file: join(temporaryFolder(), 'log.db') };
  await killAgainAndAgain({ place, stride, openLog: () => SqliteEventStore.open(place) });
}, 120_000);
