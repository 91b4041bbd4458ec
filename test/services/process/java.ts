import { join } from 'node:path';
import { runTool, type Tool } from '../run-tool.ts';
import type { JavaClasses } from './java-classes.ts';
import type { Program } from './server-process.ts';

const home = process.env['JAVA_HOME'];

function tool(name: string): string {
  return home ? join(home, 'bin', name) : name;
}

export const java: Tool = {
  command: tool('java'),
  install:
    'Install a Java runtime, 17 or newer (Debian: apt-get install default-jre-headless), or set JAVA_HOME.',
};

/** Asks a JVM that runs for something. A Java runtime alone has none. */
export const jcmd: Tool = { command: tool('jcmd'), install: 'Install a JDK.' };

/** Gives what it says of itself. */
export async function requireJava(): Promise<string> {
  return runTool(java, ['-version'], 30_000);
}

/** Of a JVM that does not live long. */
export const quick = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:+PerfDisableSharedMem'];

export interface JavaProgram {
  readonly name: string;
  /** JVM options, main class, arguments. */
  readonly args: readonly string[];
  /** Megabytes, all of them taken at the start. */
  readonly heap: number;
  readonly classes: JavaClasses;
  readonly folder: string;
  readonly log: string;
}

export function javaProgram({ args, heap, classes, ...program }: JavaProgram): Program {
  const memory = [`-Xms${heap}m`, `-Xmx${heap}m`];
  return {
    ...program,
    command: java.command,
    args: (mark) => [...quick, ...memory, `-D${mark}`, ...classes.options(), ...args],
    whenReady: (pid) => classes.archive(pid),
  };
}
