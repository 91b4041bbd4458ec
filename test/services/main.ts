import { parseArgs } from 'node:util';
import { parserProblem } from '../support/parser-problem.ts';
import { services } from './cli/services.ts';
import { loadState, type ServerState } from './cli/state.ts';
import { down, up } from './cli/up.ts';
import { ServiceError } from './service-error.ts';

const usage = `npm run services -- up|down|status [${Object.keys(services).join('] [')}] [--json]

  up      starts the servers that do not run yet, and says how suites find them
  down    ends them and removes their data; their logs stay
  status  tells what runs (exit code 1 if something does not)

Without a name: all of them. --json: for programs.`;

interface Report {
  readonly service: string;
  readonly state: 'ready' | 'down';
  readonly env: Readonly<Record<string, string>>;
  readonly logs?: string;
  readonly pids: readonly number[];
}

const actions: Readonly<Record<string, (service: string) => Promise<Report>>> = {
  async up(service) {
    return reportOf(service, await up(service));
  },
  async down(service) {
    await down(service);
    return reportOf(service, undefined);
  },
  async status(service) {
    return Promise.resolve(reportOf(service, loadState(service)));
  },
};

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new ServiceError('invalid-options', `${parserProblem(error)}.\n\n${usage}`);
  }
}

async function main(): Promise<void> {
  const { values, positionals } = readArguments();
  const [action = '', ...named] = positionals;
  if (values.help) {
    console.log(usage);
    return;
  }
  const act = actions[action];
  const chosen = named.length > 0 ? named : Object.keys(services);
  const unknown = chosen.find((name) => !(name in services));
  if (!act) throw new ServiceError('invalid-options', usage);
  if (unknown) throw new ServiceError('invalid-options', `"${unknown}" is no service.\n\n${usage}`);

  const reports = await Promise.all(chosen.map(act));
  console.log(values.json ? JSON.stringify(reports, null, 2) : reports.map(asText).join('\n'));
  if (action === 'status' && reports.some(({ state }) => state !== 'ready')) process.exitCode = 1;
}

function reportOf(service: string, state: ServerState | undefined): Report {
  if (!state) return { service, state: 'down', env: {}, pids: [] };
  const { env, logs, processes } = state;
  return { service, state: 'ready', env, logs, pids: processes.map(({ pid }) => pid) };
}

/** Can be given to a shell as it is. */
function asText({ service, state, env, logs, pids }: Report): string {
  const facts = state === 'down' ? [] : [`processes ${pids.join(', ')}`, `logs ${logs ?? ''}`];
  const lines = Object.entries(env).map(([name, value]) => `export ${name}=${value}`);
  return [`# ${[`${service}: ${state}`, ...facts].join(', ')}`, ...lines].join('\n');
}

try {
  await main();
} catch (error) {
  console.error(error instanceof ServiceError ? error.message : error);
  process.exitCode = 1;
}
