import type { BusAdministration, MessageBus } from '@varve/bus';
import { MemoryMessageBus } from '@varve/bus/memory';
import { InvalidOptionsError } from '@varve/eventstore';
import type { OpenedBus, OpenedPublication } from '../../nest/opened-buses.js';
import type { CliTarget } from '../target.js';
import { printable } from '../terminal/render.js';

/** A bus of the app, as the commands see it. */
export type CliBus = OpenedBus;

/**
 * The bus that was asked for, or all of them.
 *
 * @throws InvalidOptionsError there is none, or none of that name
 */
export function busesOf({ buses = [] }: CliTarget, name?: string): readonly CliBus[] {
  if (buses.length === 0)
    throw new InvalidOptionsError(
      'bus',
      'This app has no bus: it imports no BusModule, or one without a broker.',
    );
  const chosen = name === undefined ? buses : buses.filter((each) => each.name === name);
  if (chosen.length > 0) return chosen;
  throw new InvalidOptionsError(
    '--bus',
    `This app has no bus "${name}". It has: ${buses.map((each) => each.name).join(', ')}.`,
  );
}

/** The bus that a group is on; a group that no code of this app names any more may be on any. */
export function busOfGroup(target: CliTarget, group: string, name?: string): CliBus {
  const buses = busesOf(target, name);
  const found = buses.filter((each) => hasGroup(each, group));
  const [bus, other] = found.length > 0 ? found : buses;
  if (bus && !other) return bus;
  throw new InvalidOptionsError(
    '--bus',
    `This app has several buses: name the one of group "${group}" with --bus. It has: ${buses.map((each) => each.name).join(', ')}.`,
  );
}

/** Whether the code of this app names it. One that it names no more may have dead letters all the same. */
export function hasGroup({ groups }: CliBus, group: string): boolean {
  return groups.some(({ name }) => name === group);
}

/** Why a group may have nothing here although somebody expects it; for people, beside the answer. */
export function whyNothingOf(one: CliBus, group: string): string | undefined {
  const { name, bus, groups } = one;
  if (!hasGroup(one, group)) {
    const names = groups.map((each) => printable(each.name));
    const has = names.length === 0 ? 'It has none.' : `It has: ${names.join(', ')}.`;
    return `This app has no group "${printable(group)}". ${has}`;
  }
  if (!(bus instanceof MemoryMessageBus)) return undefined;
  return `Bus "${printable(name)}" is within the process: what a running app has given up on is seen in that process alone, by bus.deadLetters(…).`;
}

export function administrationOf({ bus }: CliBus): BusAdministration | undefined {
  return 'setup' in bus && 'inspect' in bus ? (bus as MessageBus & BusAdministration) : undefined;
}

/**
 * What is published on them.
 *
 * @throws InvalidOptionsError nothing is
 */
export function publicationsOf(
  target: CliTarget,
  name?: string,
): readonly (CliBus & { readonly publication: OpenedPublication })[] {
  const publishing = busesOf(target, name).filter(isPublishing);
  if (publishing.length > 0) return publishing;
  throw new InvalidOptionsError(
    'publication',
    'This app publishes nothing: give BusModule the option publication, or use the command of the app that does.',
  );
}

function isPublishing(bus: CliBus): bus is CliBus & { readonly publication: OpenedPublication } {
  return bus.publication !== undefined;
}
