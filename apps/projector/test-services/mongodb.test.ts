import { MongoEventStore } from '@varve/eventstore/mongodb';
import { describe, expect, onTestFinished, test } from 'vitest';
import { databaseOfTest, mongoServers, type MongoTestServer } from '../../../test/services/mongodb/index.js';
import { answersAreRight } from '../test/support/answers.js';
import {
  logInAFile,
  readModelsInAFile,
  startProjector,
  startProjectorOn,
} from '../test/support/projector-app.js';

/** The stores have their own suites on FerretDB, which takes several times as long. */
const servers = (await mongoServers()).filter(({ name }) => name !== 'ferretdb');
const transactional = servers.filter(({ capabilities }) => capabilities.transactions);
const others = servers.filter(({ capabilities }) => !capabilities.transactions);

function placeOn({ uri }: MongoTestServer) {
  return { VARVE_MONGODB_URI: uri, VARVE_MONGODB_DATABASE: databaseOfTest(uri, 'varve-projector') };
}

/** Closed after the test. */
async function logIn({
  VARVE_MONGODB_URI: uri,
  VARVE_MONGODB_DATABASE: database,
}: ReturnType<typeof placeOn>) {
  const log = await MongoEventStore.connect({ uri, database });
  onTestFinished(() => log.close());
  return log;
}

describe.each(servers)(
  'the projector app with log in MongoDB and read models in SQLite, on $name',
  (server) => {
    answersAreRight(async () => {
      const place = placeOn(server);
      return startProjectorOn(await logIn(place), {
        VARVE_STORE: 'mongodb',
        ...place,
        ...readModelsInAFile(),
      });
    });
  },
);

describe.each(transactional)('the projector app with log and read models in MongoDB, on $name', (server) => {
  answersAreRight(async () => {
    const place = placeOn(server);
    return startProjectorOn(await logIn(place), { VARVE_STORE: 'mongodb', ...place });
  });
});

describe.each(transactional)(
  'the projector app with log in SQLite and read models in MongoDB, on $name',
  (server) => {
    answersAreRight(async () => {
      const { log, variables } = await logInAFile();
      return startProjectorOn(log, { ...variables, VARVE_READ_MODELS: 'mongodb', ...placeOn(server) });
    });
  },
);

if (transactional.length === 0)
  test.skip(
    'read models of the projector app in MongoDB: not run, no server with transactions; set MONGODB_URI',
  );

describe.each(others)('the projector app on $name, which has no transactions', (server) => {
  test('refuses to keep its read models there, and says what to set', async () => {
    const starting = startProjector({ VARVE_STORE: 'mongodb', ...placeOn(server) });
    await expect(starting).rejects.toThrow(/has no transactions.*Set VARVE_READ_MODELS=sqlite/s);
  });
});
