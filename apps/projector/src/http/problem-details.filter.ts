import { ProblemFilter, type Problem } from '@varve/http';
import { problemOf } from './problem.js';

export class ProblemDetailsFilter extends ProblemFilter {
  protected override problemOf(error: unknown): Problem {
    return problemOf(error);
  }

  /** A read model that is behind is no failure: it is answered with 503 all day long. */
  protected override isLogged({ status }: Problem): boolean {
    return status === 500;
  }
}
