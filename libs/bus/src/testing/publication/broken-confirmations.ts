import type { BrokenTwin } from '@varve/eventstore/testing';
import type { Position } from '@varve/eventstore';
import type { Confirmation, Published } from '../../index.js';
import type { ConfirmationsHarness } from './confirmations.contract.js';
import { InMemoryPublicationStore } from './in-memory-publication-store.js';

/** A harness of `confirmationsContract` for a store in memory, by default the one that keeps its rules. */
export function inMemoryConfirmations(
  Store: new () => InMemoryPublicationStore = InMemoryPublicationStore,
): ConfirmationsHarness {
  return {
    async open() {
      const store = new Store();
      return { store, second: async () => store, dispose: async () => undefined };
    },
  };
}

class UnorderedStore extends InMemoryPublicationStore {
  override async confirmedBetween(of: Published, after: Position, upTo: Position) {
    return (await super.confirmedBetween(of, after, upTo)).toReversed();
  }
}

class InclusiveStore extends InMemoryPublicationStore {
  override confirmedBetween(of: Published, after: Position, upTo: Position) {
    return super.confirmedBetween(of, after - 1, upTo);
  }
}

class NamelessStore extends InMemoryPublicationStore {
  override async confirmedBetween(of: Published, after: Position, upTo: Position) {
    return (await super.confirmedBetween(of, after, upTo)).map((one) => ({
      ...one,
      commitId: 'a commit',
    }));
  }
}

class TwofoldStore extends InMemoryPublicationStore {
  readonly #known = new Set<string>();
  readonly #again: Confirmation[] = [];

  override recordConfirmed(of: Published, confirmed: readonly Confirmation[]) {
    for (const one of confirmed) {
      if (this.#known.has(one.commitId)) this.#again.push(one);
      this.#known.add(one.commitId);
    }
    return super.recordConfirmed(of, confirmed);
  }

  override async confirmedBetween(of: Published, after: Position, upTo: Position) {
    const again = this.#again.filter(({ position }) => position > after && position <= upTo);
    return [...(await super.confirmedBetween(of, after, upTo)), ...again];
  }
}

class FirstComeStore extends InMemoryPublicationStore {
  readonly #known = new Set<string>();

  override recordConfirmed(of: Published, confirmed: readonly Confirmation[]) {
    const unknown = confirmed.filter(
      ({ position }) => !this.#known.has(`${of.relay} ${of.logId} ${position}`),
    );
    for (const { position } of unknown) this.#known.add(`${of.relay} ${of.logId} ${position}`);
    return super.recordConfirmed(of, unknown);
  }

  override pruneConfirmed(of: Published, upTo: Position) {
    this.#known.clear();
    return super.pruneConfirmed(of, upTo);
  }
}

class OneLogStore extends InMemoryPublicationStore {
  override recordConfirmed(of: Published, confirmed: readonly Confirmation[]) {
    return super.recordConfirmed({ ...of, logId: 'any' }, confirmed);
  }

  override confirmedBetween(of: Published, after: Position, upTo: Position) {
    return super.confirmedBetween({ ...of, logId: 'any' }, after, upTo);
  }

  override pruneConfirmed(of: Published, upTo: Position) {
    return super.pruneConfirmed({ ...of, logId: 'any' }, upTo);
  }
}

class OneRelayStore extends InMemoryPublicationStore {
  override recordConfirmed(of: Published, confirmed: readonly Confirmation[]) {
    return super.recordConfirmed({ ...of, relay: 'any' }, confirmed);
  }

  override confirmedBetween(of: Published, after: Position, upTo: Position) {
    return super.confirmedBetween({ ...of, relay: 'any' }, after, upTo);
  }

  override pruneConfirmed(of: Published, upTo: Position) {
    return super.pruneConfirmed({ ...of, relay: 'any' }, upTo);
  }
}

class OverzealousStore extends InMemoryPublicationStore {
  override pruneConfirmed(of: Published) {
    return super.pruneConfirmed(of, Infinity);
  }
}

class CrampedStore extends InMemoryPublicationStore {
  override recordConfirmed(of: Published, confirmed: readonly Confirmation[]) {
    return super.recordConfirmed(of, confirmed.slice(0, 1_000));
  }
}

const lonely: ConfirmationsHarness = {
  async open() {
    const store = new InMemoryPublicationStore();
    return {
      store,
      second: async () => new InMemoryPublicationStore(),
      dispose: async () => undefined,
    };
  },
};

/** For every case of `confirmationsContract`, at least one store that fails it. */
export const brokenConfirmations: readonly BrokenTwin<ConfirmationsHarness>[] = [
  twin('answers newest first', UnorderedStore, [
    'finds what was confirmed, in the order of positions',
    'takes the same twice',
    /^forgets up to/,
  ]),
  twin('finds the position that it is to look behind', InclusiveStore, [/^looks behind/]),
  twin('forgets which commit it was', NamelessStore, [/^tells which commit/, /^takes the newer/]),
  twin('lists a commit once more each time', TwofoldStore, ['takes the same twice', /^forgets up to/]),
  twin('keeps the older commit at a position', FirstComeStore, [/^takes the newer/]),
  twin('knows one log only', OneLogStore, ['keeps logs apart']),
  twin('takes one relay for another', OneRelayStore, ['keeps relays apart']),
  twin('forgets everything', OverzealousStore, [/^forgets up to/]),
  twin('takes a thousand at a time', CrampedStore, [/^takes as many/]),
  { name: 'keeps to itself what it was told', harness: lonely, fails: [/^finds what another instance/] },
];

function twin(
  name: string,
  Store: new () => InMemoryPublicationStore,
  fails: readonly (string | RegExp)[],
): BrokenTwin<ConfirmationsHarness> {
  return { name, fails, harness: inMemoryConfirmations(Store) };
}
