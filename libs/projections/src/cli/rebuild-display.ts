import type { RebuildProgress } from '../projection/rebuild-options.js';
import { processorIdOf } from '../projection/version-id.js';
import type { CliIo } from './io.js';

const BAR_WIDTH = 24;
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
    if (this.io.isTerminal) {
      this.rewritten = true;
      this.io.rewrite(`${bar(share)} ${describeProgress(progress, share)}`);
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
  if (phase !== 'building') return `${processorIdOf(version)} ${phase}`;
  const left = secondsLeft === undefined ? '' : `, ${duration(secondsLeft)} left`;
  const figures = [position, head, eventsPerSecond].map((figure) => figure.toLocaleString('en-US'));
  return `${processorIdOf(version)} ${Math.floor(share * 100)}% (${figures[0]} of ${figures[1]}), ${figures[2]} events/s${left}`;
}

function bar(share: number): string {
  const full = Math.round(Math.min(1, share) * BAR_WIDTH);
  return `[${'#'.repeat(full)}${'.'.repeat(BAR_WIDTH - full)}]`;
}

function duration(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(seconds / 3_600)} h ${Math.round((seconds % 3_600) / 60)} min`;
}
