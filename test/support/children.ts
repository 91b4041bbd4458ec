import { afterTest } from './after-test.ts';
import { launchChild, type Child, type ChildOptions } from './child-process.ts';

export { Child, type ChildOptions, type Exit } from './child-process.ts';

/** Starts a TypeScript file in a Node of its own (see `launchChild`), which is gone after the test. */
export function startChild(
  script: string | URL,
  args: readonly string[] = [],
  options: ChildOptions = {},
): Child {
  const child = launchChild(script, args, options);
  afterTest(() => child.kill());
  return child;
}
