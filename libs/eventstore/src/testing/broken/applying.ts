import type { Position, StreamVersion } from '../../log/positions.js';
import type { StreamName } from '../../log/stream-name.js';
import type { ProcessorId } from '../../processor/checkpoint-store.js';
import type { Applied, AppliedVersion } from '../../processor/feed/applied-versions.js';
import { InMemoryProcessorStore } from '../in-memory-processor-store.js';
import { MemoryTransaction } from '../memory/memory-transaction.js';
import { brokenProcessorStore } from './processor-twin.js';

class SavesVersionsOutsideTheTransaction extends InMemoryProcessorStore {
  override saveApplied(_tx: MemoryTransaction, processor: ProcessorId, applied: Applied): void {
    const own = new MemoryTransaction(this.rows);
    super.saveApplied(own, processor, applied);
    own.applyTo(this.rows);
  }
}

class BeginsAtZero extends InMemoryProcessorStore {
  override async appliedUpTo(processor: ProcessorId): Promise<Position> {
    return (await super.appliedUpTo(processor)) ?? 0;
  }
}

class LowersVersions extends InMemoryProcessorStore {
  override saveApplied(tx: MemoryTransaction, processor: ProcessorId, applied: Applied): void {
    super.saveApplied(tx, processor, applied);
    for (const [stream, version] of applied.versions) {
      tx.set(`$applied ${JSON.stringify(processor)} ${stream}`, version);
    }
  }
}

class LooksUpByPrefix extends InMemoryProcessorStore {
  override async loadApplied(
    processor: ProcessorId,
    streams: readonly StreamName[],
  ): Promise<ReadonlyMap<StreamName, StreamVersion>> {
    const all = await this.listApplied(processor, { limit: 10_000 });
    const wanted = all.filter((one) => streams.some((stream) => one.stream.startsWith(stream)));
    return new Map(wanted.map(({ stream, version }) => [stream, version]));
  }
}

class SharesVersions extends InMemoryProcessorStore {
  override async loadApplied(_processor: ProcessorId, streams: readonly StreamName[]) {
    const versions = new Map(await super.loadApplied('orders@2', streams));
    for (const [stream, version] of await super.loadApplied('orders@1', streams)) {
      versions.set(stream, Math.max(version, versions.get(stream) ?? 0));
    }
    return versions;
  }
}

class ListsTheFirstPage extends InMemoryProcessorStore {
  override async listApplied(
    processor: ProcessorId,
    options: { readonly after?: StreamName; readonly limit?: number } = {},
  ): Promise<readonly AppliedVersion[]> {
    return options.after ? [] : super.listApplied(processor, options);
  }
}

class ForgetsHowFar extends InMemoryProcessorStore {
  override saveApplied(tx: MemoryTransaction, processor: ProcessorId, { versions, upTo }: Applied): void {
    super.saveApplied(tx, processor, { versions, upTo: Math.min(upTo, 1) });
  }
}

export const brokenAtApplying = [
  brokenProcessorStore('saves versions outside the transaction', SavesVersionsOutsideTheTransaction, [
    'keeps versions with the transaction that they belong to',
  ]),
  brokenProcessorStore('takes versions that were never kept for none', BeginsAtZero, [
    'tells versions that are kept from none that ever were',
    'keeps versions with the transaction that they belong to',
  ]),
  brokenProcessorStore('lowers versions', LowersVersions, ['raises a version and never lowers it']),
  brokenProcessorStore('looks versions up by the beginning of a name', LooksUpByPrefix, [
    'gives the versions of the streams that are asked for, and of no others',
  ]),
  brokenProcessorStore('shares versions between processors', SharesVersions, [
    'keeps the versions of processors apart',
  ]),
  brokenProcessorStore('lists the first page of versions only', ListsTheFirstPage, [
    'lists all versions page by page, each once',
  ]),
  brokenProcessorStore('forgets how far versions reach', ForgetsHowFar, [
    'gives the versions of the streams that are asked for, and of no others',
    'raises a version and never lowers it',
    'keeps the versions of processors apart',
  ]),
];
