import type { SplitDocument } from './split-metadata.ts';
import { memberName, skipBlanks, skipString, skipValue } from './scan-members.ts';

const QUOTE = 34;
const COMMA = 44;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

/** The place of the document's id among the fields. */
export const OWN_ID = -1;

/** A script that only picks: it is applied to a document's text without running anything. */
export interface Projection {
  /** Top-level fields of the document that it reads, each once. */
  fields: string[];
  loads: ProjectedLoad[];
}

/** One load of a projection: text with gaps for the document's values. */
export interface ProjectedLoad extends Pick<SplitDocument, 'metadata' | 'collection'> {
  target: string;
  /** JSON text around the gaps: one more than there are gaps. */
  texts: string[];
  /** What each gap takes: a place in `fields`, or OWN_ID. */
  gaps: number[];
}

/** What one load of a projection gives for one document. */
export type ProjectedDocument = SplitDocument & { target: string };

/** Prepares a projection: the answer applies it to one document's text. Values come out exactly as written. */
export function projector({ fields, loads }: Projection): (text: string, id: string) => ProjectedDocument[] {
  const places = new Map(fields.map((name, place) => [name, place]));
  const constant = loads.map(({ texts, gaps, ...same }) => ({ texts, gaps, same }));
  return (text, id) => {
    const values = pickValues(text, places);
    return constant.map(({ texts, gaps, same }) => {
      let written = texts[0] ?? '';
      for (let i = 0; i < gaps.length; i++) {
        const gap = gaps[i] ?? OWN_ID;
        written += (gap === OWN_ID ? JSON.stringify(id) : (values[gap] ?? 'null')) + (texts[i + 1] ?? '');
      }
      return { ...same, fields: written };
    });
  };
}

/** The wanted members' values as written. Ends as soon as all are found: stored documents name each member once. */
function pickValues(text: string, places: ReadonlyMap<string, number>): string[] {
  const values: string[] = [];
  let missing = places.size;
  let at = skipBlanks(text, 0);
  if (text.charCodeAt(at) !== OPEN_BRACE) throw new SyntaxError('the JSON text is not an object');
  at = skipBlanks(text, at + 1);
  while (missing > 0 && text.charCodeAt(at) === QUOTE) {
    const nameStart = at;
    const nameEnd = skipString(text, at);
    const valueStart = skipBlanks(text, skipBlanks(text, nameEnd) + 1);
    const valueEnd = skipValue(text, valueStart);
    const place = places.get(memberName(text, { nameStart, nameEnd, valueStart, valueEnd }));
    if (place !== undefined) {
      values[place] = text.slice(valueStart, valueEnd);
      missing--;
    }
    at = skipBlanks(text, valueEnd);
    if (text.charCodeAt(at) === COMMA) at = skipBlanks(text, at + 1);
  }
  if (missing > 0 && text.charCodeAt(at) !== CLOSE_BRACE)
    throw new SyntaxError('the JSON text ends inside an object');
  return values;
}
