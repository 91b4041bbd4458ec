import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { optionsOfWorkspace } from './compile.js';
import { root } from './markdown.js';

export interface PublicName {
  /** Where it is declared, from the root. */
  readonly file: string;
  /** `Relay`, or `RelayOptions.sweepAfter`. */
  readonly name: string;
  readonly hasWords: boolean;
}

/** What the entries of the libs' `package.json` export of their own sources, and each field of what is called `…Options`. */
export function publicNames(libs: readonly string[]): readonly PublicName[] {
  const sources = libs.flatMap((lib) => ts.sys.readDirectory(join(root, 'libs', lib, 'src'), ['.ts']));
  // Nothing is read of other packages: that would be most of the time, and has no names of ours.
  const program = ts.createProgram(sources, { ...optionsOfWorkspace(), noResolve: true, types: [] });
  const checker = program.getTypeChecker();
  const exported = libs
    .flatMap(entriesOf)
    .flatMap((entry) =>
      checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(entry)!)!),
    )
    .map((symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol));
  return [...new Set(exported)]
    .flatMap((symbol) => [{ symbol, name: symbol.name }, ...fieldsOf(symbol, checker)])
    .map(({ symbol, name }) => ({
      file: fileOf(symbol),
      name,
      // Of tags alone, such as `@throws`, it has none.
      hasWords: symbol.getDocumentationComment(checker).length > 0,
    }))
    .filter(({ file }) => file.startsWith('libs/'));
}

function entriesOf(lib: string): readonly string[] {
  const folder = join(root, 'libs', lib);
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    exports: Readonly<Record<string, { readonly '@varve/source'?: string }>>;
  };
  return Object.values(exports).flatMap(({ '@varve/source': source }) =>
    source === undefined ? [] : [join(folder, source)],
  );
}

function fieldsOf(options: ts.Symbol, checker: ts.TypeChecker) {
  if (!options.name.endsWith('Options') || !(options.flags & ts.SymbolFlags.Type)) return [];
  const fields = checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(options));
  return fields.map((symbol) => ({ symbol, name: `${options.name}.${symbol.name}` }));
}

function fileOf(symbol: ts.Symbol): string {
  const declaration = symbol.declarations?.[0];
  return declaration ? relative(root, declaration.getSourceFile().fileName) : '';
}
