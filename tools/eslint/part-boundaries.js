import { dirname, relative, resolve, sep } from 'node:path';
import { drivers, parts } from './parts.js';

const root = resolve(import.meta.dirname, '../..');

/** @type {import('eslint').Rule.RuleModule} */
export const partBoundaries = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      newPart:
        '"{{part}}" is no known part of libs/{{lib}}. Say in tools/eslint/parts.js what it may import.',
      part: '{{lib}}/{{part}} may not import {{lib}}/{{imported}}.',
      eager: '{{lib}}/{{part}} may import {{lib}}/{{imported}} only by import() or as a type.',
      package: '{{lib}}/{{part}} may not import "{{imported}}".',
      outside: '"{{imported}}" leaves the sources of libs/{{lib}}.',
      driver: 'Apps do not import the driver "{{imported}}": its adapter does.',
    },
  },
  create(context) {
    const [kind, name = '', folder, ...path] = relative(root, context.filename).split(sep);
    if (folder !== 'src') return {};
    if (kind === 'apps') return onImports((node, imported) => refuseDriver(context, node, imported));
    if (kind !== 'libs') return {};

    const lib = { name, part: partOf(path), sources: resolve(root, 'libs', name, 'src') };
    const allowed = parts[name]?.[lib.part];
    if (!allowed) {
      return {
        Program: (node) =>
          context.report({ node, messageId: 'newPart', data: { lib: name, part: lib.part } }),
      };
    }
    return onImports((node, imported, isLazy) => {
      const problem = imported.startsWith('.')
        ? whyNotPart(lib, allowed, resolve(dirname(context.filename), imported), isLazy)
        : whyNotPackage(allowed, imported);
      if (problem) {
        const data = { lib: name, part: lib.part, imported, ...problem.data };
        context.report({ node, messageId: problem.messageId, data });
      }
    });
  },
};

/**
 * @param {{ name: string, part: string, sources: string }} lib
 * @param {import('./parts.js').Part} allowed
 * @param {string} target
 * @param {boolean} isLazy
 */
function whyNotPart(lib, allowed, target, isLazy) {
  const path = relative(lib.sources, target).split(sep);
  if (path[0] === '..') return { messageId: 'outside', data: {} };
  const imported = partOf(path);
  if (imported === lib.part || allowed.parts?.includes(imported)) return undefined;
  const isAllowedLazily = allowed.lazily?.includes(imported) ?? false;
  if (isAllowedLazily && isLazy) return undefined;
  return { messageId: isAllowedLazily ? 'eager' : 'part', data: { imported } };
}

/**
 * @param {import('./parts.js').Part} allowed
 * @param {string} imported
 */
function whyNotPackage(allowed, imported) {
  const isAllowed = allowed.packages?.some((entry) =>
    entry.endsWith('*') ? imported.startsWith(entry.slice(0, -1)) : imported === entry,
  );
  return isAllowed ? undefined : { messageId: 'package', data: {} };
}

/**
 * @param {import('eslint').Rule.RuleContext} context
 * @param {import('estree').Node} node
 * @param {string} imported
 */
function refuseDriver(context, node, imported) {
  if (drivers.some((driver) => imported === driver || imported.startsWith(`${driver}/`))) {
    context.report({ node, messageId: 'driver', data: { imported } });
  }
}

/** A file that lies directly in `src` is a part of its own, `index`. @param {string[]} path below `src` */
function partOf(path) {
  return path.length > 1 ? /** @type {string} */ (path[0]) : 'index';
}

/**
 * @param {(node: import('estree').Node, imported: string, isLazy: boolean) => void} check
 * @returns {import('eslint').Rule.RuleListener}
 */
function onImports(check) {
  /** @param {any} node */
  const declaration = (node) => {
    const isType = node.importKind === 'type' || node.exportKind === 'type';
    if (node.source) check(node, node.source.value, isType);
  };
  /** @param {any} node */
  const lazy = (node) => {
    if (node.source.type === 'Literal') check(node, node.source.value, true);
  };
  return {
    ImportDeclaration: declaration,
    ExportNamedDeclaration: declaration,
    ExportAllDeclaration: declaration,
    ImportExpression: lazy,
    TSImportType: lazy,
    /** @param {any} node */
    TSExternalModuleReference: (node) => check(node, node.expression.value, false),
  };
}
