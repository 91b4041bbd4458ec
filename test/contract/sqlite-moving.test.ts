import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  logFillingContract,
  movableLogContract,
  type LogFillingHarness,
  type MovableLogHarness,
} from '@varve/eventstore/testing';
import { SqliteEventStore, SqliteLogFilling } from '@varve/eventstore/sqlite';
import { enrol } from '../support/enrol.js';

/** A file that is not there yet, and what is to be closed before its folder is removed. */
function newPlace() {
  const folder = mkdtempSync(join(tmpdir(), 'varve-contract-'));
  const opened: { close(): Promise<void> }[] = [];
  return {
    file: join(folder, 'log.db'),
    async opening<T extends { close(): Promise<void> }>(opening: Promise<T>): Promise<T> {
      const one = await opening;
      opened.push(one);
      return one;
    },
    async dispose(): Promise<void> {
      await Promise.all(opened.map((one) => one.close()));
      rmSync(folder, { recursive: true });
    },
  };
}

const movable: MovableLogHarness = {
  async open() {
    const { file, opening, dispose } = newPlace();
    const another = () => opening(SqliteEventStore.open({ file }));
    const store = await another();
    const reopen = async () => {
      await store.close();
      return another();
    };
    return { store, second: another, reopen, dispose };
  },
};

const filling: LogFillingHarness = {
  async open() {
    const { file, opening, dispose } = newPlace();
    return {
      fill: (source) => opening(SqliteLogFilling.open({ file }, source)),
      use: () => opening(SqliteEventStore.open({ file })),
      dispose,
    };
  },
};

enrol('SqliteEventStore keeps the rules of MovableLog:', movableLogContract, movable);
enrol('SqliteLogFilling keeps the rules of LogFilling:', logFillingContract, filling);
