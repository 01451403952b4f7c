import { cutDocuments } from '../read-documents/cut-documents.ts';
import { toDocument, type RavenDocument } from './entity-document.ts';

export interface QueryAnswer {
  documents: RavenDocument[];
  total: number;
}

const RESULTS = '"Results":[';

/** Reads the answer of a query, its documents as they are written. */
export function readAnswer(body: Buffer): QueryAnswer {
  const { slices } = cutDocuments(body);
  const head = body.toString('utf8', 0, body.indexOf(RESULTS));
  const { TotalResults } = JSON.parse(`${head}${RESULTS}]}`) as { TotalResults: number };
  return {
    documents: slices.flatMap((slice) =>
      slice ? [toDocument(body.toString('utf8', slice.start, slice.end))] : [],
    ),
    total: TotalResults,
  };
}
