import ts from 'typescript';

/** Whether a module would make `require()` throw: it awaits outside of every function. */
export function awaitsAtTopLevel(text: string): boolean {
  const isAwait = (node: ts.Node): boolean =>
    ts.isAwaitExpression(node) ||
    (ts.isForOfStatement(node) && node.awaitModifier !== undefined) ||
    (ts.isVariableDeclarationList(node) && isAwaitUsing(node)) ||
    (!ts.isFunctionLike(node) && (ts.forEachChild(node, isAwait) ?? false));
  return isAwait(ts.createSourceFile('module.js', text, ts.ScriptTarget.Latest));
}

function isAwaitUsing({ flags }: ts.VariableDeclarationList): boolean {
  const awaitUsing: number = ts.NodeFlags.AwaitUsing;
  return (flags & awaitUsing) === awaitUsing;
}
