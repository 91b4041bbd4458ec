import type { ProcessorId } from '@varve/eventstore';

/** One build of a projection's read model. */
export interface VersionId {
  readonly name: string;
  /** What the projection declares. */
  readonly version: number;
  /** Counts the builds of one version, from 1: a rebuild of an unchanged version is its next generation. */
  readonly generation: number;
}

/** `orders@2` for the first generation of version 2, `orders@2.3` for its third. */
export function processorIdOf(version: { name: string; version: number; generation?: number }): ProcessorId {
  const { name, version: number, generation = 1 } = version;
  return generation === 1 ? `${name}@${number}` : `${name}@${number}.${generation}`;
}

/** The inverse of `processorIdOf`; nothing for a reactor's processor. */
export function versionIdOf(processor: ProcessorId): VersionId | undefined {
  const [, name, version, generation = '1'] = /^([^@/]+)@(\d+)(?:\.(\d+))?$/.exec(processor) ?? [];
  if (name === undefined) return undefined;
  return { name, version: Number(version), generation: Number(generation) };
}

const REACTOR_PREFIX = 'reactor/';

/** A reactor has no versions: it is never rebuilt. */
export function reactorIdOf(reactor: { name: string }): ProcessorId {
  return `${REACTOR_PREFIX}${reactor.name}`;
}

/** The reactor's name, or nothing for a projection's processor. */
export function reactorNameOf(processor: ProcessorId): string | undefined {
  return processor.startsWith(REACTOR_PREFIX) ? processor.slice(REACTOR_PREFIX.length) : undefined;
}

/** Whether the two are one build: of one name, version and generation. */
export function sameVersion(a: VersionId, b: VersionId): boolean {
  return a.name === b.name && a.version === b.version && a.generation === b.generation;
}
