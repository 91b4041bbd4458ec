import { Controller, Get } from '@nestjs/common';
import { InjectProjector, type ProjectorHost } from '@varve/projections/nest';

interface HowFar {
  readonly head: number;
  readonly projections: readonly {
    readonly name: string;
    readonly liveVersion: number | undefined;
    readonly position: number;
    readonly behind: number;
    readonly caughtUp: boolean;
    /** Versions that are being built beside the live one. */
    readonly building: readonly {
      readonly version: number;
      readonly position: number;
      readonly percent: number;
    }[];
  }[];
}

/** Queries are served while the projector catches up; this says how far it is. */
@Controller('status')
export class StatusController {
  constructor(@InjectProjector() private readonly projector: ProjectorHost) {}

  @Get()
  async status(): Promise<HowFar> {
    const { head, projections } = await this.projector.status();
    return {
      head,
      projections: projections.map(({ name, live, versions }) => ({
        name,
        liveVersion: live?.version,
        position: live?.checkpoint.position ?? 0,
        behind: live?.behind ?? head,
        caughtUp: live?.behind === 0,
        building: versions
          .filter(({ state }) => state === 'building')
          .map(({ version, checkpoint }) => ({
            version,
            position: checkpoint.position,
            percent: head === 0 ? 100 : Math.floor((100 * checkpoint.position) / head),
          })),
      })),
    };
  }
}
