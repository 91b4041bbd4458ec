import { ProblemFilter, type Problem } from '@varve/http';
import { problemOf } from './problem.js';

export class ProblemDetailsFilter extends ProblemFilter {
  protected override problemOf(error: unknown): Problem {
    return problemOf(error);
  }

  /** A read model that is behind is no failure: it is answered with 503 all day long. Damage may be where only a query looks. */
  protected override isLogged({ status, code }: Problem): boolean {
    return status === 500 || code === 'store-incompatible';
  }
}
