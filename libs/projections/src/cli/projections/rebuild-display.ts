import type { RebuildProgress } from '../../projection/rebuild/rebuild-options.js';
import { processorIdOf } from '../../projection/version-id.js';
import type { CliIo } from '../terminal/io.js';
import { ProgressLine } from '../terminal/progress-line.js';

/** How far a rebuild is. */
export class RebuildDisplay {
  private readonly line: ProgressLine;

  constructor(io: CliIo, json: boolean) {
    this.line = new ProgressLine(io, json);
  }

  show(progress: RebuildProgress): void {
    const { phase, position, head } = progress;
    const share = head === 0 ? 1 : position / head;
    this.line.show({ phase, share, text: describeProgress(progress, share) });
  }

  end(): void {
    this.line.end();
  }
}

function describeProgress(progress: RebuildProgress, share: number): string {
  const { phase, version, position, head, eventsPerSecond, secondsLeft } = progress;
  const doing = phase === 'building' ? '' : `${phase}, `;
  const left = secondsLeft === undefined ? '' : `, ${duration(secondsLeft)} left`;
  const figures = [position, head, eventsPerSecond].map((figure) => figure.toLocaleString('en-US'));
  return `${processorIdOf(version)} ${doing}${Math.floor(share * 100)}% (${figures[0]} of ${figures[1]}), ${figures[2]} events/s${left}`;
}

function duration(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(seconds / 3_600)} h ${Math.round((seconds % 3_600) / 60)} min`;
}
