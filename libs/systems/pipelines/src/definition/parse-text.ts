import {
  CST,
  isAlias,
  isMap,
  isScalar,
  Lexer,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type YAMLError,
} from 'yaml';
import { pointerStep } from '@nestjs-spark/foundation/internal';
import { DefinitionRefusedError, type Fault, type Refusal } from './refusal.ts';

/** The longest definition, in UTF-8 bytes. */
export const MAX_DEFINITION_BYTES = 64 * 1024;
// An alias repeats what it names; a few nested ones make gigabytes of a small text.
const MOST_ALIASES = 64;
// The parser takes minutes for some texts of a few kilobytes; its lexer does not.
const MOST_TOKENS = 16_000;

/** The text of a definition as a value, which knows where in the text each part of it is. */
export interface ParsedText {
  value: unknown;
  /** Names that appear a second time in one place. */
  repeated: Refusal[];
  locate(fault: Fault): Refusal;
}

/**
 * Reads YAML, of which JSON is a part.
 * @throws {DefinitionRefusedError} when it is neither
 */
export function parseText(text: string): ParsedText {
  if (Buffer.byteLength(text) > MAX_DEFINITION_BYTES)
    throw refused(`It has more than ${MAX_DEFINITION_BYTES / 1024} KiB`);
  refuseCostly(text);
  const lines = new LineCounter();
  try {
    // The parser's own search for a name that appears twice is quadratic.
    const options = { lineCounter: lines, prettyErrors: false, uniqueKeys: false } as const;
    const document = parseDocument(text, options);
    // An unknown tag is only a warning to the parser; here it would be a field that is not what it says.
    const [wrong] = [...document.errors, ...document.warnings];
    if (wrong) throw refused(wordsOf(wrong), lines.linePos(wrong.pos[0]));
    const lost = faultOfReferences(document);
    if (lost) throw refused(lost.message, lines.linePos(startOf(lost.at) ?? 0));
    return {
      value: document.toJS({ maxAliasCount: MOST_ALIASES }),
      repeated: repeatedNames(document).map(({ name, offset }) =>
        syntax(`${JSON.stringify(name)} appears twice here`, lines.linePos(offset)),
      ),
      locate: (fault) => locate(document, lines, fault),
    };
  } catch (error) {
    if (error instanceof DefinitionRefusedError) throw error;
    throw refused(error instanceof RangeError ? TOO_DEEP : describe(error));
  }
}

const TOO_DEEP = 'It is nested too deeply';

/** The parser catches the end of its own stack, and calls it an error of the text. */
function wordsOf({ code, message }: YAMLError): string {
  if (code === 'MULTIPLE_DOCS') return 'A second document begins here: a definition is one document';
  return code === 'RESOURCE_EXHAUSTION' || /call stack/i.test(message) ? TOO_DEEP : message;
}

/** @throws {DefinitionRefusedError} when reading it could take long */
function refuseCostly(text: string): void {
  let tokens = 0;
  let offset = 0;
  for (const token of new Lexer().lex(text)) {
    const type = CST.tokenType(token);
    if (type === 'explicit-key-ind')
      throw refused('A name that is written with "? " is not available', placeIn(text, offset));
    if (type !== 'space' && ++tokens > MOST_TOKENS)
      throw refused(`It has more than ${MOST_TOKENS} parts`, placeIn(text, offset));
    if (!NOT_IN_TEXT.has(token)) offset += token.length;
  }
}

/** What the lexer puts between the tokens of a text. */
const NOT_IN_TEXT: ReadonlySet<string> = new Set([CST.DOCUMENT, CST.FLOW_END, CST.SCALAR]);

function placeIn(text: string, offset: number): { line: number; col: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, col: (before.at(-1) ?? '').length + 1 };
}

/** The first reference to what is written elsewhere in the text that cannot be followed. */
function faultOfReferences(document: Document): { at: unknown; message: string } | undefined {
  let found: { at: unknown; message: string } | undefined;
  const stop = (at: unknown, message: string): symbol => {
    found = { at, message };
    return visit.BREAK;
  };
  visit(document, {
    Alias(_, alias, path) {
      const named = alias.resolve(document);
      const name = alias.source;
      if (!named)
        return stop(alias, `*${name} refers to nothing: no value before it has the anchor &${name}`);
      return path.includes(named) ? stop(alias, `*${name} refers to a value that contains it`) : undefined;
    },
    Pair(_, { key }) {
      const isMerge = isScalar(key) && key.type === 'PLAIN' && key.source === '<<';
      return isMerge ? stop(key, MERGE) : undefined;
    },
  });
  return found;
}

const MERGE = 'Merge keys (<<) are not available: write the fields here, or give the whole value by *NAME';

function repeatedNames(document: Document): { name: string; offset: number }[] {
  const found: { name: string; offset: number }[] = [];
  visit(document, {
    Map(_, map) {
      const names = new Set<string>();
      for (const { key } of map.items) {
        const name = isScalar(key) ? String(key.value) : '';
        if (names.has(name)) found.push({ name, offset: startOf(key) ?? 0 });
        names.add(name);
      }
    },
  });
  return found;
}

function refused(message: string, place?: { line: number; col: number }): DefinitionRefusedError {
  return new DefinitionRefusedError([syntax(message, place)]);
}

function syntax(message: string, { line, col } = { line: 1, col: 1 }): Refusal {
  return { kind: 'syntax', pointer: '', line, column: col, message };
}

const describe = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function locate(document: Document, lines: LineCounter, { kind, path, isName, message }: Fault): Refusal {
  const offset = offsetOf(document, path, isName ?? false);
  const { line, col } = lines.linePos(offset);
  return { kind, pointer: pointerOf(path), line, column: col, message };
}

export function pointerOf(path: readonly (string | number)[]): string {
  return path.map((step) => `/${pointerStep(String(step))}`).join('');
}

/** Where the value, or its field's name, begins; what is missing is where its surroundings are. */
function offsetOf(document: Document, path: readonly (string | number)[], isName: boolean): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const [depth, step] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    const pair = isMap(node) ? node.items.find(({ key }) => isScalar(key) && key.value === step) : undefined;
    if (isName && depth === path.length - 1) return startOf(pair?.key) ?? offset;
    node = pair ? pair.value : childOf(node, step);
    offset = startOf(node) ?? startOf(pair?.key) ?? offset;
  }
  return offset;
}

function childOf(node: unknown, step: string | number): unknown {
  const items = typeof node === 'object' && node !== null && 'items' in node ? node.items : undefined;
  return Array.isArray(items) && typeof step === 'number' ? items[step] : undefined;
}

function startOf(node: unknown): number | undefined {
  const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined;
  return Array.isArray(range) ? Number(range[0]) : undefined;
}
