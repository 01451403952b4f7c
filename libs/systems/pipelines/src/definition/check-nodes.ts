import { isMap, isScalar, visit, type Alias, type Document, type Node } from 'yaml';
import { nameOf, startOf } from './places.ts';

/** A part of the text that is valid YAML but not allowed in a definition. */
export interface WrongNode {
  offset: number;
  message: string;
}

// Resolving an alias takes a search through everything before it.
const MOST_ALIASES = 256;
const STANDARD = 'tag:yaml.org,2002:';
const TAGS: ReadonlySet<string> = new Set(
  ['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map((name) => STANDARD + name),
);
const MERGE = 'Merge keys (<<) are not available: write the fields here, or give the whole value by *NAME';

/**
 * The first part of the text that cannot be expressed in JSON.
 * @param mostCharacters the maximum length of the text with all aliases expanded
 */
export function findWrongNode(document: Document, mostCharacters: number): WrongNode | undefined {
  let found: WrongNode | undefined;
  const stop = (at: unknown, message: string): symbol => {
    found = { offset: startOf(at) ?? 0, message };
    return visit.BREAK;
  };
  const follow = followAliases(mostCharacters);
  visit(document, {
    Alias(_, alias, path) {
      const message = follow(alias, path);
      return message === null ? undefined : stop(alias, message);
    },
    Value(_, node) {
      const message = isScalar(node) ? refuseScalar(node.value, node.source) : null;
      if (message !== null) return stop(node, message);
      if (node.tag !== undefined && !TAGS.has(node.tag)) return stop(node, unknownTag(node.tag));
      follow.remember(node);
      return undefined;
    },
    Pair(_, { key }) {
      if (nameOf(key) === undefined && key !== null) return stop(key, `A name is text, not ${kindOf(key)}`);
      const isMerge = isScalar(key) && key.type === 'PLAIN' && key.source === '<<';
      return isMerge ? stop(key, MERGE) : undefined;
    },
  });
  return found;
}

export const unknownTag = (tag: string): string =>
  `Tags such as ${tag.replace(STANDARD, '!!')} are not available: write the value itself`;

/** Follows aliases in the order of the text: each must refer to something before it, and they must not make a small text large. */
function followAliases(mostCharacters: number) {
  const anchors = new Map<string, Node>();
  const lengths = new Map<Node, number>();
  let aliases = 0;
  let added = 0;
  const lengthOf = (node: unknown): number => {
    if (!isNodeOf(node)) return 0;
    const known = lengths.get(node);
    if (known !== undefined) return known;
    let length = node.source?.length ?? 2;
    for (const item of node.items ?? [])
      length += 1 + ('key' in item ? lengthOf(item.key) + lengthOf(item.value) : lengthOf(item));
    lengths.set(node, length);
    return length;
  };
  const follow = (alias: Alias, path: readonly unknown[]): string | null => {
    const name = `*${alias.source}`;
    const named = anchors.get(alias.source);
    if (!named) return `${name} refers to nothing: no value before it has the anchor &${alias.source}`;
    if (path.includes(named)) return `${name} refers to a value that contains it`;
    if (++aliases > MOST_ALIASES) return `More than ${MOST_ALIASES} aliases: write the value here`;
    lengths.set(alias, lengthOf(named));
    added += lengthOf(named);
    return added > mostCharacters
      ? `With ${name} and the aliases before it expanded, the definition has more than ${mostCharacters / 1024} KiB`
      : null;
  };
  const remember = (node: Node & { anchor?: string }): void => {
    if (node.anchor !== undefined) anchors.set(node.anchor, node);
  };
  return Object.assign(follow, { remember });
}

type AnyNode = Node & { source?: string; items?: (Node | { key: unknown; value: unknown })[] };

const isNodeOf = (node: unknown): node is AnyNode => typeof node === 'object' && node !== null;

function refuseScalar(value: unknown, source: string | undefined): string | null {
  const isNumber = typeof value === 'number' && !Number.isFinite(value);
  return isNumber ? `JSON has no number ${source}: put it in quotes if text is meant` : null;
}

function kindOf(key: unknown): string {
  if (isMap(key)) return 'an object';
  return typeof key === 'object' && key !== null && 'items' in key ? 'a list' : 'an alias: write it here';
}
