import type { SourceDocument } from '@nestjs-spark/contracts/internal';
import { decodeUtf8, sameName } from '@nestjs-spark/foundation/internal';
import { readMarks } from '../../arrivals/tell/read-marks.ts';

/**
 * Which version of an owner's document a copy under the same id is of; null when it is not a copy, or does not say so. Pure.
 * @param source the owner's name and the document's id
 */
export function copyEtag(
  document: SourceDocument | null,
  { owner, documentId }: { owner: string; documentId: string },
): number | null {
  if (!document?.copyOf) return null;
  const { copyOf: source, etag } = readMarks(decodeUtf8(document.json));
  return source !== null && sameName(source, `${owner}/${documentId}`) ? etag : null;
}
