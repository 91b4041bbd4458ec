import type { InjectionToken, ModuleMetadata, OptionalFactoryDependency } from '@nestjs/common';
import { InvalidProjectionOptionsError } from '../projection/errors.js';
import type { ProjectorOptions } from '../projection/projector-options.js';
import type { ReadModels } from '../projection/read-models.js';
import type { SqliteReadModelsOptions } from '../sqlite/index.js';
import { DEFAULT_READ_MODELS } from './tokens.js';

/** What the projector may be told, beside what the module finds by itself. */
type Tuning = Pick<ProjectorOptions<unknown>, 'group' | 'leaseDuration' | 'failurePolicy'>;

/** Where the read models are, by exactly one of `sqlite` and `readModels`. */
export interface ProjectionsOptions extends Tuning {
  /** Opens embedded read models; `better-sqlite3` is needed for it. */
  readonly sqlite?: SqliteReadModelsOptions;
  /** Any other database. What a function opens, the module closes on shutdown; what was opened elsewhere is closed there. */
  readonly readModels?: ReadModels<unknown> | (() => ReadModels<unknown> | Promise<ReadModels<unknown>>);
  /** `false`: nothing runs by itself; `projector.start()` or `runUntilCaughtUp()` does. Default `true`. */
  readonly start?: boolean;
}

interface Names {
  /** Tells several read-model databases of one app apart; also in the tokens. */
  readonly name?: string;
  /** The name of the event store whose log is followed. Default: the only store. */
  readonly log?: string;
}

export interface ProjectionsModuleOptions extends ProjectionsOptions, Names {}

export interface ProjectionsModuleAsyncOptions extends Names {
  readonly imports?: NonNullable<ModuleMetadata['imports']>;
  readonly inject?: readonly (InjectionToken | OptionalFactoryDependency)[];
  useFactory(...dependencies: never[]): ProjectionsOptions | Promise<ProjectionsOptions>;
}

const KNOWN: ReadonlySet<string> = new Set<keyof ProjectionsOptions>([
  'sqlite',
  'readModels',
  'start',
  'group',
  'leaseDuration',
  'failurePolicy',
]);

/** @throws InvalidProjectionOptionsError names the option */
export function checkedOptions(options: ProjectionsOptions): ProjectionsOptions {
  const unknown = Object.keys(options).find((key) => !KNOWN.has(key));
  if (unknown) throw invalid(unknown, 'is unknown', `Known are ${[...KNOWN].join(', ')}`);
  const { sqlite, readModels, start } = options;
  if (!sqlite === !readModels) {
    const problem = sqlite ? 'is given together with sqlite' : 'and sqlite are both missing';
    throw invalid('readModels', problem, 'Give one of them');
  }
  if (start !== undefined && typeof start !== 'boolean') {
    throw invalid('start', `is ${JSON.stringify(start)}`, 'Give true or false');
  }
  return options;
}

/** @throws InvalidProjectionOptionsError the name is no text */
export function checkedName(name: string = DEFAULT_READ_MODELS): string {
  if (typeof name === 'string' && name !== '') return name;
  throw invalid(
    'name',
    `is ${JSON.stringify(name)}`,
    'Give a text, or leave it out for the only read models',
  );
}

function invalid(option: string, problem: string, remedy: string): InvalidProjectionOptionsError {
  return new InvalidProjectionOptionsError(
    option,
    `Option ${option} of ProjectionsModule ${problem}. ${remedy}.`,
  );
}
