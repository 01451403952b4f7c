import { parseSync } from '@swc/core';

/** A regular expression in a source text. */
export interface Expression {
  line: number;
  pattern: string;
  flags: string;
}

/** The regular expressions of a TypeScript text that contain repetition: all others are linear. */
export function findExpressions(source: string): Expression[] {
  const bytes = Buffer.from(source);
  const found: Expression[] = [];
  // swc counts bytes, continuing from the text that it parsed before.
  const module = parseSync(source, { syntax: 'typescript', decorators: true, target: 'es2024' });
  const origin = module.span.start;
  visit(module, (node) => {
    const expression = literal(node) ?? constructed(node);
    if (!expression || !/[*+]|\{\d+,/.test(expression.pattern)) return;
    const line = bytes
      .subarray(0, Math.max(0, node.span.start - origin))
      .toString()
      .split('\n').length;
    found.push({ line, ...expression });
  });
  return found;
}

interface SyntaxNode {
  type: string;
  span: { start: number };
  [key: string]: unknown;
}

function visit(value: unknown, look: (node: SyntaxNode) => void): void {
  if (typeof value !== 'object' || value === null) return;
  if (isNode(value)) look(value);
  for (const child of Object.values(value)) visit(child, look);
}

function isNode(value: object): value is SyntaxNode {
  return 'type' in value && typeof value.type === 'string' && 'span' in value;
}

function literal({ type, pattern, flags }: SyntaxNode): Omit<Expression, 'line'> | undefined {
  return type === 'RegExpLiteral' ? { pattern: String(pattern), flags: String(flags) } : undefined;
}

/** `new RegExp('…', 'u')`; one that is assembled at run time is not found. */
function constructed({ type, callee, arguments: given }: SyntaxNode): Omit<Expression, 'line'> | undefined {
  if (type !== 'NewExpression' || valueOf(callee) !== 'RegExp' || !Array.isArray(given)) return undefined;
  const [pattern, flags] = given.map(({ expression }: { expression: unknown }) => expression);
  return isText(pattern)
    ? { pattern: valueOf(pattern), flags: isText(flags) ? valueOf(flags) : '' }
    : undefined;
}

function isText(node: unknown): boolean {
  return typeof node === 'object' && node !== null && isNode(node) && node.type === 'StringLiteral';
}

function valueOf(node: unknown): string {
  return typeof node === 'object' && node !== null && 'value' in node ? String(node.value) : '';
}
