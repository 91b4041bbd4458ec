import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ServiceError } from './service-error.ts';

export interface Tool {
  readonly command: string;
  /** What installs it, for the message. */
  readonly install: string;
  /** Over this process's own environment. */
  readonly env?: Readonly<Record<string, string>>;
}

const run = promisify(execFile);

/** Runs a tool of the machine to its end, and gives what it printed. A tool that is missing is told by name. */
export async function runTool(tool: Tool, args: readonly string[], timeout: number): Promise<string> {
  try {
    const env = { ...process.env, ...tool.env };
    const { stdout, stderr } = await run(tool.command, args, { env, timeout, maxBuffer: 64 * 1024 * 1024 });
    return `${stdout}${stderr}`;
  } catch (error) {
    if (isMissing(error)) throw missing(tool, error);
    throw new Error(`${tool.command} failed: ${said(error)}`, { cause: error });
  }
}

function missing(tool: Tool, cause: unknown): ServiceError {
  return new ServiceError('tool-missing', `"${tool.command}" is not on this machine. ${tool.install}`, {
    cause,
  });
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function said(error: unknown): string {
  const { stdout = '', stderr = '', message = '' } = error as Partial<Record<string, string>>;
  return `${stdout}${stderr}`.trim().slice(-2000) || message;
}
