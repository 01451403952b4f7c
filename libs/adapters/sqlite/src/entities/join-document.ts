import type { DocumentRow } from './document-table.ts';
import { changeVectorOf } from './version.ts';

/** The whole document as RavenDB would show it, `@metadata` included. */
export function joinDocument(row: DocumentRow, collection: string, databaseId: string): string {
  const { document: fields, metadata: kept, etag, modified, id } = row;
  // Another program may have written blanks, and nothing else.
  const members = kept?.trim().slice(1, -1).trim() ?? '';
  const own = members === '' ? '' : `${members},`;
  const metadata = `{"@collection":${JSON.stringify(collection)},${own}"@change-vector":"${changeVectorOf(etag, databaseId)}","@id":${JSON.stringify(id)},"@last-modified":"${lastModified(modified)}"}`;
  const open = fields.slice(0, fields.lastIndexOf('}'));
  const comma = open.trimEnd().endsWith('{') ? '' : ',';
  return `${open}${comma}"@metadata":${metadata}}`;
}

let last = { modified: 0, text: '1970-01-01T00:00:00.0000000Z' };

/** Seven digits, as RavenDB writes it. Documents of one set share it. */
function lastModified(modified: number): string {
  if (modified !== last.modified) {
    last = { modified, text: new Date(modified).toISOString().replace('Z', '0000Z') };
  }
  return last.text;
}
