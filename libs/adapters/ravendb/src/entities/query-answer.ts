import { cutWhole } from '../read-documents/cut-documents.ts';
import { toDocument, type RavenDocument } from './entity-document.ts';

export interface QueryAnswer {
  documents: RavenDocument[];
  total: number;
  /** RavenDB had not indexed everything written before the query. */
  isStale: boolean;
}

const RESULTS = '"Results":[';
const STALE = '"IsStale":true';

/** Parses a query's response, keeping its documents as written. */
export function readAnswer(body: Buffer): QueryAnswer {
  const slices = cutWhole(body);
  const head = body.toString('utf8', 0, body.indexOf(RESULTS));
  const { TotalResults } = JSON.parse(`${head}${RESULTS}]}`) as { TotalResults: number };
  const behind = slices.findLast((slice) => slice !== null)?.end ?? head.length;
  return {
    documents: slices.flatMap((slice) =>
      slice ? [toDocument(body.toString('utf8', slice.start, slice.end))] : [],
    ),
    total: TotalResults,
    isStale: body.indexOf(STALE, behind) >= 0,
  };
}
