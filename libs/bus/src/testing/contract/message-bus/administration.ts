import type { BusAdministration, BusTopology } from '../../../transport/topology.js';
import { note, type BusBench } from '../bench.js';
import { equal, ok } from '../check.js';
import { busCase } from '../harness.js';

function administrationOf({ bus }: BusBench): BusAdministration {
  const administration = bus as unknown as Partial<BusAdministration>;
  ok(
    typeof administration.setup === 'function' && typeof administration.inspect === 'function',
    'it has no setup() or inspect()',
  );
  return administration as BusAdministration;
}

function planned(bench: BusBench): BusTopology {
  const [topic, group] = [bench.unusedName(), bench.unusedName()];
  return {
    topics: [{ name: topic, kind: 'ordered' }],
    groups: [{ name: group, topics: [topic], order: 'key' }],
  };
}

export const administrationCases = [
  busCase(
    'creates what is missing, once, and it can be used at once',
    async (bench) => {
      const administration = administrationOf(bench);
      const topology = planned(bench);
      const first = await administration.setup(topology);
      ok(first.created.length >= 1, 'it says that it created nothing');
      const again = await administration.setup(topology);
      equal(again.created, [], 'what it created the second time');
      const { name: topic = '' } = topology.topics[0] ?? {};
      const inbox = await bench.listen({ topics: [topic], group: topology.groups[0]?.name ?? '' });
      await bench.bus.publish([note(topic, 'a')]);
      await inbox.gets('a');
    },
    'administration',
  ),

  busCase(
    'says what is missing, and nothing when all is there',
    async (bench) => {
      const administration = administrationOf(bench);
      const topology = planned(bench);
      const { name = '' } = topology.topics[0] ?? {};
      const missing = await administration.inspect(topology);
      ok(
        missing.some(({ subject }) => subject.includes(name)),
        'it does not miss the topic',
      );
      ok(
        missing.every(({ problem, whatToDo }) => problem !== '' && whatToDo !== ''),
        'it does not say what to do',
      );
      await administration.setup(topology);
      await bench.until(async () => (await administration.inspect(topology)).length === 0, 'no problem left');
    },
    'administration',
  ),

  busCase(
    'misses a topic that a group subscribes to, though another app publishes on it',
    async (bench) => {
      const administration = administrationOf(bench);
      const { topics, groups } = planned(bench);
      const { name = '' } = topics[0] ?? {};
      await administration.setup({ topics: [], groups });
      const missing = await administration.inspect({ topics: [], groups });
      ok(
        missing.some(({ subject, problem }) => `${subject} ${problem}`.includes(name)),
        'it does not miss the topic',
      );
      await administration.setup({ topics, groups });
      const isWell = async () => (await administration.inspect({ topics: [], groups })).length === 0;
      await bench.until(isWell, 'no problem left');
    },
    'administration',
  ),
];
