import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiParam, ApiResponse } from '@nestjs/swagger';
import type { OpenApiInfo } from '@varve/http';
import { POSITION_HEADER } from '@varve/projections/nest';
import type { z } from 'zod';
import { problemBody } from './answer-schemas.js';

export const OPEN_API: OpenApiInfo = {
  title: 'Order queries',
  description:
    'The read side of a shop. It answers while it catches up; `position`, as the write side answers it, makes it wait for what was written.',
};

const PROBLEMS: Readonly<Record<number, string>> = {
  400: 'A parameter is not valid; `fields` or `argument` names it',
  404: 'It is not in the read model yet',
  503: 'The read model has not come to the position that was asked for, or cannot be read',
};

const string = { type: 'string' } as const;

/** An answer out of a read model, which can be asked to have come to a position. */
export function ApiRead(
  summary: string,
  body: z.ZodType,
  ...problems: readonly (400 | 404 | 503)[]
): MethodDecorator {
  const header = 'As `position`: the answer waits until the read model has come there';
  return applyDecorators(
    ApiOperation({ summary }),
    ApiHeader({ name: POSITION_HEADER, required: false, description: header, schema: string }),
    ApiResponse({
      status: 200,
      description: 'As the read model has it',
      standardSchema: body,
      headers: {
        [POSITION_HEADER]: { description: 'How far the read model had come, at least', schema: string },
      },
    }),
    ...[400 as const, ...problems, 503 as const].map((status) =>
      ApiResponse({ status, description: PROBLEMS[status] ?? '', standardSchema: problemBody }),
    ),
  );
}

export function ApiId(description: string): MethodDecorator {
  return ApiParam({ name: 'id', description, schema: string });
}
