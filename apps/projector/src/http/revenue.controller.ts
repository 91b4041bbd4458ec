import { Controller, Get, Query, UseInterceptors } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { WaitFor } from '@varve/projections/nest';
import { RevenueQueries, type DayRow } from '../revenue/revenue.queries.js';
import { revenue } from './answer-schemas.js';
import { ApiRead } from './openapi.js';
import { revenueQuery, type RevenueQuery } from './query-schemas.js';

@ApiTags('figures')
@Controller('revenue')
@UseInterceptors(WaitFor('daily-revenue'))
export class RevenueController {
  constructor(private readonly queries: RevenueQueries) {}

  @Get('daily')
  @ApiRead('What came in and went out on each day', revenue)
  async daily(@Query({ schema: revenueQuery }) query: RevenueQuery): Promise<{ days: readonly DayRow[] }> {
    return { days: await this.queries.days(query.from, query.to) };
  }
}
