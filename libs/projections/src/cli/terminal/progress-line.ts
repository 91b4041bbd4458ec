import type { CliIo } from './io.js';

const LONGEST_BAR = 24;
const SHORTEST_BAR = 5;
/** Lines in a log file, as shares of the whole: often enough to see that it moves. */
const PLAIN_STEP = 0.1;

/** One line that is rewritten on a terminal; elsewhere a plain line at every tenth. */
export class ProgressLine {
  private nextPlain = 0;
  private phase: string | undefined;
  private rewritten = false;

  constructor(
    private readonly io: CliIo,
    private readonly json: boolean,
  ) {}

  show(progress: { readonly phase: string; readonly share: number; readonly text: string }): void {
    if (this.json) return;
    const { phase, share, text } = progress;
    const { columns } = this.io;
    if (columns !== undefined) {
      this.rewritten = true;
      this.io.rewrite(fittedLine(share, text, columns));
      return;
    }
    if (phase === this.phase && share < this.nextPlain) return;
    this.phase = phase;
    this.nextPlain = Math.floor(share / PLAIN_STEP + 1) * PLAIN_STEP;
    this.io.out(text);
  }

  end(): void {
    if (this.rewritten) this.io.rewrite('');
    this.rewritten = false;
  }
}

/** A line that breaks cannot be rewritten: the bar gets what the text leaves, and the text is cut before it breaks. */
function fittedLine(share: number, text: string, columns: number): string {
  const left = columns - 1 - text.length - '[] '.length;
  return left < SHORTEST_BAR
    ? text.slice(0, columns - 1)
    : `${bar(share, Math.min(left, LONGEST_BAR))} ${text}`;
}

function bar(share: number, width: number): string {
  const full = Math.round(Math.min(1, share) * width);
  return `[${'#'.repeat(full)}${'.'.repeat(width - full)}]`;
}
