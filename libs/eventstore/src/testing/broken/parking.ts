import type { StreamName } from '../../log/stream-name.js';
import type { ProcessorId } from '../../processor/checkpoint-store.js';
import type { ParkedSequence, SkippedCommits } from '../../processor/parking/parked-sequences.js';
import { InMemoryProcessorStore } from '../in-memory-processor-store.js';
import { MemoryTransaction } from '../memory/memory-transaction.js';
import { brokenProcessorStore } from './processor-twin.js';

class ParksOutsideTheTransaction extends InMemoryProcessorStore {
  override park(_tx: MemoryTransaction, processor: ProcessorId, parked: ParkedSequence): void {
    const own = new MemoryTransaction(this.rows);
    super.park(own, processor, parked);
    own.applyTo(this.rows);
  }
}

class UnparksOutsideTheTransaction extends InMemoryProcessorStore {
  override unpark(_tx: MemoryTransaction, processor: ProcessorId, stream: StreamName): void {
    const own = new MemoryTransaction(this.rows);
    super.unpark(own, processor, stream);
    own.applyTo(this.rows);
  }
}

class SkipsOutsideTheTransaction extends InMemoryProcessorStore {
  override recordSkipped(_tx: MemoryTransaction, processor: ProcessorId, skipped: SkippedCommits): void {
    const own = new MemoryTransaction(this.rows);
    super.recordSkipped(own, processor, skipped);
    own.applyTo(this.rows);
  }
}

class CutsTheMessage extends InMemoryProcessorStore {
  override park(tx: MemoryTransaction, processor: ProcessorId, parked: ParkedSequence): void {
    super.park(tx, processor, { ...parked, errorMessage: parked.errorMessage.split('\n')[0] ?? '' });
  }
}

class KeepsTheOldRow extends InMemoryProcessorStore {
  readonly #parked = new Set<string>();

  override park(tx: MemoryTransaction, processor: ProcessorId, parked: ParkedSequence): void {
    const key = `${processor} ${parked.stream}`;
    if (!this.#parked.has(key)) super.park(tx, processor, parked);
    this.#parked.add(key);
  }

  override unpark(tx: MemoryTransaction, processor: ProcessorId, stream: StreamName): void {
    this.#parked.delete(`${processor} ${stream}`);
    super.unpark(tx, processor, stream);
  }
}

class PromisesWhatItCannotKeep extends InMemoryProcessorStore {
  override async request(...args: Parameters<InMemoryProcessorStore['request']>): Promise<boolean> {
    await super.request(...args);
    return true;
  }
}

class KeepsTheFirstRequest extends InMemoryProcessorStore {
  override async request(
    processor: ProcessorId,
    stream: StreamName,
    what: 'retry' | 'discard',
  ): Promise<boolean> {
    const row = (await this.listParked(processor)).find((parked) => parked.stream === stream);
    return super.request(processor, stream, row?.request ?? what);
  }
}

class FindsWhatNobodyAskedFor extends InMemoryProcessorStore {
  override async findRequested(processor: ProcessorId): Promise<ParkedSequence | undefined> {
    return (await this.listParked(processor))[0];
  }
}

class FindsWhatWasParkedFirst extends InMemoryProcessorStore {
  override async findRequested(processor: ProcessorId): Promise<ParkedSequence | undefined> {
    return (await this.listParked(processor)).find(({ request }) => request !== undefined);
  }
}

class ListsAllForOne extends InMemoryProcessorStore {
  override async listParked(processor: ProcessorId): Promise<readonly ParkedSequence[]> {
    return super.listParked(processor);
  }
}

class RecordsTheLastOnly extends InMemoryProcessorStore {
  override async listSkipped(processor: ProcessorId): Promise<readonly SkippedCommits[]> {
    return (await super.listSkipped(processor)).slice(-1);
  }
}

class ParksForAllVersions extends InMemoryProcessorStore {
  override park(tx: MemoryTransaction, processor: ProcessorId, parked: ParkedSequence): void {
    super.park(tx, processor, parked);
    super.park(tx, 'orders@1', parked);
  }
}

class ListsARowOfItsOwn extends InMemoryProcessorStore {
  override async listSkipped(processor: ProcessorId): Promise<readonly SkippedCommits[]> {
    const none = { stream: '', firstVersion: 0, lastVersion: 0, reason: '', at: new Date(0) };
    const skipped = await super.listSkipped(processor);
    return skipped.length > 0 ? skipped : [none];
  }
}

export const brokenAtParking = [
  brokenProcessorStore('parks outside the transaction', ParksOutsideTheTransaction, [
    'parks and unparks with the transaction that it belongs to',
  ]),
  brokenProcessorStore('unparks outside the transaction', UnparksOutsideTheTransaction, [
    'parks and unparks with the transaction that it belongs to',
  ]),
  brokenProcessorStore('records a skipped commit outside the transaction', SkipsOutsideTheTransaction, [
    'records what was skipped, with the transaction that it belongs to',
  ]),
  brokenProcessorStore('cuts the message of a failure', CutsTheMessage, [
    'gives back a parked sequence as it was parked',
    'parks and unparks with the transaction that it belongs to',
    'leaves a request in the row of a stream that is parked',
    'finds the first that a request is left in, by position',
    'lists the row of one stream where one is asked for',
    'keeps what processors have parked apart',
  ]),
  brokenProcessorStore('keeps the old row of a parked stream', KeepsTheOldRow, [
    'parks and unparks with the transaction that it belongs to',
    'has one row for a stream: parking it again replaces the row',
    'finds the first that a request is left in, by position',
  ]),
  brokenProcessorStore('promises what it cannot keep', PromisesWhatItCannotKeep, [
    'leaves a request in the row of a stream that is parked',
    'keeps what processors have parked apart',
  ]),
  brokenProcessorStore('keeps the first request', KeepsTheFirstRequest, [
    'leaves a request in the row of a stream that is parked',
  ]),
  brokenProcessorStore('finds what nobody asked for', FindsWhatNobodyAskedFor, [
    'finds the first that a request is left in, by position',
  ]),
  brokenProcessorStore('finds what was parked first', FindsWhatWasParkedFirst, [
    'finds the first that a request is left in, by position',
  ]),
  brokenProcessorStore('lists all that is parked where one stream is asked for', ListsAllForOne, [
    'lists the row of one stream where one is asked for',
  ]),
  brokenProcessorStore('lists the last skipped commit only', RecordsTheLastOnly, [
    'records what was skipped, with the transaction that it belongs to',
  ]),
  brokenProcessorStore('parks for all versions', ParksForAllVersions, [
    'lists the row of one stream where one is asked for',
    'keeps what processors have parked apart',
  ]),
  brokenProcessorStore('lists a row of its own', ListsARowOfItsOwn, [
    'begins with nothing parked and nothing skipped',
    'records what was skipped, with the transaction that it belongs to',
    'keeps what processors have skipped apart',
  ]),
];
