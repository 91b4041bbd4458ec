import type { SetupReport } from '@varve/bus';
import type { CliTarget } from '../target.js';
import { EXIT, jsonText, type CliIo, type ExitCode } from '../terminal/io.js';
import { printable } from '../terminal/render.js';
import { administrationOf, busesOf, type CliBus } from './buses.js';

/** Creates the topics and groups that the app needs and the broker lacks, and changes nothing that is there. */
export async function busSetup(
  target: CliTarget,
  name: string | undefined,
  json: boolean,
  io: CliIo,
): Promise<ExitCode> {
  const reports = [];
  for (const bus of busesOf(target, name)) reports.push({ bus, report: await setUp(bus) });
  if (json) io.out(jsonText(reports.map(({ bus, report }) => ({ bus: bus.name, ...report }))));
  else for (const { bus, report } of reports) io.out(describe(bus, report));
  return reports.some(({ report }) => report && report.commands.length > 0) ? EXIT.unhealthy : EXIT.ok;
}

async function setUp(bus: CliBus): Promise<SetupReport | undefined> {
  return administrationOf(bus)?.setup(await bus.topology());
}

function describe({ name, bus }: CliBus, report: SetupReport | undefined): string {
  const title = `${printable(name)} (${printable(bus.description)})`;
  if (!report) return `${title}: needs no set-up.`;
  const { created, existing, commands } = report;
  const lines = [
    ...created.map((each) => `  created ${printable(each)}`),
    ...existing.map((each) => `  there already: ${printable(each)}`),
    ...(commands.length > 0 ? ['  to be run by you, since this client cannot:'] : []),
    ...commands.map((each) => `    ${printable(each)}`),
  ];
  return [title, ...(lines.length > 0 ? lines : ['  nothing to set up'])].join('\n');
}
