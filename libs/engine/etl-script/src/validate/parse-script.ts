import { parse, type Node } from 'acorn';
import type { ScriptProblem } from '../types.ts';
import { childrenOf, walkTree, type TreeNode } from './walk-tree.ts';

const MODULE_SYNTAX = new Set([
  'ImportDeclaration',
  'ImportExpression',
  'ExportNamedDeclaration',
  'ExportDefaultDeclaration',
  'ExportAllDeclaration',
]);

/** A script's syntax tree, or what is wrong with its syntax. */
export type ParsedScript = { tree: TreeNode; problems: [] } | { tree: null; problems: ScriptProblem[] };

/**
 * Parses a script as RavenDB runs it: as the body of a function, in strict mode. Parsed as a module, because that is strict
 * without a directive; what only modules may do is refused afterwards.
 */
export function parseScript(script: string): ParsedScript {
  try {
    const tree = parse(script, {
      ecmaVersion: 2023,
      sourceType: 'module',
      allowReturnOutsideFunction: true,
      locations: true,
    }) as Node as TreeNode;
    const problems = moduleSyntax(tree);
    return problems.length > 0 ? { tree: null, problems } : { tree, problems: [] };
  } catch (error) {
    return { tree: null, problems: [syntaxProblem(error)] };
  }
}

function moduleSyntax(tree: TreeNode): ScriptProblem[] {
  const problems: ScriptProblem[] = [];
  walkTree(tree, (node) => {
    if (MODULE_SYNTAX.has(node.type)) {
      problems.push({
        reason: 'import and export are not part of the ETL script language',
        ...placeOf(node),
      });
    }
  });
  for (const node of awaitsOutsideFunctions(tree)) {
    problems.push({ reason: 'await is only possible in an async function', ...placeOf(node) });
  }
  return problems;
}

function awaitsOutsideFunctions(node: TreeNode): TreeNode[] {
  const here = node.type === 'AwaitExpression' || node['await'] === true ? [node] : [];
  return here.concat(
    [...childrenOf(node)].flatMap(({ child }) =>
      /Function/.test(child.type) ? [] : awaitsOutsideFunctions(child),
    ),
  );
}

function syntaxProblem(error: unknown): ScriptProblem {
  const at =
    error instanceof SyntaxError && 'loc' in error
      ? (error.loc as { line: number; column: number })
      : undefined;
  const reason = error instanceof Error ? error.message.replace(/ \(\d+:\d+\)$/, '') : String(error);
  return { reason: `syntax error: ${reason}`, line: at?.line ?? 1, column: (at?.column ?? 0) + 1 };
}

/** A node's 1-based position in the user's text. */
export function placeOf(node: TreeNode): { line: number; column: number } {
  return { line: node.loc?.start.line ?? 1, column: (node.loc?.start.column ?? 0) + 1 };
}
