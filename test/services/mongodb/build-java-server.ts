import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { builtOnce } from '../built.ts';
import { mongoJavaServer } from '../jars/distributions.ts';
import { fetchJars } from '../jars/fetch-jars.ts';
import { java } from '../process/java.ts';
import { runTool } from '../run-tool.ts';
import { ServiceError } from '../service-error.ts';

const sources = fileURLToPath(new URL('java-server/', import.meta.url));
const compiler = 'jdk.compiler';

/** The class path of `Server`: mongo-java-server has no program of its own. */
export async function buildJavaServer(): Promise<readonly string[]> {
  const jars = await fetchJars(mongoJavaServer);
  const classes = await builtOnce(mongoJavaServer.name, sources, (into) => compile(jars, into));
  return [classes, `${jars}/*`];
}

async function compile(jars: string, into: string): Promise<void> {
  await requireCompiler();
  const classPath = readdirSync(jars).filter((name) => name.endsWith('.jar'));
  const options = ['--release', '17', '-cp', classPath.map((jar) => join(jars, jar)).join(':'), '-d', into];
  const args = ['-m', `${compiler}/com.sun.tools.javac.Main`, ...options, join(sources, 'Server.java')];
  await runTool(java, args, 120_000).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ServiceError('build-failed', `mongo-java-server could not be built. ${reason}`, {
      cause: error,
    });
  });
}

/** The same `java` that runs the server: one that was installed as a runtime alone cannot compile. */
async function requireCompiler(): Promise<void> {
  const modules = await runTool(java, ['--list-modules'], 30_000);
  if (modules.includes(compiler)) return;
  throw new ServiceError(
    'tool-missing',
    `"${java.command}" has no compiler. Install a JDK, 17 or newer (Debian: apt-get install default-jdk-headless), or set JAVA_HOME to one.`,
  );
}
