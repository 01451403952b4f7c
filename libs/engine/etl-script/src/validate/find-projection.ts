import { FIRST_COMPUTED, OWN_ID, type ProjectedLoad, type Projection } from '../json/project.ts';
import { splitMetadata } from '../json/split-metadata.ts';
import { topLevel } from './find-behaviors.ts';
import { asNode, staticKey, type TreeNode } from './walk-tree.ts';

const METADATA = '@metadata';

/**
 * The projection that a script amounts to when it does nothing but `loadToX({ … })` with fields of `this`, `id(this)` and
 * constants. Null unless that is perfectly certain; then it must be run.
 */
export function findProjection(tree: TreeNode, targets: readonly string[]): Projection | null {
  const fields = new Set<string>();
  const loads: ProjectedLoad[] = [];
  for (const statement of topLevel(tree)) {
    if (statement.type === 'EmptyStatement') continue;
    const call = statement.type === 'ExpressionStatement' ? asNode(statement['expression']) : undefined;
    const load = call && projectedCall(call, targets, { fields, picked: [], computed: null });
    if (!load) return null;
    loads.push(load);
  }
  return loads.length === 0 ? null : { fields: [...fields], loads };
}

/** Text with gaps: `texts` has one item more than `gaps`. */
type Template = Pick<ProjectedLoad, 'texts' | 'gaps'>;

/** What is picked from the document and, where allowed, what the script has to compute. */
interface Picks {
  fields: Set<string>;
  picked: TreeNode[];
  /** Null: everything must be picked. */
  computed: TreeNode[] | null;
}

/** A load of which only the values in `computed` need to run, in this order; `picked` need not. */
export interface LoadTemplate extends ProjectedLoad {
  computed: TreeNode[];
  picked: TreeNode[];
}

/**
 * One call `loadToX({ … })` as text with gaps for what is picked and for what is computed. Null when its names or its metadata
 * are not perfectly plain, or when none of it is picked.
 */
export function findLoadTemplate(
  call: TreeNode,
  targets: readonly string[],
  fields: Set<string>,
): LoadTemplate | null {
  const picks: Picks = { fields: new Set(fields), picked: [], computed: [] };
  const load = call['optional'] ? null : projectedCall(call, targets, picks);
  if (!load || picks.picked.length === 0) return null;
  for (const name of picks.fields) fields.add(name);
  return { ...load, picked: picks.picked, computed: picks.computed ?? [] };
}

function projectedCall(call: TreeNode, targets: readonly string[], picks: Picks): ProjectedLoad | null {
  const { target, value } = loadCall(call);
  if (target === undefined || !targets.includes(target) || value?.type !== 'ObjectExpression') return null;
  const own = membersOf(value);
  if (!own) return null;
  const metadata = own.get(METADATA);
  own.delete(METADATA);
  const template = objectTemplate(own, picks);
  const carried = metadata ? constantMetadata(metadata) : {};
  return template && carried && { target, ...carried, ...template };
}

function loadCall(call: TreeNode | undefined): { target?: string; value?: TreeNode | undefined } {
  const callee = call?.type === 'CallExpression' ? asNode(call['callee']) : undefined;
  if (callee?.type !== 'Identifier') return {};
  const name = String(callee['name']);
  const args = listOf(call?.['arguments']);
  if (name.startsWith('loadTo') && args.length === 1) return { target: name.slice(6), value: args[0] };
  const target = args[0]?.['value'];
  if (name !== 'loadTo' || args.length !== 2 || typeof target !== 'string') return {};
  return { target, value: args[1] };
}

/** The values by name, or null when a name is computed, repeated or special in JavaScript. */
function membersOf(object: TreeNode): Map<string, TreeNode> | null {
  const members = new Map<string, TreeNode>();
  for (const property of listOf(object['properties'])) {
    const isPlain =
      property.type === 'Property' &&
      property['kind'] === 'init' &&
      !property['computed'] &&
      !property['method'];
    const name = isPlain ? staticKey(property, 'key') : undefined;
    const value = asNode(property['value']);
    if (name === undefined || !value || members.has(name)) return null;
    if (name === '__proto__' || /^\d+$/.test(name) || !name.isWellFormed()) return null;
    members.set(name, value);
  }
  return members;
}

