type Undo = () => unknown;

const undos: Undo[] = [];

/** Runs when the test is over, the latest first, each when the one before is done; after the file's first test, if said outside of one. */
export function afterTest(undo: Undo): void {
  undos.push(undo);
}

/** One that fails keeps no other from running. */
export async function undoAll(): Promise<void> {
  const errors: unknown[] = [];
  for (let undo = undos.pop(); undo !== undefined; undo = undos.pop()) {
    try {
      await undo();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors.length === 1 ? errors[0] : new AggregateError(errors);
}
