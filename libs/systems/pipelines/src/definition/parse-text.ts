import { CST, Lexer, LineCounter, parseDocument, visit, type Document } from 'yaml';
import { findWrongNode } from './check-nodes.ts';
import { TOO_DEEP, wordsOf } from './explain-syntax.ts';
import { nameOf, placeAt, placeOf, startOf } from './places.ts';
import { DefinitionRefusedError, type Fault, type Refusal } from './refusal.ts';

/** The longest definition, in UTF-8 bytes. */
export const MAX_DEFINITION_BYTES = 64 * 1024;
// For some texts of a few kilobytes the parser takes minutes; its lexer does not.
const MOST_TOKENS = 16_000;

/** A definition's text parsed to a value, with the position of each part in the text. */
export interface ParsedText {
  value: unknown;
  /** Keys that are repeated within one mapping. */
  repeated: Refusal[];
  locate(fault: Fault): Refusal;
}

/**
 * Parses YAML, which includes JSON.
 * @throws {DefinitionRefusedError} if it is neither
 */
export function parseText(text: string): ParsedText {
  if (Buffer.byteLength(text) > MAX_DEFINITION_BYTES)
    throw refused(`It has more than ${MAX_DEFINITION_BYTES / 1024} KiB`);
  refuseCostly(text);
  const lines = new LineCounter();
  try {
    // The parser's own check for duplicate keys is quadratic.
    const options = { lineCounter: lines, prettyErrors: false, uniqueKeys: false } as const;
    const document = parseDocument(text, options);
    // To the parser an unknown tag is only a warning; here it would give the field another meaning.
    const [wrong] = [...document.errors, ...document.warnings];
    const refusal = (message: string, offset: number): Refusal => ({
      kind: 'syntax',
      message,
      ...placeAt(document, lines, offset),
    });
    if (wrong) throw new DefinitionRefusedError([refusal(wordsOf(wrong), wrong.pos[0])]);
    const node = findWrongNode(document, MAX_DEFINITION_BYTES);
    if (node) throw new DefinitionRefusedError([refusal(node.message, node.offset)]);
    return {
      value: document.toJS({ maxAliasCount: -1 }),
      repeated: repeatedNames(document).map(({ name, offset }) =>
        refusal(`${JSON.stringify(name)} appears twice here`, offset),
      ),
      locate: (fault) => ({
        kind: fault.kind,
        message: fault.message,
        ...placeOf(document, lines, fault),
      }),
    };
  } catch (error) {
    if (error instanceof DefinitionRefusedError) throw error;
    throw refused(error instanceof RangeError ? TOO_DEEP : describe(error));
  }
}

/** @throws {DefinitionRefusedError} if parsing might take long */
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

/** Tokens that the lexer inserts without text. */
const NOT_IN_TEXT: ReadonlySet<string> = new Set([CST.DOCUMENT, CST.FLOW_END, CST.SCALAR]);

function placeIn(text: string, offset: number): { line: number; col: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, col: (before.at(-1) ?? '').length + 1 };
}

function repeatedNames(document: Document): { name: string; offset: number }[] {
  const found: { name: string; offset: number }[] = [];
  visit(document, {
    Map(_, map) {
      const names = new Set<string>();
      for (const { key } of map.items) {
        const name = nameOf(key) ?? '';
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
