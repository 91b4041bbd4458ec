import { afterEach } from 'vitest';
import { launchChild, type Child, type ChildOptions } from './child-process.ts';

export { Child, type ChildOptions, type Exit } from './child-process.ts';

const running = new Set<Child>();

afterEach(async () => {
  await Promise.all([...running].map((child) => child.kill()));
});

/** Starts a TypeScript file in a Node of its own (see `launchChild`), which is gone after the test. */
export function startChild(
  script: string | URL,
  args: readonly string[] = [],
  options: ChildOptions = {},
): Child {
  const child = launchChild(script, args, options);
  running.add(child);
  void child.exited.then(() => running.delete(child));
  return child;
}
