import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../../node_modules/.cache/varve-faults/', import.meta.url));

interface Kept {
  readonly seed: number;
  readonly finished: readonly number[];
}

/** Which runs of a seed have ended well, in a file, so that a soak can be stopped and taken up again. */
export class FinishedRuns {
  readonly seed: number;
  readonly #file: string;
  readonly #runs: Set<number>;

  private constructor(file: string, { seed, finished }: Kept) {
    this.#file = file;
    this.seed = seed;
    this.#runs = new Set(finished);
  }

  /** The last soak of that name. A seed that is given must be its seed. */
  static resumed(name: string, seed?: number): FinishedRuns {
    const file = fileOf(name);
    if (!existsSync(file)) throw new Error(`There is nothing to resume: ${file} does not exist.`);
    const kept = JSON.parse(readFileSync(file, 'utf8')) as Kept;
    if (seed !== undefined && seed !== kept.seed)
      throw new Error(`The soak to resume has seed ${kept.seed}, not ${seed}.`);
    return new FinishedRuns(file, kept);
  }

  static fresh(name: string, seed: number): FinishedRuns {
    const runs = new FinishedRuns(fileOf(name), { seed, finished: [] });
    runs.#write();
    return runs;
  }

  get count(): number {
    return this.#runs.size;
  }

  has(run: number): boolean {
    return this.#runs.has(run);
  }

  add(run: number): void {
    this.#runs.add(run);
    this.#write();
  }

  #write(): void {
    mkdirSync(dirname(this.#file), { recursive: true });
    writeFileSync(this.#file, JSON.stringify({ seed: this.seed, finished: [...this.#runs] } satisfies Kept));
  }
}

function fileOf(name: string): string {
  return join(folder, `${name}.json`);
}
