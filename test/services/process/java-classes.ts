import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { archivesFolder } from '../folders.ts';
import { runTool } from '../run-tool.ts';
import { jcmd } from './java.ts';

export interface ClassesOf {
  /** Of the program, on this machine. */
  readonly program: string;
  /** What `java -version` says. */
  readonly java: string;
  /** Jars, and `folder/*` for those in one. */
  readonly classPath: readonly string[];
}

/**
 * The classes of a program, and the archive that a JVM makes of them when it has found and checked them: whoever runs the program after that
 * needs a third less processor time until it is ready.
 */
export class JavaClasses {
  readonly #program: string;
  readonly #classPath: readonly string[];
  /** The archive in its folder, and a file with its size. */
  readonly #folder: string;

  constructor({ program, java, classPath }: ClassesOf) {
    this.#program = program;
    // A JVM takes the archive only for the same paths.
    this.#classPath = classPath.map(realPath);
    const content = contentOf([java, ...this.#classPath.flatMap(jarsIn)]);
    this.#folder = join(archivesFolder(), `${program}-${content}`);
  }

  /** Of a JVM. It starts without the archive where there is none, or none that it can take. */
  options(): readonly string[] {
    const archive = isWhole(this.#folder) ? ['-XX:+VerifySharedSpaces', use(this.#folder)] : [record];
    return [...tolerant, ...archive, '-cp', this.#classPath.join(delimiter)];
  }

  /**
   * Has the JVM of process `pid` write the archive, if there is none. Its folder gets its name when it is whole, whatever becomes of the JVM
   * meanwhile; of two that are written at once one stays; where it cannot be had, servers start as they do without.
   */
  async archive(pid: number): Promise<void> {
    if (isWhole(this.#folder)) return;
    mkdirSync(archivesFolder(), { recursive: true });
    const unfinished = mkdtempSync(`${this.#folder}-`);
    try {
      await runTool(jcmd, [String(pid), 'VM.cds', 'dynamic_dump', archiveIn(unfinished)], timeout);
      writeFileSync(sizeIn(unfinished), String(sizeOf(archiveIn(unfinished))));
      this.#removeOthers();
      renameSync(unfinished, this.#folder);
    } catch {
      // The JVM was killed, or there is no jcmd, or another archive was quicker.
    } finally {
      rmSync(unfinished, { recursive: true, force: true });
    }
  }

  /** Of jars or a Java that are not used any more, and one that is broken. */
  #removeOthers(): void {
    const isArchive = new RegExp(`^${this.#program}-[0-9a-f]{12}$`);
    for (const name of readdirSync(archivesFolder())) {
      const folder = join(archivesFolder(), name);
      const isUsed = folder === this.#folder && isWhole(folder);
      if (isArchive.test(name) && !isUsed) rmSync(folder, { recursive: true, force: true });
    }
  }
}

const archiveIn = (folder: string): string => join(folder, 'classes.jsa');
const sizeIn = (folder: string): string => join(folder, 'size');

const record = '-XX:+RecordDynamicDumpInfo';
const use = (folder: string): string => `-XX:SharedArchiveFile=${archiveIn(folder)}`;

/** A JVM checks what is in an archive, but it crashes where one has been cut off. */
function isWhole(folder: string): boolean {
  const size = sizeOf(archiveIn(folder));
  return (
    size !== undefined && existsSync(sizeIn(folder)) && readFileSync(sizeIn(folder), 'utf8') === String(size)
  );
}

function sizeOf(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.size;
}

const timeout = 60_000;
/** What a JVM has to say about archives would stand in the server's log, and another Java may know none of this. */
const tolerant = ['-XX:+IgnoreUnrecognizedVMOptions', '-Xshare:auto', '-Xlog:cds=off,cds+dynamic=off'];

function realPath(entry: string): string {
  return entry.endsWith('/*') ? join(realpathSync(dirname(entry)), '*') : realpathSync(entry);
}

/** With what a JVM looks at, too: it takes no archive of a jar that has another size or time. */
function jarsIn(entry: string): readonly string[] {
  const folder = dirname(entry);
  const jars = entry.endsWith('/*') ? readdirSync(folder).map((name) => join(folder, name)) : [entry];
  return jars.sort().map((jar) => {
    const { size, mtimeMs } = statSync(jar);
    return `${jar} ${size} ${mtimeMs}`;
  });
}

function contentOf(facts: readonly string[]): string {
  return createHash('sha256').update(facts.join('\n')).digest('hex').slice(0, 12);
}
