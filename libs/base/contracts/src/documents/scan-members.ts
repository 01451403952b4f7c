const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

/** One member of a JSON object: the positions of its name (with quotes) and its value in the text. */
export interface Member {
  nameStart: number;
  nameEnd: number;
  valueStart: number;
  valueEnd: number;
}

/** The position after a string that starts at `at`. */
export function skipString(text: string, at: number): number {
  for (let i = at + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) return i + 1;
    if (code === BACKSLASH) i++;
  }
  throw new SyntaxError('the JSON text ends inside a string');
}

/** The position after white space. */
export function skipBlanks(text: string, at: number): number {
  while (at < text.length && text.charCodeAt(at) <= 32) at++;
  return at;
}

/** The position after a value that starts at `at`. */
export function skipValue(text: string, at: number): number {
  const first = text.charCodeAt(at);
  if (first === QUOTE) return skipString(text, at);
  if (first !== OPEN_BRACE && first !== OPEN_BRACKET) return skipPlain(text, at);
  let depth = 0;
  for (let i = at; i < text.length;) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) {
      i = skipString(text, i);
      continue;
    }
    i++;
    if (code === OPEN_BRACE || code === OPEN_BRACKET) depth++;
    else if ((code === CLOSE_BRACE || code === CLOSE_BRACKET) && --depth === 0) return i;
  }
  throw new SyntaxError('the JSON text ends inside a value');
}

function skipPlain(text: string, at: number): number {
  for (let i = at; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === COMMA || code === CLOSE_BRACE || code === CLOSE_BRACKET || code <= 32) return i;
  }
  return text.length;
}

/** Visits the members of a JSON object without parsing their values; the text must be valid JSON. */
export function scanMembers(text: string, visit: (member: Member) => void): void {
  let at = skipBlanks(text, 0);
  if (text.charCodeAt(at) !== OPEN_BRACE) throw new SyntaxError('the JSON text is not an object');
  at = skipBlanks(text, at + 1);
  while (text.charCodeAt(at) === QUOTE) {
    const nameStart = at;
    const nameEnd = skipString(text, at);
    const valueStart = skipBlanks(text, skipBlanks(text, nameEnd) + 1);
    const valueEnd = skipValue(text, valueStart);
    visit({ nameStart, nameEnd, valueStart, valueEnd });
    at = skipBlanks(text, valueEnd);
    if (text.charCodeAt(at) === COMMA) at = skipBlanks(text, at + 1);
  }
  if (text.charCodeAt(at) !== CLOSE_BRACE) throw new SyntaxError('the JSON text ends inside an object');
}

/** Visits the values of a JSON array without parsing them; the text must be valid JSON. */
export function scanElements(text: string, visit: (start: number, end: number) => void): void {
  let at = skipBlanks(text, 0);
  if (text.charCodeAt(at) !== OPEN_BRACKET) throw new SyntaxError('the JSON text is not a list');
  at = skipBlanks(text, at + 1);
  while (at < text.length && text.charCodeAt(at) !== CLOSE_BRACKET) {
    const end = skipValue(text, at);
    visit(at, end);
    at = skipBlanks(text, end);
    if (text.charCodeAt(at) === COMMA) at = skipBlanks(text, at + 1);
  }
  if (at >= text.length) throw new SyntaxError('the JSON text ends inside a list');
}

/** A member's name, escapes resolved. */
export function memberName(
  text: string,
  { nameStart, nameEnd }: Pick<Member, 'nameStart' | 'nameEnd'>,
): string {
  const raw = text.slice(nameStart + 1, nameEnd - 1);
  return raw.includes('\\') ? String(JSON.parse(text.slice(nameStart, nameEnd))) : raw;
}
