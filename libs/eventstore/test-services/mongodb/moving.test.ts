import { MongoEventStore, MongoLogFilling } from '@varve/eventstore/mongodb';
import {
  logFillingContract,
  movableLogContract,
  type LogFillingHarness,
  type MovableLogHarness,
} from '@varve/eventstore/testing';
import { afterAll, describe } from 'vitest';
import { enrol } from '../../../../test/support/enrol.js';
import { mongoServers } from '../../../../test/services/mongodb/index.js';
import { MongoBench } from './mongo-harness.js';

describe.each(await mongoServers())('On $name', (server) => {
  const bench = new MongoBench(server);
  afterAll(() => bench.dispose());

  const movable: MovableLogHarness = { open: () => bench.open() };
  const filling: LogFillingHarness = {
    async open() {
      const options = bench.newLog();
      const opened: { close(): Promise<void> }[] = [];
      const opening = async <T extends { close(): Promise<void> }>(one: Promise<T>): Promise<T> => {
        opened.push(await one);
        return one;
      };
      return {
        fill: (source) => opening(MongoLogFilling.connect(options, source)),
        use: () => opening(MongoEventStore.connect(options)),
        dispose: async () => {
          await Promise.all(opened.map((one) => one.close()));
        },
      };
    },
  };

  enrol('MongoEventStore keeps the rules of MovableLog:', movableLogContract, movable);
  enrol('MongoLogFilling keeps the rules of LogFilling:', logFillingContract, filling);
});
