import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { root } from './markdown.js';
import type { SnippetFile } from './snippet-files.js';

/** Below the root, so that packages resolve, and in a folder that neither Git nor the other tools look into. */
const folder = join(root, 'dist/docs');

export function pathOf(file: Pick<SnippetFile, 'page' | 'name'>): string {
  return join(folderOf(file), file.name);
}

function folderOf({ page }: Pick<SnippetFile, 'page'>): string {
  return join(folder, page.replace(/\.md$/, ''));
}

/** Writes the JavaScript alone, file by file and unchecked, for who only runs it. */
export function transpile(files: readonly SnippetFile[]): void {
  const compilerOptions = { ...optionsOfWorkspace(), module: ts.ModuleKind.ESNext };
  for (const file of files) {
    mkdirSync(dirname(pathOf(file)), { recursive: true });
    const { outputText } = ts.transpileModule(file.text, { compilerOptions, fileName: pathOf(file) });
    writeFileSync(pathOf(file).replace(/\.ts$/, '.js'), outputText);
  }
}

/** Writes the files and their JavaScript, all in one program, checked against the libs' sources. Returns the compiler's complaints. */
export function compile(files: readonly SnippetFile[]): readonly string[] {
  // Those of these pages alone: another test may be running what it has compiled of others.
  for (const page of new Set(files.map(folderOf))) rmSync(page, { recursive: true, force: true });
  for (const file of files) {
    mkdirSync(dirname(pathOf(file)), { recursive: true });
    writeFileSync(pathOf(file), file.text);
  }
  const program = ts.createProgram(files.map(pathOf), optionsOfWorkspace());
  const own = files.map((file) => program.getSourceFile(pathOf(file))!);
  for (const file of own) program.emit(file);
  const complaints = [
    ...program.getGlobalDiagnostics(),
    ...own.flatMap((file) => [
      ...program.getSyntacticDiagnostics(file),
      ...program.getSemanticDiagnostics(file),
    ]),
  ];
  return complaints.map(describe);
}

export function optionsOfWorkspace(): ts.CompilerOptions {
  const base = ts.readConfigFile(join(root, 'tsconfig.base.json'), (path) => ts.sys.readFile(path));
  const { options } = ts.parseJsonConfigFileContent(base.config, ts.sys, root);
  const modules = { moduleDetection: ts.ModuleDetectionKind.Force };
  return {
    ...options,
    ...modules,
    composite: false,
    declaration: false,
    declarationMap: false,
    sourceMap: false,
  };
}

function describe({ file, start, messageText }: ts.Diagnostic): string {
  const message = ts.flattenDiagnosticMessageText(messageText, '\n');
  if (!file || start === undefined) return message;
  const line = file.getLineAndCharacterOfPosition(start).line + 1;
  return `${file.fileName.replace(`${folder}/`, '')}:${line} ${message}`;
}
