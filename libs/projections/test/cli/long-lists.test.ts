import type { ParkedSequence } from '@varve/eventstore';
import { listParked, type ProcessorRow } from '@varve/projections';
import { expect, test } from 'vitest';
import { renderTable } from '../../src/cli/terminal/render.js';

const MANY = 200_000;

const ROW: ProcessorRow = {
  processor: 'orders@1',
  checkpoint: { logId: 'log', position: MANY, token: 1 },
  lease: { token: 1, heartbeat: 1, state: 'active' },
  parked: MANY,
  skipped: 0,
  createdAt: new Date(0),
  updatedAt: new Date(0),
};

test('Two hundred thousand parked streams can be listed and shown', async () => {
  const parked: ParkedSequence = {
    ...{ stream: 'order-1', nextVersion: 1, position: 1, attempts: 1, parkedAt: new Date(0) },
    ...{ errorCode: 'projection-failed', errorMessage: 'no' },
  };
  const rows = new Array<ParkedSequence>(MANY).fill(parked);
  const listed = await listParked({ listProcessors: async () => [ROW], listParked: async () => rows });
  expect(listed).toHaveLength(MANY);
  const table = renderTable([{ title: 'STREAM', of: ({ stream }) => stream }], listed);
  expect(table.length).toBe('STREAM'.length + MANY * '\norder-1'.length);
});
