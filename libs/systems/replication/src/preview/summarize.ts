import type { PreviewedDocument } from './describe-document.ts';

/** A preview in numbers. The second half counts copies, and only beside a running script. */
export interface PreviewSummary {
  documents: number;
  copied: number;
  filtered: number;
  failed: number;
  missing: number;
  skipped: number;
  newCopies: number;
  changedCopies: number;
  goneCopies: number;
  sameCopies: number;
}

export function summarize(documents: readonly PreviewedDocument[]): PreviewSummary {
  const status = (wanted: PreviewedDocument['status']): number =>
    documents.filter((one) => one.status === wanted).length;
  const copies = documents.flatMap(({ against }) => against?.copies ?? []);
  const change = (wanted: string): number => copies.filter((one) => one.change === wanted).length;
  return {
    documents: documents.length,
    copied: status('copied'),
    filtered: status('filtered'),
    failed: status('failed'),
    missing: status('missing'),
    skipped: status('skipped'),
    newCopies: change('new'),
    changedCopies: change('changed'),
    goneCopies: change('gone'),
    sameCopies: change('same'),
  };
}
