import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../..');
export const libs = ['eventstore', 'bus', 'projections'] as const;

/** The oldest Node that the libs promise, the oldest that better-sqlite3 13 runs on (Node-API 10), and the one that runs the tests. */
export const nodes = ['22.12.0', '22.14.0', process.versions.node] as const;
export const nodesForSqlite = nodes.slice(1);

/** What a fresh app installs beside the libs, in the versions that the workspace has. */
const beside = [
  '@nestjs/common',
  '@nestjs/core',
  '@nestjs/cqrs',
  '@nestjs/platform-express',
  '@types/better-sqlite3',
  '@types/express',
  '@types/node',
  'better-sqlite3',
  'reflect-metadata',
  'rxjs',
  'typescript',
] as const;

const quietly = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'] as const;

/** A project of its own outside the workspace: the packed libs and a Nest app, once as ESM and once as CommonJS. */
export class Consumer {
  private constructor(readonly folder: string) {}

  static async create(): Promise<Consumer> {
    const consumer = new Consumer(await realpath(await mkdtemp(join(tmpdir(), 'varve-package-'))));
    await consumer.install(await consumer.pack());
    for (const type of ['module', 'commonjs'] as const) await consumer.addApp(type);
    return consumer;
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  path(...segments: readonly string[]): string {
    return join(this.folder, ...segments);
  }

  /** Runs a program here, and gives what it printed; what it printed is in the message when it fails. */
  async run(program: string, args: readonly string[], cwd = this.folder): Promise<string> {
    return run(program, args, cwd);
  }

  /** What the app printed, whatever its exit code. */
  async runApp(node: string, script: string, ...args: readonly string[]): Promise<unknown> {
    const binary =
      node === process.versions.node ? process.execPath : this.path(`node_modules/node-${node}/bin/node`);
    const { stdout, stderr, how } = await finished(binary, [script, ...args], this.folder);
    return stdout === '' ? `${how}: ${stderr}` : JSON.parse(stdout);
  }

  async emptyFolder(): Promise<string> {
    return mkdtemp(this.path('data-'));
  }

  /** What npm would install of the libs by themselves: no peer is named, so that it chooses versions for all that may be needed. */
  async installedAlone(): Promise<readonly string[]> {
    const tarballs = await readdir(this.path('tarballs'));
    const dependencies = Object.fromEntries(
      libs.map((lib) => {
        const tarball = tarballs.find((name) => name.startsWith(`varve-${lib}-`));
        return [`@varve/${lib}`, `file:${this.path('tarballs', tarball ?? '')}`];
      }),
    );
    const folder = await mkdtemp(this.path('alone-'));
    await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
    await run('npm', ['install', '--package-lock-only', ...quietly], folder);
    const lock = JSON.parse(await readFile(join(folder, 'package-lock.json'), 'utf8'));
    return Object.keys(lock.packages).map((path) => path.replace('node_modules/', ''));
  }

  async tsc(project: string): Promise<void> {
    await run(process.execPath, [this.path('node_modules/typescript/bin/tsc'), '-p', project], this.folder);
  }

  private async pack(): Promise<readonly string[]> {
    const into = this.path('tarballs');
    await mkdir(into);
    const workspaces = libs.flatMap((lib) => ['-w', `libs/${lib}`]);
    const packed = JSON.parse(
      await run('npm', ['pack', '--json', '--pack-destination', into, ...workspaces], root),
    );
    return packed.map(({ filename }: { filename: string }) => join(into, filename));
  }

  private async install(tarballs: readonly string[]): Promise<void> {
    const versions = await Promise.all(beside.map(async (name) => [name, await versionOf(name)] as const));
    const dependencies = Object.fromEntries([
      ...tarballs.map((tarball, index) => [`@varve/${libs[index]}`, `file:${tarball}`]),
      ...versions,
      // What the package `node` fetches by a script, without the script.
      ...nodes
        .slice(0, -1)
        .map((node) => [`node-${node}`, `npm:node-${process.platform}-${process.arch}@${node}`]),
    ]);
    await writeFile(this.path('package.json'), JSON.stringify({ private: true, dependencies }));
    await run('npm', ['install', ...quietly], this.folder);
  }

  private async addApp(type: 'module' | 'commonjs'): Promise<void> {
    await cp(join(import.meta.dirname, 'app'), this.path(type, 'src'), { recursive: true });
    await writeFile(this.path(type, 'package.json'), JSON.stringify({ private: true, type }));
    await this.addTsconfig(type, 'tsconfig.json', { module: 'nodenext', rootDir: 'src', outDir: 'dist' });
    await this.addTsconfig(type, 'tsconfig.bundler.json', {
      module: type === 'module' ? 'esnext' : 'commonjs',
      moduleResolution: 'bundler',
      noEmit: true,
    });
  }

  private async addTsconfig(app: string, name: string, options: Record<string, unknown>): Promise<void> {
    const compilerOptions = {
      target: 'es2023',
      strict: true,
      skipLibCheck: false,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
      types: ['node'],
      ...options,
    };
    await writeFile(this.path(app, name), JSON.stringify({ compilerOptions, include: ['src'] }));
  }
}

async function versionOf(name: string): Promise<string> {
  return JSON.parse(await readFile(join(root, 'node_modules', name, 'package.json'), 'utf8')).version;
}

/** Child environment without what `npm run` says of the workspace, which would make npm work there. */
function outside(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) =>
      !/^npm_(package|lifecycle|command|execpath|config_(local_prefix|workspace|include_workspace))/.test(
        name,
      ),
  );
  return Object.fromEntries(inherited);
}

interface Finished {
  readonly stdout: string;
  readonly stderr: string;
  /** `exited 0`, or how else it ended. */
  readonly how: string;
}

function finished(program: string, args: readonly string[], cwd: string): Promise<Finished> {
  return new Promise((resolve) => {
    execFile(program, args, { cwd, env: outside(), maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      resolve({ stdout, stderr, how: `exited ${error ? (error.signal ?? error.code) : 0}` });
    });
  });
}

async function run(program: string, args: readonly string[], cwd: string): Promise<string> {
  const { stdout, stderr, how } = await finished(program, args, cwd);
  if (how === 'exited 0') return stdout;
  throw new Error(`${[program, ...args].join(' ')} ${how}:\n${stdout}\n${stderr}`);
}
