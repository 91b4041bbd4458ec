import type { RebuildProgress } from '../projection/rebuild-options.js';
import { processorIdOf } from '../projection/version-id.js';
import type { CliIo } from './io.js';

const LONGEST_BAR = 24;
const SHORTEST_BAR = 5;
/** Lines in a log file, as shares of the whole: often enough to see that it moves. */
const PLAIN_STEP = 0.1;

/** One line that is rewritten on a terminal; elsewhere a plain line at every tenth. */
export class RebuildDisplay {
  private nextPlain = 0;
  private phase: RebuildProgress['phase'] | undefined;
  private rewritten = false;

  constructor(
    private readonly io: CliIo,
    private readonly json: boolean,
  ) {}

  show(progress: RebuildProgress): void {
    if (this.json) return;
    const share = progress.head === 0 ? 1 : progress.position / progress.head;
    const { columns } = this.io;
    if (columns !== undefined) {
      this.rewritten = true;
      this.io.rewrite(fittedLine(share, describeProgress(progress, share), columns));
      return;
    }
    if (progress.phase === this.phase && share < this.nextPlain) return;
    this.phase = progress.phase;
    this.nextPlain = Math.floor(share / PLAIN_STEP + 1) * PLAIN_STEP;
    this.io.out(describeProgress(progress, share));
  }

  end(): void {
    if (this.rewritten) this.io.rewrite('');
  }
}

function describeProgress(progress: RebuildProgress, share: number): string {
  const { phase, version, position, head, eventsPerSecond, secondsLeft } = progress;
  const doing = phase === 'building' ? '' : `${phase}, `;
  const left = secondsLeft === undefined ? '' : `, ${duration(secondsLeft)} left`;
  const figures = [position, head, eventsPerSecond].map((figure) => figure.toLocaleString('en-US'));
  return `${processorIdOf(version)} ${doing}${Math.floor(share * 100)}% (${figures[0]} of ${figures[1]}), ${figures[2]} events/s${left}`;
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

function duration(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(seconds / 3_600)} h ${Math.round((seconds % 3_600) / 60)} min`;
}
