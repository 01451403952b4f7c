const NUMBER_OR_STRING = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;
const MARK = '\u{F8FF}#';

/** A number as it is written in a text, or any other JSON value. */
function parseKeepingNumbers(text: string): unknown {
  const marked = text.replace(NUMBER_OR_STRING, (token) =>
    token.startsWith('"') ? token : JSON.stringify(MARK + token),
  );
  return JSON.parse(marked);
}

/** The differences of two JSON texts. Member order does not count; `sameNumber` compares two spellings. */
export function differencesOf(
  ours: string,
  theirs: string,
  sameNumber: (ours: string, theirs: string) => boolean,
): string[] {
  const found: string[] = [];
  compare(parseKeepingNumbers(ours), parseKeepingNumbers(theirs), '', (path, one, other) => {
    const [a, b] = [numberOf(one), numberOf(other)];
    if (a !== undefined && b !== undefined && (a === b || sameNumber(a, b))) return;
    found.push(`${path}: ${show(one)} here, ${show(other)} there`);
  });
  return found;
}

function compare(
  one: unknown,
  other: unknown,
  path: string,
  differ: (path: string, one: unknown, other: unknown) => void,
): void {
  if (one === other) return;
  if (!isObject(one) || !isObject(other) || Array.isArray(one) !== Array.isArray(other)) {
    differ(path, one, other);
    return;
  }
  const mine = new Map(Object.entries(one));
  const yours = new Map(Object.entries(other));
  for (const key of new Set([...mine.keys(), ...yours.keys()])) {
    compare(mine.get(key), yours.get(key), `${path}/${key}`, differ);
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function numberOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.startsWith(MARK) ? value.slice(MARK.length) : undefined;
}

function show(value: unknown): string {
  return (numberOf(value) ?? JSON.stringify(value) ?? 'nothing').slice(0, 200);
}
