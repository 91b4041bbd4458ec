import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse } from '@nestjs/swagger';
import type { OpenApiInfo } from '@varve/http';
import { POSITION_HEADER } from './answer.js';
import { committedBody, orderBody, problemBody } from './order-bodies.js';
import { CALLER_HEADER } from './request-conditions.js';

export const OPEN_API: OpenApiInfo = {
  title: 'Orders',
  description:
    'The write side of a shop. The position of an answer is what its read side can be asked to wait for.',
};

const PROBLEMS: Readonly<Record<number, string>> = {
  400: 'The request is not valid; `errors` names each field',
  404: 'There is no such order',
  409: 'Somebody else changed the order at the same time',
  412: 'The order is not at the version that If-Match demands',
  422: 'A rule of the shop forbids it (`rule`), or the Idempotency-Key stands for another command',
  503: 'The store cannot be reached: send it again with the same Idempotency-Key',
};

const string = { type: 'string' } as const;

/** A command's headers and answers. */
export function ApiCommand(summary: string, status: 200 | 201): MethodDecorator {
  const key =
    'Makes the command safe to send again: within caller, route and order, the first answer is given again';
  const match = 'The ETag of the order as it was seen; 412 when it has changed since';
  return applyDecorators(
    ApiOperation({ summary }),
    ApiHeader({ name: 'Idempotency-Key', required: false, description: key, schema: string }),
    ApiHeader({ name: 'If-Match', required: false, description: match, schema: string }),
    ApiHeader({
      name: CALLER_HEADER,
      required: false,
      description: 'Who calls, as the gateway says',
      schema: string,
    }),
    ApiResponse({
      status,
      description: 'Done',
      standardSchema: committedBody,
      headers: headersOf('ETag', POSITION_HEADER),
    }),
    ...problemsOf(400, 404, 409, 412, 422, 503),
  );
}

export function ApiOrder(summary: string): MethodDecorator {
  return applyDecorators(
    ApiOperation({ summary }),
    ApiResponse({
      status: 200,
      description: 'The order',
      standardSchema: orderBody,
      headers: headersOf('ETag'),
    }),
    ...problemsOf(400, 404, 503),
  );
}

function problemsOf(...statuses: readonly number[]) {
  return statuses.map((status) => {
    return ApiResponse({ status, description: PROBLEMS[status] ?? '', standardSchema: problemBody });
  });
}

function headersOf(...names: readonly string[]) {
  return Object.fromEntries(names.map((name) => [name, { schema: string }]));
}
