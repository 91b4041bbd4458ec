import { delimiter, join } from 'node:path';
import { runTool, type Tool } from '../run-tool.ts';
import type { Program } from './server-process.ts';

const home = process.env['JAVA_HOME'];

export const java: Tool = {
  command: home ? join(home, 'bin', 'java') : 'java',
  install:
    'Install a Java runtime, 17 or newer (Debian: apt-get install default-jre-headless), or set JAVA_HOME.',
};

export async function requireJava(): Promise<void> {
  await runTool(java, ['-version'], 30_000);
}

const quick = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:+PerfDisableSharedMem', '-Xshare:auto'];

export interface JavaProgram {
  readonly name: string;
  /** JVM options, main class, arguments. */
  readonly args: readonly string[];
  /** Megabytes, all of them taken at the start. */
  readonly heap: number;
  /** Where its classes are: folders, and `folder/*` for the jars in one. */
  readonly classPath: readonly string[];
  readonly folder: string;
  readonly log: string;
}

export function javaProgram({ args, heap, classPath, ...program }: JavaProgram): Program {
  const memory = [`-Xms${heap}m`, `-Xmx${heap}m`];
  return {
    ...program,
    command: java.command,
    args: (mark) => [...quick, ...memory, `-D${mark}`, '-cp', classPath.join(delimiter), ...args],
  };
}
