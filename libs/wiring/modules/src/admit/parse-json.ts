import { ProblemError } from '@nestjs-spark/contracts';
import { pointerStep } from '@nestjs-spark/foundation/internal';
import { decodeBody, readJson, tooDeep, type ParseJson } from '@nestjs-spark/observability/internal';

const DEEPEST = 32;
const LONGEST_KEY = 256;
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Parses a body as JSON. @param parse default: with a refusal of numbers that JavaScript cannot hold
 * @throws {ProblemError} `invalid` (400) for invalid UTF-8, invalid JSON, nesting deeper than 32, or a key that is special in
 *   JavaScript or longer than 256 characters
 */
export function parseJson(body: Uint8Array, parse?: ParseJson): unknown {
  const text = decodeBody(body);
  if (deepest(text) > DEEPEST) throw tooDeep(DEEPEST);
  const value = readJson(text, parse);
  const pointer = forbiddenKey(value, '');
  if (pointer === null) return value;
  throw new ProblemError(
    'invalid',
    'A field has a name that is not allowed, or one of more than 256 characters.',
    {
      errors: [{ pointer, detail: 'this name is not allowed' }],
    },
  );
}

// Measured on the text, so that a body consisting only of brackets costs nothing.
function deepest(text: string): number {
  let depth = 0;
  let max = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (inString) {
      if (character === '\\') at++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '[' || character === '{') max = Math.max(max, ++depth);
    else if (character === ']' || character === '}') depth--;
  }
  return max;
}

function forbiddenKey(value: unknown, pointer: string): string | null {
  if (typeof value !== 'object' || value === null) return null;
  for (const [key, member] of Object.entries(value)) {
    const place = `${pointer}/${pointerStep(key.slice(0, 80))}`;
    if (key.length > LONGEST_KEY || FORBIDDEN_KEYS.has(key)) return place;
    const found = forbiddenKey(member, place);
    if (found !== null) return found;
  }
  return null;
}
