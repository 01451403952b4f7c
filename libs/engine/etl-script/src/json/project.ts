import { memberName, skipBlanks, skipString, skipValue } from '@nestjs-spark/contracts/text';
import type { SplitDocument } from './split-metadata.ts';

const QUOTE = 34;
const COMMA = 44;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

/** The index of the document's id among the fields. */
export const OWN_ID = -1;

/** The index of what the script computes: the first is -2, the second -3. */
export const FIRST_COMPUTED = -2;

/** A script that only picks fields: it is applied to a document's text without running any code. */
export interface Projection {
  /** Top-level fields of the document that it reads, each once. */
  fields: string[];
  loads: ProjectedLoad[];
}

/** One load of a projection: text with gaps for the document's values. */
export interface ProjectedLoad extends Pick<SplitDocument, 'metadata' | 'collection'> {
  target: string;
  /** JSON text around the gaps: one more item than there are gaps. */
  texts: string[];
  /** What fills each gap: an index in `fields`, OWN_ID, or what is computed, from FIRST_COMPUTED down. */
  gaps: number[];
}

/** The result of one load of a projection for one document. */
export type ProjectedDocument = SplitDocument & { target: string };

/** Applies a projection to one document's text; `made` is called with each load, and may throw to abort. */
type Projector = (text: string, id: string, made?: (load: ProjectedDocument) => void) => ProjectedDocument[];

/** Prepares a projection. Values come out exactly as written. */
export function projector({ fields, loads }: Projection): Projector {
  const places = placesOf(fields);
  return (text, id, made) => {
    const values = pickValues(text, places);
    return loads.map((load) => {
      const filled = fillLoad(load, values, id, NOTHING_COMPUTED);
      made?.(filled);
      return filled;
    });
  };
}

const NOTHING_COMPUTED: readonly string[] = [];

/** The position of each field's value in the result of `pickValues`. */
export function placesOf(fields: readonly string[]): ReadonlyMap<string, number> {
  return new Map(fields.map((name, place) => [name, place]));
}

/** One load with its gaps filled; a field that the document does not have becomes null. */
export function fillLoad(
  { texts, gaps, target, metadata, collection }: ProjectedLoad,
  values: readonly string[],
  id: string,
  computed: readonly string[],
): ProjectedDocument {
  let fields = texts[0] ?? '';
  for (let i = 0; i < gaps.length; i++) {
    const gap = gaps[i] ?? OWN_ID;
    const text =
      gap === OWN_ID ? JSON.stringify(id) : gap < OWN_ID ? computed[FIRST_COMPUTED - gap] : values[gap];
    fields += (text ?? 'null') + (texts[i + 1] ?? '');
  }
  return {
    target,
    fields,
    ...(metadata !== undefined && { metadata }),
    ...(collection !== undefined && { collection }),
  };
}

/** The wanted members' values as written. Stops once all are found: stored documents name each member once. */
export function pickValues(text: string, places: ReadonlyMap<string, number>): string[] {
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
    const place = places.get(memberName(text, { nameStart, nameEnd }));
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
