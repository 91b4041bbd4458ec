import type { ReadModels } from '../projection/read-models.js';

/** Runs every transaction `times` times, and rolls all but the last back: what a crash before the end of a transaction looks like. */
export function rollingBack<Tx>(readModels: ReadModels<Tx>, times: number): ReadModels<Tx> {
  const rolledBack = new Error('rolled back on purpose');
  return {
    databaseId: readModels.databaseId,
    location: readModels.location,
    async transaction(processor, work) {
      for (let time = 1; time < times; time++) {
        const attempt = readModels.transaction(processor, async (tx) => {
          await work(tx);
          throw rolledBack;
        });
        await attempt.catch((error: unknown) => {
          if (error !== rolledBack) throw error;
        });
      }
      return readModels.transaction(processor, work);
    },
    load: (processor) => readModels.load(processor),
    save: (tx, processor, from, to) => readModels.save(tx, processor, from, to),
    ensureRow: (...args) => readModels.ensureRow(...args),
    readLease: (processor) => readModels.readLease(processor),
    acquire: (...args) => readModels.acquire(...args),
    renew: (lease) => readModels.renew(lease),
    release: (lease) => readModels.release(lease),
    setState: (...args) => readModels.setState(...args),
    appliedUpTo: (...args) => readModels.appliedUpTo(...args),
    loadApplied: (...args) => readModels.loadApplied(...args),
    saveApplied: (...args) => readModels.saveApplied(...args),
    listApplied: (...args) => readModels.listApplied(...args),
    listParked: (...args) => readModels.listParked(...args),
    findRequested: (processor) => readModels.findRequested(processor),
    park: (...args) => readModels.park(...args),
    unpark: (...args) => readModels.unpark(...args),
    recordSkipped: (...args) => readModels.recordSkipped(...args),
    listSkipped: (processor) => readModels.listSkipped(processor),
    request: (...args) => readModels.request(...args),
    createVersion: (...args) => readModels.createVersion(...args),
    listVersions: (name) => readModels.listVersions(name),
    listProcessors: () => readModels.listProcessors(),
    switchVersion: (...args) => readModels.switchVersion(...args),
    dropVersion: (version) => readModels.dropVersion(version),
    moveCheckpoint: (...args) => readModels.moveCheckpoint(...args),
    openSnapshot: () => readModels.openSnapshot(),
    close: () => readModels.close(),
  };
}
