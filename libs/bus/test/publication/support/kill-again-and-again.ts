import { readCommitMessage, type CommitMessage } from '@varve/bus';
import { MemoryBroker, MemoryMessageBus } from '@varve/bus/memory';
import type { EventStore } from '@varve/eventstore';
import { expect } from 'vitest';
import { startChild, type Child } from '../../../../../test/support/children.js';
import { connectLines } from './lines-broker.js';
import { commitsOf } from './story.js';

const CHILD = new URL('../service.child.ts', import.meta.url);
const COMMANDS = 5;

const telling =
  (key: string) =>
  (message: unknown): message is Readonly<Record<string, unknown>> =>
    (message as Readonly<Record<string, unknown>>)[key] !== undefined;

/** Kills a service at every `stride`th of its steps, each time another one on the same log, and compares what was seen with the log. */
export async function killAgainAndAgain(options: {
  /** For the children. */
  readonly place: object;
  readonly stride: number;
  readonly openLog: () => Promise<EventStore & { close(): Promise<void> }>;
}): Promise<void> {
  const broker = new MemoryBroker({ transactions: { timeout: 150, checkInterval: 150, maxChecks: 1_000 } });
  const seen: CommitMessage[] = [];
  const reader = new MemoryMessageBus({ broker });
  await reader.subscribe(
    { topics: ['order', 'customer'], group: 'reader', order: 'none' },
    async (message) => {
      seen.push(readCommitMessage(message));
    },
  );
  const acknowledged = new Set<unknown>();
  const start = (orders: {
    readonly name: string;
    readonly dieAt?: number;
    readonly relays: boolean;
  }): Child => {
    const { place } = options;
    const child = startChild(CHILD, [JSON.stringify({ place, commands: COMMANDS, ...orders })]);
    connectLines(broker, child);
    return child;
  };

  for (let dieAt = 1, died = true; died; dieAt += options.stride) {
    const child = start({ name: `dying-${dieAt}`, dieAt, relays: dieAt % 2 === 0 });
    const { signal } = await child.exited;
    for (const line of child.messages.filter(telling('appended'))) acknowledged.add(line['appended']);
    died = signal === 'SIGKILL';
    if (!died) expect(child.messages.some(telling('steps')), child.stderr).toBe(true);
  }
  const last = start({ name: 'last', relays: true });
  await last.heard(telling('steps'), 'that everything is published');
  expect(await last.exited).toEqual({ code: 0, signal: null });

  const log = await options.openLog();
  const commits = await commitsOf(log);
  await log.close();
  const named = ({ stream, firstVersion, lastVersion, commitId }: CommitMessage) =>
    `${stream} ${firstVersion}-${lastVersion} ${commitId ?? ''}`;
  const inLog = commits.map((commit) => named({ ...commit, logId: '' }));
  expect([...new Set(seen.map(named))].sort()).toEqual([...inLog].sort());
  const ids = new Set(commits.map(({ commitId }) => commitId));
  for (const commitId of acknowledged) expect(ids).toContain(commitId);
  await reader.close();
}
