import type { LogId } from '../../log/positions.js';
import type { Checkpoint, ProcessorId } from '../../processor/checkpoint-store.js';
import { InMemoryProcessorStore } from '../in-memory-processor-store.js';
import { MemoryTransaction } from '../memory/memory-transaction.js';
import { brokenProcessorStore } from './processor-twin.js';

type To = Omit<Checkpoint, 'token'>;
type Work<T> = (tx: MemoryTransaction) => T | Promise<T>;

class SavesOutsideTheTransaction extends InMemoryProcessorStore {
  override save(_tx: MemoryTransaction, processor: ProcessorId, from: Checkpoint, to: To): boolean {
    const own = new MemoryTransaction(this.rows);
    const saved = super.save(own, processor, from, to);
    own.applyTo(this.rows);
    return saved;
  }
}

class SavesFromAnywhere extends InMemoryProcessorStore {
  override save(tx: MemoryTransaction, processor: ProcessorId, from: Checkpoint, to: To): boolean {
    const now = this.checkpointIn(tx, processor) ?? from;
    return super.save(tx, processor, { ...now, logId: from.logId, token: from.token }, to);
  }
}

class SavesForAnyLog extends InMemoryProcessorStore {
  override save(tx: MemoryTransaction, processor: ProcessorId, from: Checkpoint, to: To): boolean {
    const now = this.checkpointIn(tx, processor) ?? from;
    return super.save(tx, processor, { ...from, logId: now.logId }, to);
  }
}

class SavesWithAnyToken extends InMemoryProcessorStore {
  override save(tx: MemoryTransaction, processor: ProcessorId, from: Checkpoint, to: To): boolean {
    const now = this.checkpointIn(tx, processor) ?? from;
    return super.save(tx, processor, { ...from, token: now.token }, to);
  }
}

class SavesWithoutTheMark extends InMemoryProcessorStore {
  override save(tx: MemoryTransaction, processor: ProcessorId, from: Checkpoint, to: To): boolean {
    return super.save(tx, processor, from, { logId: to.logId, position: to.position });
  }
}

class SaysYesToAnyProcessor extends InMemoryProcessorStore {
  override save(tx: MemoryTransaction, processor: ProcessorId, from: Checkpoint, to: To): boolean {
    return this.checkpointIn(tx, processor) === undefined || super.save(tx, processor, from, to);
  }
}

class CommitsWhatHasFailed extends InMemoryProcessorStore {
  protected override async run<T>(work: Work<T>): Promise<T> {
    const tx = new MemoryTransaction(this.rows);
    try {
      return await work(tx);
    } finally {
      tx.applyTo(this.rows);
    }
  }
}

/** Commits when the work returns, be it with a promise. */
class DoesNotWaitForTheWork extends InMemoryProcessorStore {
  protected override async run<T>(work: Work<T>): Promise<T> {
    const tx = new MemoryTransaction(this.rows);
    const result = work(tx);
    tx.applyTo(this.rows);
    return result;
  }
}

class AnswersOnlyAtOnce extends InMemoryProcessorStore {
  protected override async run<T>(work: Work<T>): Promise<T> {
    let answer: unknown;
    await super.run((tx) => (answer = work(tx)) as Promise<T>);
    return (answer instanceof Promise ? undefined : answer) as T;
  }
}

/** Writes at once, and takes it back when the work fails. */
class ShowsWhatIsNotCommitted extends InMemoryProcessorStore {
  protected override async run<T>(work: Work<T>): Promise<T> {
    const before = new Map(this.rows);
    try {
      return await work(new WritingThrough(this.rows));
    } catch (error) {
      this.rows.clear();
      for (const [key, text] of before) this.rows.set(key, text);
      throw error;
    }
  }
}

class WritingThrough extends MemoryTransaction {
  readonly #rows: Map<string, string>;

  constructor(rows: Map<string, string>) {
    super(rows);
    this.#rows = rows;
  }

  override set(key: string, value: unknown): void {
    this.#rows.set(key, JSON.stringify(value));
  }

  override delete(key: string): void {
    this.#rows.delete(key);
  }
}

/** Reads before, and writes after, whatever others have done in between. */
class RunsTransactionsSideBySide extends InMemoryProcessorStore {
  override async transaction<T>(_processor: ProcessorId, work: Work<T>): Promise<T> {
    const tx = new MemoryTransaction(new Map(this.rows));
    const result = await work(tx);
    tx.applyTo(this.rows);
    return result;
  }
}

class BeginsAtTheBeginning extends InMemoryProcessorStore {
  override ensureRow(processor: ProcessorId, logId: LogId): Promise<void> {
    return super.ensureRow(processor, logId);
  }
}

class BeginsAtTheFirstCommit extends InMemoryProcessorStore {
  override async ensureRow(
    ...[processor, logId, start]: Parameters<InMemoryProcessorStore['ensureRow']>
  ): Promise<void> {
    await super.ensureRow(processor, logId, start ?? { position: 1 });
  }
}

class BeginsAgain extends InMemoryProcessorStore {
  override async ensureRow(
    ...[processor, logId, start]: Parameters<InMemoryProcessorStore['ensureRow']>
  ): Promise<void> {
    this.rows.clear();
    await super.ensureRow(processor, logId, start);
  }
}

