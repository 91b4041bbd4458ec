import type { Document } from 'mongodb';
import type { PendingAppend } from '../../../src/mongodb/append/append-request.js';
import { CommitWriter } from '../../../src/mongodb/append/commit-writer.js';
import type { InsertOutcome } from '../../../src/mongodb/append/insert-commits.js';
import type { PlannedCommit } from '../../../src/mongodb/append/plan-group.js';
import type { StoreParts } from '../../../src/mongodb/mongo-event-store.js';
import { LogReading } from '../../../src/mongodb/read/read-all.js';

/** A store that breaks one rule on purpose: the rule that it names must notice. */
export interface BrokenMongoStore {
  readonly name: string;
  readonly fails: string;
  readonly parts: Partial<StoreParts>;
}

class AddsAfterDuplicate extends CommitWriter {
  #next: number | undefined;

  protected override async headForNext(): Promise<number> {
    const head = this.#next ?? (await super.headForNext());
    this.#next = undefined;
    return head;
  }

  protected override async judgeTaken(failed: PlannedCommit): Promise<boolean> {
    this.#next = failed.document._id;
    return super.judgeTaken(failed);
  }
}

class CountsInserted extends CommitWriter {
  protected override async insert(planned: readonly PlannedCommit[]): Promise<InsertOutcome> {
    const answer = await send(this, planned);
    const inserted = Number(answer['n']);
    return inserted < planned.length ? { outcome: 'taken', index: inserted } : { outcome: 'written' };
  }
}

class JudgesByFirstVersion extends CommitWriter {
  protected override learnHeads(group: readonly PendingAppend[]): Promise<void> {
    for (const { stream, expected } of group) {
      if (typeof expected === 'number') this.heads.learn({ stream, lastVersion: expected, types: [] });
    }
    return super.learnHeads(group);
  }
}

class TakesItselfForAnother extends CommitWriter {
  protected override judgeTaken({ pending, document }: PlannedCommit): Promise<boolean> {
    const { stream, expected } = pending;
    pending.resolve({ ok: false, conflict: { stream, expected, actual: document.lastVersion } });
    return Promise.resolve(true);
  }
}

class TakesResetForUnwritten extends CommitWriter {
  protected override async insert(planned: readonly PlannedCommit[]): Promise<InsertOutcome> {
    const outcome = await super.insert(planned);
    return outcome.outcome === 'unknown' ? { outcome: 'refused', index: 0, error: outcome.error } : outcome;
  }
}

class SendsTwoCommands extends CommitWriter {
  protected override async insert(planned: readonly PlannedCommit[]): Promise<InsertOutcome> {
    const half = planned.length >> 1;
    if (half === 0) return super.insert(planned);
    const [first] = await Promise.all([
      super.insert(planned.slice(0, half)),
      super.insert(planned.slice(half)),
    ]);
    return first;
  }
}

class CountsInADocument extends CommitWriter {
  protected override async insert(planned: readonly PlannedCommit[]): Promise<InsertOutcome> {
    const counters = this.log.database.collection<{ readonly _id: string; readonly next: number }>(
      `${this.log.records.collectionName}_counter`,
    );
    const counter = await counters.findOneAndUpdate(
      { _id: 'position' },
      { $inc: { next: planned.length } },
      { upsert: true, returnDocument: 'after' },
    );
    const begin = counter!.next - planned.length;
    for (const [i, { document }] of planned.entries()) Object.assign(document, { _id: begin + i + 1 });
    return super.insert(planned);
  }
}

class ReadsOverJumps extends LogReading {
  protected override assertDense(): void {
    return;
  }
}

export const brokenMongoStores: readonly BrokenMongoStore[] = [
  {
    name: 'adds one to the position that was taken',
    fails: 'leaves no hole when what has taken a position is rolled back in a failover',
    parts: { Writer: AddsAfterDuplicate },
  },
  {
    name: 'believes the number of inserted documents',
    fails: 'takes from its index which document has failed, and not from the number that were inserted',
    parts: { Writer: CountsInserted },
  },
  {
    name: 'judges by the index of stream and first version alone',
    fails: 'refuses an expected version that lies inside of a commit',
    parts: { Writer: JudgesByFirstVersion },
  },
  {
    name: 'takes its own first try for a conflict',
    fails: 'answers with its own first try when that arrives after it was given up',
    parts: { Writer: TakesItselfForAnother },
  },
  {
    name: 'takes a cut connection for "not written"',
    fails: 'never calls unwritten what a cut connection may hide',
    parts: { Writer: TakesResetForUnwritten },
  },
  {
    name: 'sends a group as two commands',
    fails: 'sends nothing on a command whose outcome is not known',
    parts: { Writer: SendsTwoCommands },
  },
  {
    name: 'reads over jumps',
    fails: 'does not read over a position that is missing, with a filter or without one',
    parts: { Reading: ReadsOverJumps },
  },
  {
    name: 'takes positions from a counter document',
    fails: 'shows no commit while one below it can still appear, however long a writer sleeps',
    parts: { Writer: CountsInADocument },
  },
];

function send(writer: CountsInserted, planned: readonly PlannedCommit[]): Promise<Document> {
  const { database, commits } = writer['log'];
  const documents = planned.map(({ document }) => document);
  return database.command({ insert: commits.collectionName, documents, ordered: true });
}
