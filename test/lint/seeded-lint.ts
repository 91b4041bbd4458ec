import { resolve } from 'node:path';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';

const root = resolve(import.meta.dirname, '../..');

/** The project's own configuration, without the rules that need types: what is left reads the seeded text alone. */
export function lintOfSyntax(): ESLint {
  const parserOptions = { project: false, projectService: false };
  return new ESLint({
    cwd: root,
    overrideConfig: [tseslint.configs.disableTypeChecked, { languageOptions: { parserOptions } }],
  });
}

/** The project's own configuration. The project service takes a file's text from the seed, where a program would read the disk. */
export function lintWithTypes(): ESLint {
  const parserOptions = { project: false, projectService: true };
  return new ESLint({ cwd: root, overrideConfig: [{ languageOptions: { parserOptions } }] });
}

/** What lint says of `code`, were it the text of `file`; each message after the name of its rule. */
export async function complaints(eslint: ESLint, file: string, code: string): Promise<readonly string[]> {
  const [result] = await eslint.lintText(code, { filePath: resolve(root, file) });
  return result!.messages.map((message) => `${message.ruleId ?? 'eslint'}: ${message.message}`);
}
