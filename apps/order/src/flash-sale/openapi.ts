import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse } from '@nestjs/swagger';
import { problemBody } from '../http/order-bodies.js';
import { CALLER_HEADER } from '../http/request-conditions.js';
import { commandBody, saleBody } from './flash-sale-bodies.js';

const PROBLEMS: Readonly<Record<number, string>> = {
  400: 'The request is not valid; `errors` names each field',
  404: 'There is no such sale',
  422: 'A rule of the sale forbids it (`rule`), or the Idempotency-Key stands for another command',
  501: 'The shop has no bus; `detail` says what to configure',
  503: 'The broker or the store cannot be reached: send it again, with the same Idempotency-Key if it has one',
};

const string = { type: 'string' } as const;

export function ApiSale(summary: string): MethodDecorator {
  return applyDecorators(
    ApiOperation({ summary }),
    ApiResponse({ status: 200, description: 'The sale', standardSchema: saleBody }),
    ...problemsOf(400, 404, 422, 503),
  );
}

/** A command that is carried out later. */
export function ApiAcceptedCommand(summary: string): MethodDecorator {
  const key = 'Makes the command safe to send again: within caller and sale, it is carried out once';
  return applyDecorators(
    ApiOperation({ summary }),
    ApiHeader({ name: 'Idempotency-Key', required: false, description: key, schema: string }),
    ApiHeader({
      name: CALLER_HEADER,
      required: false,
      description: 'Who calls, as the gateway says',
      schema: string,
    }),
    ApiResponse({
      status: 202,
      description:
        'It will be answered at `Location`; a command that was sent before may be answered already',
      standardSchema: commandBody,
      headers: { Location: { schema: string } },
    }),
    ...problemsOf(400, 422, 501, 503),
  );
}

export function ApiCommandAnswer(summary: string): MethodDecorator {
  return applyDecorators(
    ApiOperation({ summary }),
    ApiResponse({
      status: 200,
      description: 'The answer: `accepted` and `refused` never change',
      standardSchema: commandBody,
    }),
    ...problemsOf(400, 503),
  );
}

function problemsOf(...statuses: readonly number[]) {
  return statuses.map((status) => {
    return ApiResponse({ status, description: PROBLEMS[status] ?? '', standardSchema: problemBody });
  });
}
