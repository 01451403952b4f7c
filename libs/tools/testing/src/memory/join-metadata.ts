/** A document's text, assembled from the texts of its fields and its metadata. */
export function joinMetadata(fields: string, metadata: object): string {
  const inner = fields.trim().slice(1, -1).trim();
  return `{${inner}${inner === '' ? '' : ','}"@metadata":${JSON.stringify(metadata)}}`;
}
