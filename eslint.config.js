import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import { createNodeResolver, importX } from 'eslint-plugin-import-x';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { partBoundaries } from './tools/eslint/part-boundaries.js';

/** @type {any} typed for an older ESLint */
const nxRules = nx.rules;

const sources = ['libs/*/src/**/*.ts', 'apps/*/src/**/*.ts'];
const tests = ['test/**/*.ts', '{libs,apps}/*/{test,test-services}/**/*.ts'];

const noDefaultExports = [
  { selector: 'ExportDefaultDeclaration', message: 'Export by name.' },
  { selector: 'ExportSpecifier[exported.name="default"]', message: 'Export by name.' },
];

/** `require(esm)` throws on a module graph that awaits at its top level, so a CommonJS app could not load the lib. */
const noTopLevelAwait = [
  'AwaitExpression',
  'ForOfStatement[await=true]',
  'VariableDeclaration[kind="await using"]',
].map((node) => ({
  selector: `${node}:not(:function ${node})`,
  message: 'A lib does not await at the top level: CommonJS apps load it with require().',
}));

export default defineConfig(
  { ignores: ['**/dist', '**/node_modules', '.nx', 'coverage'] },
  {
    linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' },
    languageOptions: {
      parserOptions: { project: './tools/eslint/tsconfig.json', tsconfigRootDir: import.meta.dirname },
    },
    settings: {
      'import-x/resolver-next': [
        createNodeResolver({
          conditionNames: ['@varve/source', 'import', 'node', 'default'],
          extensionAlias: { '.js': ['.ts', '.js'] },
          extensions: ['.ts', '.js', '.json'],
        }),
      ],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
      'import-x/extensions': ['.ts', '.js'],
      // Of what is installed nothing imports us back, so that no-cycle need not read it.
      'import-x/ignore': ['/node_modules/'],
    },
  },
  tseslint.configs.strictTypeChecked,
  prettier,
  {
    plugins: {
      '@nx': { rules: nxRules },
      'import-x': importX,
      varve: { rules: { 'part-boundaries': partBoundaries } },
    },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        {
          // A lib's tests import it by its public name, as a user does; its sources may not (varve/part-boundaries).
          allowCircularSelfDependency: true,
          // What all tests share belongs to no project.
          allow: ['/test/support/', '/test/services/'],
          // Which part may load what lazily is for varve/part-boundaries to say.
          checkDynamicDependenciesExceptions: ['@varve/.*'],
          depConstraints: [
            { sourceTag: 'lib:eventstore', onlyDependOnLibsWithTags: ['lib:eventstore'] },
            { sourceTag: 'lib:bus', onlyDependOnLibsWithTags: ['lib:eventstore', 'lib:bus'] },
            {
              sourceTag: 'lib:projections',
              onlyDependOnLibsWithTags: ['lib:eventstore', 'lib:bus', 'lib:projections'],
            },
            { sourceTag: 'lib:http', onlyDependOnLibsWithTags: ['lib:http'] },
            { sourceTag: 'app:*', onlyDependOnLibsWithTags: ['lib:*'] },
          ],
        },
      ],
      'import-x/no-cycle': 'error',
      'varve/part-boundaries': 'error',
      'max-lines': ['error', 300],
      'max-lines-per-function': ['error', 50],
      '@typescript-eslint/max-params': ['error', { max: 4 }],
      'no-restricted-syntax': ['error', ...noDefaultExports],
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'hack', 'xxx'] }],
      eqeqeq: 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { inheritedMethods: false } }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      // With noUncheckedIndexedAccess, `!` says of an index that was just checked what `as` would say of everything else too.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // `tx.all<Row>(sql)`: whoever writes the SQL knows its rows.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // Nest declares its options as classes and takes object literals.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // A method of a port is async so that what it throws becomes a rejection, also where a synchronous driver leaves nothing to await.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: sources,
    rules: {
      'no-console': 'error',
      'import-x/no-extraneous-dependencies': ['error', { devDependencies: false }],
    },
  },
  {
    files: ['libs/*/src/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', ...noDefaultExports, ...noTopLevelAwait] },
  },
  {
    files: tests,
    rules: {
      'max-lines-per-function': 'off',
      // What a test digs out of JSON or a broken twin has no type worth writing down; the assertion is the check.
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  { files: ['*.config.{js,ts}'], rules: { 'no-restricted-syntax': 'off' } },
  {
    // The rules' AST is typed loosely by ESLint itself.
    files: ['**/*.js'],
    extends: [tseslint.configs.disableTypeChecked],
  },
);
