import type { Projection, Reactor } from '../../projection/projection.js';
import { readModelsOf, type CliTarget, type ProjectionCode } from '../target.js';
import { answer, EXIT, type CliIo, type ExitCode } from '../terminal/io.js';
import { renderTable } from '../terminal/render.js';
import { processorsOf, type ProcessorOf } from './processors.js';

/** A name and what there is of it: in the code, if an app is there to ask, and in the database. */
interface Listed {
  readonly name: string;
  readonly kind: 'projection' | 'reactor';
  /** The version of this app's code; absent where it has none, or where no app was asked. */
  readonly code?: number;
  readonly order?: 'stream' | 'log';
  readonly handles?: readonly string[] | 'all';
  readonly live?: string;
  readonly building: readonly string[];
  readonly retired: readonly string[];
}

/** What there is: one line for each projection and reactor. */
export async function projectionsList(target: CliTarget, json: boolean, io: CliIo): Promise<ExitCode> {
  const rows = await processorsOf(readModelsOf(target));
  const { projections = [], reactors = [] }: Partial<ProjectionCode> = target.code ?? {};
  const declared = new Map([...projections, ...reactors].map((one) => [one.name, one]));
  const names = new Set([...declared.keys(), ...rows.map(({ name }) => name)]);
  const listed = [...names].sort().map((name) => listedOf(name, rows, declared.get(name)));
  answer(io, json, listed, tableOf(listed, target.code !== undefined, io));
  return EXIT.ok;
}

function listedOf(
  name: string,
  rows: readonly ProcessorOf[],
  code: Projection<unknown> | Reactor | undefined,
): Listed {
  const own = rows.filter((row) => row.name === name);
  const staged = (stage: ProcessorOf['stage']): string[] =>
    own.filter((row) => row.stage === stage).map(({ processor }) => processor);
  const live = staged('live')[0] ?? staged('working')[0];
  const isReactor = code ? 'react' in code : own[0]?.kind === 'reactor';
  return {
    name,
    kind: isReactor ? 'reactor' : 'projection',
    ...(code && 'version' in code && { code: code.version, order: code.order }),
    ...(code && { handles: code.handles }),
    ...(live !== undefined && { live }),
    building: staged('building'),
    retired: staged('retired'),
  };
}

function tableOf(listed: readonly Listed[], hasCode: boolean, { columns }: CliIo): string {
  if (listed.length === 0) return 'No projections yet: start a projector.';
  return renderTable(
    [
      { title: 'NAME', of: (row) => row.name },
      { title: 'KIND', of: (row) => row.kind },
      ...(hasCode ? [{ title: 'CODE', of: codeOf, align: 'right' as const }] : []),
      { title: 'LIVE', of: (row) => row.live ?? 'not started' },
      { title: 'BUILDING', of: (row) => row.building.join(' ') },
      { title: 'RETIRED', of: (row) => row.retired.join(' ') },
      ...(hasCode ? [{ title: 'HANDLES', of: handlesOf, clip: true }] : []),
    ],
    listed,
    columns,
  );
}

function codeOf({ handles, code }: Listed): string | number | undefined {
  return handles === undefined ? 'gone' : code;
}

function handlesOf({ handles }: Listed): string {
  return handles === 'all' ? 'all' : (handles ?? []).join(' ');
}
