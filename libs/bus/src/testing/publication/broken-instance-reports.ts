import type { BrokenTwin } from '@varve/eventstore/testing';
import type { InstanceReport, Published } from '../../index.js';
import { InMemoryPublicationStore } from './in-memory-publication-store.js';
import type { InstanceReportsHarness } from './instance-reports.contract.js';

/** A harness of `instanceReportsContract` for a store in memory, by default the one that keeps its rules. */
export function inMemoryInstanceReports(
  Store: new () => InMemoryPublicationStore = InMemoryPublicationStore,
): InstanceReportsHarness {
  return {
    async open() {
      const store = new Store();
      return { store, second: async () => store, dispose: async () => undefined };
    },
  };
}

class TaciturnStore extends InMemoryPublicationStore {
  override recordInstance(of: Published, { twoPhase: _twoPhase, ...report }: InstanceReport) {
    return super.recordInstance(of, report);
  }
}

class StaleStore extends InMemoryPublicationStore {
  override async recordInstance(of: Published, report: InstanceReport) {
    const known = (await this.listInstances(of)).find(({ instance }) => instance === report.instance);
    await super.recordInstance(of, { ...known, ...report });
  }
}

class BackwardsStore extends InMemoryPublicationStore {
  override async listInstances(of: Published) {
    return (await super.listInstances(of)).toReversed();
  }
}

class ForgetfulStore extends InMemoryPublicationStore {
  override async forgetInstance(of: Published) {
    for (const { instance } of await this.listInstances(of)) await super.forgetInstance(of, instance);
  }
}

class MixingStore extends InMemoryPublicationStore {
  override recordInstance(_of: Published, report: InstanceReport) {
    return super.recordInstance({ relay: 'any', logId: 'any' }, report);
  }

  override listInstances() {
    return super.listInstances({ relay: 'any', logId: 'any' });
  }

  override forgetInstance(_of: Published, instance: string) {
    return super.forgetInstance({ relay: 'any', logId: 'any' }, instance);
  }
}

const lonely: InstanceReportsHarness = {
  async open() {
    const second = async () => new InMemoryPublicationStore();
    return { store: new InMemoryPublicationStore(), second, dispose: async () => undefined };
  },
};

/** For every case of `instanceReportsContract`, at least one store that fails it. */
export const brokenInstanceReports: readonly BrokenTwin<InstanceReportsHarness>[] = [
  twin('leaves out what comes of two phases', TaciturnStore, [/^gives back all/]),
  twin('keeps parts of an older report', StaleStore, [/^keeps the newest/]),
  twin('lists backwards', BackwardsStore, [/^lists instances in the order/]),
  twin('forgets all of them', ForgetfulStore, [/^forgets one/]),
  twin('knows one relay and one log', MixingStore, [/^keeps instances of another/]),
  { name: 'keeps to itself what it was told', harness: lonely, fails: [/^lists what another/] },
];

function twin(
  name: string,
  Store: new () => InMemoryPublicationStore,
  fails: readonly (string | RegExp)[],
): BrokenTwin<InstanceReportsHarness> {
  return { name, fails, harness: inMemoryInstanceReports(Store) };
}
