/** What `parseArgs` has against a command line, as the beginning of a sentence: it goes on with advice about dashes. */
export function parserProblem(error: unknown): string {
  const [what = ''] = (error instanceof Error ? error.message : String(error)).split(/\.\s|\n/);
  return what.replace(/\.$/, '');
}
