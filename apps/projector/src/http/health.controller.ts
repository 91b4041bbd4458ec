import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { HealthCheckService, type HealthCheckResult } from '@nestjs/terminus';
import { ReadSideHealth } from './read-side.health.js';

@ApiTags('operation')
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly readSide: ReadSideHealth,
  ) {}

  /** An outage of the order service or of the broker must not take the rows that are here away from their readers. */
  @Get()
  @ApiOperation({
    summary:
      '200 while queries are answered, 503 when not or when a projection was stopped by a failure; `details` also tells of log and bus',
  })
  async check(): Promise<HealthCheckResult> {
    const [result, log, bus] = await Promise.all([
      this.health.check([() => this.readSide.readModels('projections')]),
      this.readSide.log('log'),
      this.readSide.busOf('bus'),
    ]);
    return { ...result, details: { ...result.details, ...log, ...bus } };
  }

  @Get('sources')
  @ApiOperation({
    summary: '503 when the log or the bus cannot be reached: nothing new comes, or it comes late',
  })
  checkSources(): Promise<HealthCheckResult> {
    return this.health.check([
      () => this.readSide.log('log'),
      () => this.readSide.busOf('bus'),
      () => this.readSide.following('projections'),
    ]);
  }
}
