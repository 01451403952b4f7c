import type { ProblemField } from '@nestjs-spark/contracts';
import { isPlain, pointerStep } from '@nestjs-spark/foundation/internal';

/** A part of a parsed body, and what it is called. */
interface Part {
  value: unknown;
  pointer: string;
  name: string;
}

interface UnkeptOptions {
  /** Whether later processing loses such a field; default: one whose name is special in JavaScript. */
  isLost?: (name: string, value: unknown) => boolean;
  /** The field whose value this is; default: a whole body. */
  field?: string | undefined;
}

const MOST_LISTED = 100;
const LONGEST_NAME = 80;

/**
 * The parts of a parsed body that JSON can express and JavaScript cannot keep: a number beyond its range has become Infinity, and a
 * field whose name is special is lost, or changes an object, when the body is copied. Not recursive: a body may be nested deeper
 * than the stack allows. What is not made of JSON, such as an upload, may be a stream or millions of bytes, and
 * refer to itself: none of it is looked at, and nothing twice.
 */
export function unkeptParts(
  body: unknown,
  { isLost = isSpecial, field }: UnkeptOptions = {},
): ProblemField[] {
  const found: ProblemField[] = [];
  const whole: Part = { value: body, pointer: '', name: 'the body' };
  const left = [field === undefined ? whole : { value: body, pointer: `/${stepOf(field)}`, name: field }];
  const seen = new Set<object>();
  for (let part = left.pop(); part && found.length < MOST_LISTED; part = left.pop()) {
    const { value } = part;
    if (isOutOfRange(value)) found.push(outOfRange(part));
    if (!isOfJson(value) || seen.has(value)) continue;
    seen.add(value);
    // Backwards, since what is added last is taken first.
    for (const [name, inner] of Object.entries(value).toReversed()) {
      const isName = !Array.isArray(value);
      if (isName && isLost(name, inner)) found.push(unusableName(part, name));
      else if (typeof inner === 'object' || isOutOfRange(inner))
        left.push({
          value: inner,
          pointer: `${part.pointer}/${stepOf(name)}`,
          name: isName ? name : `${part.name}[${name}]`,
        });
    }
  }
  return found;
}

const isOfJson = (value: unknown): value is object =>
  Array.isArray(value) || (typeof value === 'object' && value !== null && isPlain(value));

const isOutOfRange = (value: unknown): boolean => typeof value === 'number' && !Number.isFinite(value);

/** As Fastify's parser judges. */
export function isSpecial(name: string, value: unknown): boolean {
  if (name === '__proto__') return true;
  return (
    name === 'constructor' && typeof value === 'object' && value !== null && Object.hasOwn(value, 'prototype')
  );
}

function outOfRange({ pointer, name }: Part): ProblemField {
  return { pointer, detail: `${shown(name)} must be between -${Number.MAX_VALUE} and ${Number.MAX_VALUE}` };
}

function unusableName({ pointer }: Part, name: string): ProblemField {
  return {
    pointer: `${pointer}/${stepOf(name)}`,
    detail: `${shown(name)} is not accepted as a name: remove it`,
  };
}

const shown = (name: string): string => name.slice(0, LONGEST_NAME);
const stepOf = (name: string): string => pointerStep(shown(name));
