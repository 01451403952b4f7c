import { meaning } from '../explain/show.ts';
import { environment, FIELD, HAS_FIELD, MAP } from './environment.ts';

/** Why CEL refuses an expression, and at which offset of its text. */
export interface Explained {
  message: string;
  offset: number;
}

/** Hints for notations from other languages. */
const MEANT: ReadonlyMap<string, string> = new Map([
  ['=', 'a comparison is written =='],
  ['and', 'write &&'],
  ['or', 'write ||'],
  ['not', 'write !'],
  ['AND', 'write &&'],
  ['OR', 'write ||'],
  ['NOT', 'write !'],
  ['&', 'write &&'],
  ['|', 'write ||'],
  ['<>', 'write !='],
]);
const TOKENS: Readonly<Record<string, string>> = { RPAREN: ')', RBRACKET: ']', RBRACE: '}', COLON: ':' };
const LIMITED: Readonly<Record<string, string>> = {
  maxListElements: 'items of a list',
  maxMapEntries: 'entries of a map',
  maxCallArguments: 'arguments of a call',
};
const OWN: ReadonlySet<string> = new Set([FIELD, HAS_FIELD, MAP]);
const FUNCTIONS: readonly string[] = [
  ...new Set(environment.getDefinitions().functions.map(({ name }) => name)),
].filter((name) => !OWN.has(name) && name !== 'matches');

/** Rephrases CEL's refusal of an expression. */
export function explainRefusal(error: unknown, text: string): Explained {
  const { range, summary = messageOf(error) } = error as { range?: { start: number }; summary?: string };
  const offset = range?.start ?? 0;
  return { message: inWords(summary, offset, text), offset };
}

function inWords(summary: string, offset: number, text: string): string {
  if (text.trim() === '') return 'the expression is empty';
  const [, limit = '', most] = /^Exceeded (\w+) \((\d+)\)$/.exec(summary) ?? [];
  if (limit === 'maxDepth') return `the expression is nested too deeply: at most ${most} levels are allowed`;
  if (limit) return `the expression is too long: at most ${most} ${LIMITED[limit] ?? 'parts'} are allowed`;
  const missing = /^Expected (\w+), got EOF$/.exec(summary)?.[1];
  if (missing && TOKENS[missing]) return `${JSON.stringify(TOKENS[missing])} is missing`;
  if (summary.endsWith('EOF')) return 'the expression ends where a value is expected';
  if (summary.startsWith('Unterminated string')) return 'the string is not closed';
  if (/^(?:Unexpected|Expected)/.test(summary)) return unexpected(text, offset);
  const overload = /^no such overload: (.*)$/.exec(summary)?.[1];
  if (overload) return `${bare(overload)} is not defined: the types do not fit`;
  const call = /^found no matching overload for '(?:(?:\w|[<>])+\.)?(\w+)\((.*)\)'$/.exec(summary);
  if (call) return unknownCall(call[1] ?? '', call[2] ?? '');
  const reserved = /^Reserved identifier: (\w+)$/.exec(summary)?.[1];
  if (reserved) return `${JSON.stringify(reserved)} is a reserved word: a condition is written a ? b : c`;
  const logical =
    /^(?:Logical operator requires bool operands|Ternary condition must be bool), got '(.*)'$/.exec(
      summary,
    )?.[1];
  if (logical) return `true or false is expected here, not a value of the type ${bare(logical)}`;
  return summary;
}

function unexpected(text: string, offset: number): string {
  // A single "=" is reported at the letter after it.
  const at = text[offset] !== '=' && text[offset - 1] === '=' ? offset - 1 : offset;
  const rest = text.slice(at);
  const word = /^(?:[A-Za-z_]\w*|<>|[^\s])/.exec(rest)?.[0] ?? '';
  const meant = MEANT.get(word);
  return `${JSON.stringify(word)} is not expected here${meant ? `: ${meant}` : ''}`;
}

function unknownCall(name: string, types: string): string {
  if (FUNCTIONS.includes(name)) return `${name}() cannot be called in this way, with (${bare(types)})`;
  return `${name}() is not a function of CEL${meaning(name, FUNCTIONS)}`;
}

const bare = (types: string): string => types.replaceAll(/dyn<(\w+)>/g, '$1').replaceAll(/\bdyn\b/g, 'any');

const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';
