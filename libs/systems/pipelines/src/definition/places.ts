import { isAlias, isMap, isPair, isScalar, isSeq, type Document, type LineCounter } from 'yaml';
import { pointerStep } from '@nestjs-spark/foundation/internal';
import type { Fault, Refusal } from './refusal.ts';

type Path = Fault['path'];

/** A position in the text of a definition and in its value. */
export type Place = Pick<Refusal, 'line' | 'column' | 'pointer'>;

// A longer pointer would be unreadable.
const DEEPEST = 32;

/** The position of the part that contains an offset of the text. */
export function placeAt(document: Document, lines: LineCounter, offset: number): Place {
  return placed(lines, offset, pathAt(document.contents, offset).slice(0, DEEPEST));
}

/** The position of the value or the field name that a fault refers to; if it is missing, that of its parent. */
export function placeOf(document: Document, lines: LineCounter, { path, isName }: Fault): Place {
  return placed(lines, offsetOf(document, path, isName ?? false), path);
}

function placed(lines: LineCounter, offset: number, path: Path): Place {
  const { line, col } = lines.linePos(offset);
  return { line, column: col, pointer: pointerOf(path) };
}

export function pointerOf(path: Path): string {
  return path.map((step) => `/${pointerStep(String(step))}`).join('');
}

/** The name of a field whose key is a number or empty. */
export function nameOf(key: unknown): string | undefined {
  if (!isScalar(key)) return undefined;
  return key.value === null ? '' : String(key.value);
}

export function startOf(node: unknown): number | undefined {
  return rangeOf(node)?.[0];
}

function rangeOf(node: unknown): readonly number[] | undefined {
  const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined;
  return Array.isArray(range) ? range.map(Number) : undefined;
}

/** The path to the innermost part of the value at an offset. */
function pathAt(node: unknown, offset: number): (string | number)[] {
  const items: unknown[] = isMap(node) || isSeq(node) ? node.items : [];
  for (const [at, item] of items.entries()) {
    const [key, value] = isPair(item) ? [item.key, item.value] : [null, item];
    const start = startOf(key) ?? startOf(value) ?? Infinity;
    const end = rangeOf(value)?.[2] ?? rangeOf(key)?.[2] ?? -1;
    if (offset < start || offset > end) continue;
    return [isPair(item) ? (nameOf(key) ?? '') : at, ...pathAt(value, offset)];
  }
  return [];
}

function offsetOf(document: Document, path: Path, isName: boolean): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const [depth, step] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    const pair = isMap(node) ? node.items.find(({ key }) => nameOf(key) === String(step)) : undefined;
    if (isName && depth === path.length - 1) return startOf(pair?.key) ?? offset;
    node = pair ? pair.value : childOf(node, step);
    offset = startOf(node) ?? startOf(pair?.key) ?? offset;
  }
  return offset;
}

function childOf(node: unknown, step: string | number): unknown {
  return isSeq(node) && typeof step === 'number' ? node.items[step] : undefined;
}
