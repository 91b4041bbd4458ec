import { Controller, Get, Query, UseInterceptors } from '@nestjs/common';
import { WaitFor } from '@varve/projections/nest';
import { RevenueQueries, type DayRow } from '../revenue/revenue.queries.js';
import { revenueQuery, type RevenueQuery } from './query-schemas.js';

@Controller('revenue')
@UseInterceptors(WaitFor('daily-revenue'))
export class RevenueController {
  constructor(private readonly revenue: RevenueQueries) {}

  @Get('daily')
  async daily(@Query({ schema: revenueQuery }) query: RevenueQuery): Promise<{ days: readonly DayRow[] }> {
    return { days: await this.revenue.days(query.from, query.to) };
  }
}
