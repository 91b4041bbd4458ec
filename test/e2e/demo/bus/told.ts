import type { CheckBackAnswer } from '@varve/bus';

/** At which step the order service is killed. */
export type FaultPoint =
  | 'between prepare and append'
  | 'between append and commit'
  | 'between append and publish'
  | 'between publish and checkpoint';

/** What the order service of the demo says about itself. */
export type Told =
  | { readonly kind: 'died'; readonly at: FaultPoint }
  | { readonly kind: 'swept'; readonly commits: number }
  | { readonly kind: 'checked-back'; readonly stream: string; readonly answer: CheckBackAnswer };
