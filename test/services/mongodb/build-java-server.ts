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
/** Not a folder: of classes in one, a JVM makes no archive (see `JavaClasses`). */
const archive = 'server.jar';

/** The class path of `Server`: mongo-java-server has no program of its own. */
export async function buildJavaServer(): Promise<readonly string[]> {
  const jars = await fetchJars(mongoJavaServer);
  const built = await builtOnce(`${mongoJavaServer.name}-jar`, sources, (into) => compile(jars, into));
  return [join(built, archive), `${jars}/*`];
}

async function compile(jars: string, into: string): Promise<void> {
  await requireCompiler();
  const classPath = readdirSync(jars).filter((name) => name.endsWith('.jar'));
  const classes = join(into, 'classes');
  const options = [
    '--release',
    '17',
    '-cp',
    classPath.map((jar) => join(jars, jar)).join(':'),
    '-d',
    classes,
  ];
  try {
    await runModule(`${compiler}/com.sun.tools.javac.Main`, [...options, join(sources, 'Server.java')]);
    await runModule('jdk.jartool/sun.tools.jar.Main', ['-cf', join(into, archive), '-C', classes, '.']);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ServiceError('build-failed', `mongo-java-server could not be built. ${reason}`, {
      cause: error,
    });
  }
}

async function runModule(module: string, args: readonly string[]): Promise<void> {
  await runTool(java, ['-m', module, ...args], 120_000);
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
