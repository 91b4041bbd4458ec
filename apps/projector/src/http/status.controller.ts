import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { InjectProjector, type ProjectorHost } from '@varve/projections/nest';
import { howFar, type HowFar } from './answer-schemas.js';

/** Queries are served while the projector catches up; this says how far it is. */
@ApiTags('operation')
@Controller('status')
export class StatusController {
  constructor(@InjectProjector() private readonly projector: ProjectorHost) {}

  @Get()
  @ApiOperation({ summary: 'How far each read model has come' })
  @ApiResponse({ status: 200, description: 'How far', standardSchema: howFar })
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
