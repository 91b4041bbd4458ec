import {
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { jarsFolder } from '../folders.ts';
import { withLock } from '../lock.ts';
import { runTool, type Tool } from '../run-tool.ts';
import { ServiceError } from '../service-error.ts';
import type { Distribution } from './distributions.ts';

const maven: Tool = {
  command: 'mvn',
  install: 'Install Maven (Debian: apt-get install maven); it is needed once, to fetch the jars.',
  // Half of the processor time: it does not live long enough for more.
  env: { MAVEN_OPTS: `-XX:+UseSerialGC -XX:TieredStopAtLevel=1 ${process.env['MAVEN_OPTS'] ?? ''}` },
};
const copyDependencies = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies';
const timeout = 600_000;
const contents = 'contents.json';

/** The folder with all jars of `distribution`, fetched by the machine's Maven if they are not there yet. */
export async function fetchJars(distribution: Distribution): Promise<string> {
  const folder = jarsFolder(distribution.name);
  if (isComplete(folder, distribution)) return folder;
  // Also for different jars: two Mavens at once write to one repository, where what both need may break.
  await withLock(join(dirname(folder), 'fetch.lock'), async () => {
    if (!isComplete(folder, distribution)) await fetchTo(folder, distribution);
  });
  return folder;
}

async function fetchTo(folder: string, distribution: Distribution): Promise<void> {
  const fetched = mkdtempSync(`${folder}-`);
  try {
    await download(distribution, fetched);
    writeContents(fetched, distribution);
    rmSync(folder, { recursive: true, force: true });
    renameSync(fetched, folder);
  } finally {
    rmSync(fetched, { recursive: true, force: true });
  }
}

async function download(distribution: Distribution, folder: string): Promise<void> {
  const project = join(folder, 'pom.xml');
  writeFileSync(project, projectOf(distribution));
  const args = [
    '-q',
    '-B',
    '-f',
    project,
    copyDependencies,
    `-DoutputDirectory=${folder}`,
    '-DincludeScope=runtime',
  ];
  try {
    // A mirror that answers badly once is remembered by Maven as a failure until it is told to look again (-U).
    await runTool(maven, args, timeout).catch(async (error: unknown) => {
      if (error instanceof ServiceError) throw error;
      await runTool(maven, ['-U', ...args], timeout);
    });
  } catch (error) {
    if (error instanceof ServiceError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new ServiceError('download-failed', `Maven could not fetch ${distribution.name}. ${reason}`, {
      cause: error,
    });
  }
}

function projectOf({ name, artifacts }: Distribution): string {
  const dependencies = artifacts.map((artifact) => {
    const [group = '', id = '', version = ''] = artifact.split(':');
    return `<dependency><groupId>${group}</groupId><artifactId>${id}</artifactId><version>${version}</version></dependency>`;
  });
  return [
    '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>',
    `<groupId>varve.test</groupId><artifactId>${name}</artifactId><version>1</version><packaging>pom</packaging>`,
    `<dependencies>${dependencies.join('')}</dependencies></project>`,
  ].join('\n');
}

/** Written last: a folder without it, or with other jars than it lists, is a download that broke off. */
function writeContents(folder: string, { name, artifacts }: Distribution): void {
  const jars = Object.fromEntries(jarsIn(folder).map((jar) => [jar, statSync(join(folder, jar)).size]));
  for (const artifact of artifacts) {
    const [, id = '', version = ''] = artifact.split(':');
    if (jars[`${id}-${version}.jar`]) continue;
    throw new ServiceError('download-failed', `Maven fetched ${name} without ${artifact}.`);
  }
  writeFileSync(join(folder, contents), JSON.stringify({ artifacts, jars }, null, 2));
}

function isComplete(folder: string, { artifacts }: Distribution): boolean {
  const file = join(folder, contents);
  if (!existsSync(file)) return false;
  try {
    const listed = JSON.parse(readFileSync(file, 'utf8')) as Record<'artifacts' | 'jars', object>;
    return (
      JSON.stringify(listed.artifacts) === JSON.stringify(artifacts) &&
      Object.entries(listed.jars).every(([jar, size]) => sizeOf(join(folder, jar)) === size)
    );
  } catch {
    return false;
  }
}

function jarsIn(folder: string): readonly string[] {
  return readdirSync(folder).filter((name) => name.endsWith('.jar'));
}

function sizeOf(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.size;
}
