export interface Member {
  name: string;
  /** Name and value as written. */
  member: string;
  value: string;
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]/gs;

/** The members of a JSON object in their order, as written. The text must be valid. */
export function* scanMembers(text: string): Generator<Member> {
  let depth = 0;
  let start = -1;
  let colon = -1;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    const ends = depth === 1 && (token === ',' || token === '}') && colon >= 0;
    if (ends) yield cut(text, start, colon, index);
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    else if (token === ':' && depth === 1) colon = index;
    if (depth === 1 && (token === ',' || token === '{')) {
      start = index + 1;
      colon = -1;
    }
  }
}

function cut(text: string, start: number, colon: number, end: number): Member {
  const name = JSON.parse(text.slice(start, colon)) as string;
  return { name, member: text.slice(start, end).trim(), value: text.slice(colon + 1, end).trim() };
}
