export interface ProgressOutput {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const BAR_WIDTH = 30;
const MILLISECONDS_BETWEEN_DRAWS = 100;
const PERCENT_BETWEEN_LINES = 10;

/** A bar that redraws itself on a terminal, and a plain line for every tenth elsewhere. */
export class ProgressDisplay {
  readonly #startedAt: number;
  #drawnAt = -Infinity;
  #linesDrawn = 0;

  constructor(
    private readonly output: ProgressOutput,
    /** Milliseconds of a monotonic clock. */
    private readonly now: () => number,
  ) {
    this.#startedAt = now();
  }

  update(done: number, total: number): void {
    if (this.output.isTTY) this.#redraw(done, total);
    else this.#printLine(done, total);
  }

  /** Leaves the line to what is written next. */
  end(): void {
    if (this.output.isTTY && this.#drawnAt > -Infinity) this.output.write('\n');
  }

  #redraw(done: number, total: number): void {
    const now = this.now();
    if (done < total && now - this.#drawnAt < MILLISECONDS_BETWEEN_DRAWS) return;
    this.#drawnAt = now;
    const filled = Math.round((done / total) * BAR_WIDTH);
    const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
    this.output.write(`\r${bar} ${this.#describe(done, total)}\u001b[K`);
  }

  #printLine(done: number, total: number): void {
    const lines = Math.floor(((done / total) * 100) / PERCENT_BETWEEN_LINES);
    if (lines === this.#linesDrawn) return;
    this.#linesDrawn = lines;
    this.output.write(`${this.#describe(done, total)}\n`);
  }

  #describe(done: number, total: number): string {
    const elapsed = Math.max(this.now() - this.#startedAt, 1);
    const percent = Math.floor((done / total) * 100);
    const left = ((elapsed / Math.max(done, 1)) * (total - done)) / 1000;
    const rate = Math.round((done / elapsed) * 1000).toLocaleString('en-US');
    const amounts = `${done.toLocaleString('en-US')} of ${total.toLocaleString('en-US')}`;
    return `${String(percent).padStart(3)} %  ${amounts}  ${rate}/s  ${left.toFixed(0)} s left`;
  }
}
