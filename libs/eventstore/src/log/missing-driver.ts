/**
 * For `import(…).catch`: where a package is missing, what `refusal` makes of a sentence's end that names it and says how to get it is thrown;
 * any other error as it is.
 */
export function missingDriver(driver: string, refusal: (needs: string) => Error): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error;
    throw refusal(`needs the package ${driver}. Install it with "npm i ${driver}". (${error.message})`);
  };
}
