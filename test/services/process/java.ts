import { join } from 'node:path';
import { runTool, type Tool } from '../run-tool.ts';

const home = process.env['JAVA_HOME'];

export const java: Tool = {
  command: home ? join(home, 'bin', 'java') : 'java',
  install:
    'Install a Java runtime, 17 or newer (Debian: apt-get install default-jre-headless), or set JAVA_HOME.',
};

export async function requireJava(): Promise<void> {
  await runTool(java, ['-version'], 30_000);
}