function objectTemplate(members: Map<string, TreeNode>, picks: Picks): Template | null {
  const parts: (string | Template)[] = ['{'];
  for (const [name, value] of members) {
    const template = name === METADATA ? null : valueTemplate(value, picks);
    if (!template) return null;
    parts.push(`${parts.length > 1 ? ',' : ''}${JSON.stringify(name)}:`, template);
  }
  return join([...parts, '}']);
}

function valueTemplate(value: TreeNode, picks: Picks): Template | null {
  const constant = constantText(value);
  if (constant !== null) return join([constant]);
  const before = { picked: picks.picked.length, computed: picks.computed?.length ?? 0 };
  const inside = insideTemplate(value, picks);
  if (inside || !picks.computed) return inside;
  // Whatever was found inside before it turned out to exceed a template is computed along with it.
  picks.picked.length = before.picked;
  picks.computed.length = before.computed;
  picks.computed.push(value);
  return { texts: ['', ''], gaps: [FIRST_COMPUTED - before.computed] };
}

function insideTemplate(value: TreeNode, picks: Picks): Template | null {
  if (value.type === 'ObjectExpression') {
    const members = membersOf(value);
    return members && objectTemplate(members, picks);
  }
  if (value.type === 'ArrayExpression') return arrayTemplate(value, picks);
  if (value.type === 'CallExpression') return isOwnId(value) ? { texts: ['', ''], gaps: [OWN_ID] } : null;
  const field = fieldOfThis(value);
  if (field === undefined) return null;
  picks.fields.add(field);
  picks.picked.push(value);
  return { texts: ['', ''], gaps: [[...picks.fields].indexOf(field)] };
}

function arrayTemplate(array: TreeNode, picks: Picks): Template | null {
  const parts: (string | Template)[] = ['['];
  const items = Array.isArray(array['elements']) ? array['elements'] : [];
  for (const item of items) {
    const node = asNode(item);
    const template = node ? valueTemplate(node, picks) : null;
    if (!template) return null;
    if (parts.length > 1) parts.push(',');
    parts.push(template);
  }
  return join([...parts, ']']);
}

/** A literal that JSON spells as the sandbox does. */
function constantText(value: TreeNode): string | null {
  if (value.type !== 'Literal' || 'regex' in value || 'bigint' in value) return null;
  const literal = value['value'];
  if (typeof literal === 'string') return literal.isWellFormed() ? JSON.stringify(literal) : null;
  if (typeof literal === 'number') return Number.isFinite(literal) ? JSON.stringify(literal) : null;
  return literal === null || typeof literal === 'boolean' ? String(literal) : null;
}

function isOwnId(call: TreeNode): boolean {
  const callee = asNode(call['callee']);
  const args = listOf(call['arguments']);
  return (
    callee?.type === 'Identifier' &&
    callee['name'] === 'id' &&
    args.length === 1 &&
    args[0]?.type === 'ThisExpression'
  );
}

/** Inherited names read as functions there, and metadata may be more than the stored text. */
function fieldOfThis(value: TreeNode): string | undefined {
  if (value.type !== 'MemberExpression' || value['optional']) return undefined;
  if (asNode(value['object'])?.type !== 'ThisExpression') return undefined;
  const name = staticKey(value, 'property');
  if (name === undefined || name === METADATA || name in Object.prototype) return undefined;
  return name.isWellFormed() ? name : undefined;
}

/** The script's own metadata is the same for every document, so it is split once. */
function constantMetadata(value: TreeNode): Pick<ProjectedLoad, 'metadata' | 'collection'> | null {
  const none: Picks = { fields: new Set(), picked: [], computed: null };
  const template = value.type === 'ObjectExpression' ? valueTemplate(value, none) : null;
  if (!template || template.gaps.length > 0) return null;
  const { metadata, collection } = splitMetadata(`{"${METADATA}":${template.texts.join('')}}`);
  return { ...(metadata !== undefined && { metadata }), ...(collection !== undefined && { collection }) };
}

function join(parts: readonly (string | Template)[]): Template {
  const texts = [''];
  const gaps: number[] = [];
  for (const part of parts) {
    const [first = '', ...rest] = typeof part === 'string' ? [part] : part.texts;
    texts.push((texts.pop() ?? '') + first, ...rest);
    if (typeof part !== 'string') gaps.push(...part.gaps);
  }
  return { texts, gaps };
}

function listOf(value: unknown): TreeNode[] {
  return Array.isArray(value) ? value.flatMap((item) => asNode(item) ?? []) : [];
}
