import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { pathOf } from './compile.js';
import type { SnippetFile } from './snippet-files.js';

const run = promisify(execFile);

/** What a file prints that was compiled or transpiled. Fails with what it says, if it ends with another code than 0. */
export async function runSnippet(
  file: SnippetFile,
  { cwd, env = {} }: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): Promise<string> {
  const script = pathOf(file).replace(/\.ts$/, '.js');
  const options = { cwd, env: { ...process.env, ...env }, timeout: 60_000 };
  const { stdout } = await run(process.execPath, [script], options);
  return stdout.trimEnd();
}
