import { currentContext } from '@varve/eventstore';
import { ProblemFilter } from '@varve/http';
import type { Problem } from '@varve/http';
import { problemOf } from './problem.js';

export class ProblemDetailsFilter extends ProblemFilter {
  protected override problemOf(error: unknown): Problem {
    // Errors of the body parser come from outside the request's context.
    const correlationId = currentContext()?.correlationId;
    return correlationId ? { ...problemOf(error), correlationId } : problemOf(error);
  }

  protected override isLogged({ status }: Problem): boolean {
    return status >= 500;
  }
}
