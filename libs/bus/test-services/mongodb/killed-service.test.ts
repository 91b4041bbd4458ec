import { MongoEventStore } from '@varve/eventstore/mongodb';
import { describe, test } from 'vitest';
import { databaseOfTest, mongoServers } from '../../../../test/services/mongodb/index.js';
import { killAgainAndAgain } from '../../test/publication/support/kill-again-and-again.js';

/** A child dies at each of so many steps; 1 is at all of them. */
const stride = Number(process.env['VARVE_KILL_STRIDE'] ?? 17);
/** It takes several times as long, and has every other suite of the store. */
const servers = (await mongoServers()).filter(({ name }) => name !== 'ferretdb');

describe.each(servers)('With log and publication in MongoDB, on $name,', ({ uri }) => {
  test('kill -9 of a service, again and again, leaves everything of its log visible and nothing else', async () => {
    const place = { uri, database: databaseOfTest(uri, 'varve-killed') };
    await killAgainAndAgain({ place, stride, openLog: () => MongoEventStore.connect(place) });
  });
});
