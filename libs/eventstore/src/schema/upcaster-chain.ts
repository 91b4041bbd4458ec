import { InvalidOptionsError } from '../log/errors.js';
import type { DataUpcaster, Rename, Split, Upcaster } from './upcaster.js';

export type UpcasterStep = DataUpcaster | Split;

/** Every way from stored types to known ones, checked: no gap, no cycle, no way to nowhere. */
export interface UpcasterChains {
  readonly renames: ReadonlyMap<string, string>;
  stepFrom(type: string, schemaVersion: number): UpcasterStep | undefined;
  /** The newest schema version that this code can read of a type that it only upcasts; 0 when it has no steps. */
  newestOf(type: string): number;
  /** The types that become this one: its old names, and those that are split into it. */
  sourcesOf(type: string): readonly string[];
}

/** @throws InvalidOptionsError what is wrong with the upcasters, before anything is read. */
export function chainUpcasters(
  upcasters: readonly Upcaster[],
  registered: ReadonlyMap<string, number>,
  dropped: ReadonlySet<string>,
): UpcasterChains {
  const renames = renamesIn(upcasters);
  const steps = stepsIn(upcasters);
  const isKnown = (type: string) =>
    registered.has(type) || dropped.has(type) || renames.has(type) || endsInSplit(steps, type);
  for (const [type, to] of renames) checkRename(type, to, { isKnown, registered, dropped, steps });
  for (const [type, stepsOfType] of steps) {
    if (renames.has(type))
      refuse(
        `"${type}" is renamed to "${renames.get(type)}", so its upcasters never run. Write them for the new name.`,
      );
    if (dropped.has(type)) refuse(`"${type}" is dropped, so its upcasters never run. Decide for one.`);
    if (!isKnown(type))
      refuse(
        `There is an upcaster for "${type}", which is neither registered nor split into types that are.`,
      );
    for (const step of stepsOfType.values()) checkTargets(step, isKnown, registered.get(type));
    checkGaps(type, stepsOfType, registered.get(type));
  }
  for (const [type, version] of registered) checkGaps(type, steps.get(type) ?? new Map(), version);
  checkCycles(renames, steps);
  const sources = sourcesIn(renames, steps);
  return {
    renames,
    stepFrom: (type, schemaVersion) => steps.get(type)?.get(schemaVersion),
    newestOf: (type) => Math.max(0, ...(steps.get(type)?.keys() ?? [])),
    sourcesOf: (type) => [...(sources.get(type) ?? [])],
  };
}

type Steps = ReadonlyMap<string, ReadonlyMap<number, UpcasterStep>>;

function renamesIn(upcasters: readonly Upcaster[]): Map<string, string> {
  const renames = new Map<string, string>();
  for (const each of upcasters.filter((upcaster): upcaster is Rename => upcaster.kind === 'rename')) {
    if (renames.has(each.type))
      refuse(`"${each.type}" is renamed twice, to "${renames.get(each.type)}" and to "${each.to}".`);
    renames.set(each.type, each.to);
  }
  return renames;
}

function stepsIn(upcasters: readonly Upcaster[]): Steps {
  const steps = new Map<string, Map<number, UpcasterStep>>();
  for (const each of upcasters) {
    if (each.kind === 'rename') continue;
    const versions = each.kind === 'upcast' ? [each.from, each.to] : [each.from];
    const goesUp = each.kind === 'split' || each.to > each.from;
    if (!goesUp || !versions.every((version) => Number.isSafeInteger(version) && version >= 1)) {
      refuse(
        `The upcaster of "${each.type}" goes from version ${versions.join(' to ')}. Versions are whole numbers from 1, and go up.`,
      );
    }
    const stepsOfType = steps.get(each.type) ?? new Map<number, UpcasterStep>();
    if (stepsOfType.has(each.from))
      refuse(`"${each.type}" has two upcasters from version ${each.from}. Keep one.`);
    steps.set(each.type, stepsOfType.set(each.from, each));
  }
  return steps;
}

function endsInSplit(steps: Steps, type: string): boolean {
  return [...(steps.get(type)?.values() ?? [])].some((step) => step.kind === 'split');
}

interface Known {
  readonly isKnown: (type: string) => boolean;
  readonly registered: ReadonlyMap<string, number>;
  readonly dropped: ReadonlySet<string>;
  readonly steps: Steps;
}

function checkRename(type: string, to: string, known: Known): void {
  if (known.registered.has(type))
    refuse(`"${type}" is renamed to "${to}" but registered as well. Register the new name only.`);
  if (known.dropped.has(type)) refuse(`"${type}" is renamed to "${to}" but dropped as well. Decide for one.`);
  if (!known.isKnown(to)) refuse(`"${type}" is renamed to "${to}", which is not registered.`);
}

function checkTargets(
  step: UpcasterStep,
  isKnown: (type: string) => boolean,
  current: number | undefined,
): void {
  if (step.kind === 'split') {
    const unknown = step.into.find((type) => !isKnown(type));
    if (unknown !== undefined) refuse(`"${step.type}" is split into "${unknown}", which is not registered.`);
  }
  const newest = step.kind === 'split' ? step.from + 1 : step.to;
  if (current !== undefined && newest > current) {
    refuse(
      `An upcaster of "${step.type}" goes from version ${step.from} beyond version ${current}, at which the type is registered. Raise the version.`,
    );
  }
}

/** Every version below the newest one must lead on: events of each of them may stand in the log. */
function checkGaps(
  type: string,
  steps: ReadonlyMap<number, UpcasterStep>,
  current: number | undefined,
): void {
  const newest = current ?? Math.max(...steps.keys()) + 1;
  for (let version = 1; version < newest; version++) {
    if (!steps.has(version)) {
      refuse(
        `"${type}" is at version ${newest}, but nothing leads on from version ${version}: add upcast('${type}', { from: ${version}, to: ${version + 1} }, …).`,
      );
    }
  }
  for (const step of steps.values()) {
    if (step.kind === 'upcast' && step.to < newest && !steps.has(step.to))
      refuse(`"${type}" stops at version ${step.to} of ${newest}.`);
  }
}

/** A split into its own type is no cycle: there it must go up in version, which is checked where it runs. */
function checkCycles(renames: ReadonlyMap<string, string>, steps: Steps): void {
  const walk = (type: string, path: readonly string[]): void => {
    if (path.includes(type))
      refuse(`Upcasters go in a circle: ${[...path, type].map((name) => `"${name}"`).join(' → ')}.`);
    for (const next of targetsOf(type, renames, steps)) walk(next, [...path, type]);
  };
  for (const type of [...renames.keys(), ...steps.keys()]) walk(type, []);
}

function targetsOf(type: string, renames: ReadonlyMap<string, string>, steps: Steps): readonly string[] {
  const renamed = renames.get(type);
  if (renamed !== undefined) return [renamed];
  const splits = [...(steps.get(type)?.values() ?? [])].filter((step) => step.kind === 'split');
  return splits.flatMap((step) => step.into).filter((into) => into !== type);
}

/** Every projection and aggregate asks for its types as the app starts, so that all upcasters are looked through once. */
function sourcesIn(renames: ReadonlyMap<string, string>, steps: Steps): Map<string, Set<string>> {
  const sources = new Map<string, Set<string>>();
  for (const source of [...renames.keys(), ...steps.keys()]) {
    for (const target of targetsOf(source, renames, steps))
      sources.set(target, (sources.get(target) ?? new Set()).add(source));
  }
  return sources;
}

function refuse(message: string): never {
  throw new InvalidOptionsError('upcasters', message);
}