class KnowsEveryProcessor extends InMemoryProcessorStore {
  override async load(processor: ProcessorId): Promise<Checkpoint | undefined> {
    return (await super.load(processor)) ?? { logId: '', position: 0, token: 0 };
  }
}

class KnowsOneProcessor extends InMemoryProcessorStore {
  override load(processor: ProcessorId): Promise<Checkpoint | undefined> {
    return super.load(name(processor));
  }

  override ensureRow(
    ...[processor, ...rest]: Parameters<InMemoryProcessorStore['ensureRow']>
  ): Promise<void> {
    return super.ensureRow(name(processor), ...rest);
  }

  override save(tx: MemoryTransaction, processor: ProcessorId, from: Checkpoint, to: To): boolean {
    return super.save(tx, name(processor), from, to);
  }

  override readLease(processor: ProcessorId): ReturnType<InMemoryProcessorStore['readLease']> {
    return super.readLease(name(processor));
  }
}

/** Leaves the version away. */
function name(processor: ProcessorId): ProcessorId {
  return processor.endsWith('@3') ? processor : processor.replace('@1', '@2');
}

export const brokenAtCheckpoints = [
  brokenProcessorStore('saves the checkpoint outside the transaction', SavesOutsideTheTransaction, [
    'keeps neither rows nor checkpoint of a transaction that fails',
    'shows nobody a transaction that is not over',
  ]),
  brokenProcessorStore('saves from anywhere', SavesFromAnywhere, [
    'saves only from where the checkpoint stands',
    'lets one of many concurrent steps from one checkpoint win',
    'lets one of two instances win a step from one checkpoint',
  ]),
  brokenProcessorStore('saves for any log', SavesForAnyLog, ['saves only from where the checkpoint stands']),
  brokenProcessorStore('saves with any token', SavesWithAnyToken, [
    'saves only with the token that the row has',
    'lets a challenger take over, and the old holder do nothing more',
    'takes the lease from its holder when the processor is paused',
    'takes the lease from its holder when the processor is stopped',
  ]),
  brokenProcessorStore('saves without the mark', SavesWithoutTheMark, [
    'makes rows and checkpoint visible together',
  ]),
  brokenProcessorStore('says yes to any processor', SaysYesToAnyProcessor, [
    'saves nothing for a processor that it does not know',
  ]),
  brokenProcessorStore('commits what has failed', CommitsWhatHasFailed, [
    'keeps neither rows nor checkpoint of a transaction that fails',
    'rolls back when the work throws at once',
    'holds the transaction open until the work is done',
    'saves only from where the checkpoint stands',
    'lets one of many concurrent steps from one checkpoint win',
    'lets one of two instances win a step from one checkpoint',
    'lets a challenger take over, and the old holder do nothing more',
    'parks and unparks with the transaction that it belongs to',
    'records what was skipped, with the transaction that it belongs to',
    'keeps versions with the transaction that they belong to',
  ]),
  brokenProcessorStore('does not wait for the work', DoesNotWaitForTheWork, [
    'leaves a row alone that is there already',
    'makes rows and checkpoint visible together',
    'keeps neither rows nor checkpoint of a transaction that fails',
    'holds the transaction open until the work is done',
    'shows nobody a transaction that is not over',
    'saves only from where the checkpoint stands',
    'saves only with the token that the row has',
    'lets one of many concurrent steps from one checkpoint win',
    'lets one of two instances win a step from one checkpoint',
    'keeps processors apart',
    'raises the heartbeat when a checkpoint is saved',
    'lets a challenger take over, and the old holder do nothing more',
    'takes the lease from its holder when the processor is paused',
    'takes the lease from its holder when the processor is stopped',
    'can be acquired again when the processor is resumed',
    'parks and unparks with the transaction that it belongs to',
    'records what was skipped, with the transaction that it belongs to',
    'keeps versions with the transaction that they belong to',
  ]),
  brokenProcessorStore('answers only what it knows at once', AnswersOnlyAtOnce, [
    'answers with what the work in the transaction has answered',
  ]),
  brokenProcessorStore('shows what is not committed', ShowsWhatIsNotCommitted, [
    'shows nobody a transaction that is not over',
  ]),
  brokenProcessorStore('runs transactions side by side', RunsTransactionsSideBySide, [
    'lets one of many concurrent steps from one checkpoint win',
    'lets one of two instances win a step from one checkpoint',
    'gives the lease to one of many who want it at once',
    'gives the lease to one of two instances that want it at once',
  ]),
  brokenProcessorStore('begins at the beginning', BeginsAtTheBeginning, [
    'begins where it is told to, in one write',
  ]),
  brokenProcessorStore('begins at the first commit', BeginsAtTheFirstCommit, [
    'begins at position 0 of the log',
    'lets one of many concurrent steps from one checkpoint win',
  ]),
  brokenProcessorStore('begins again', BeginsAgain, [
    'leaves a row alone that is there already',
    'keeps processors apart',
    'keeps the leases of processors apart',
  ]),
  brokenProcessorStore('knows every processor', KnowsEveryProcessor, [
    'has no checkpoint of a processor that it does not know',
    'saves nothing for a processor that it does not know',
  ]),
  brokenProcessorStore('keeps one checkpoint for all versions', KnowsOneProcessor, [
    'keeps processors apart',
    'keeps the leases of processors apart',
  ]),
];
