/** Whether a problem comes from a route of Spark's: where there is none, the framework itself says that it cannot answer. */
export function isHandled({ type, detail }: { type?: unknown; detail?: unknown }): boolean {
  const isOurs = typeof type === 'string' && type.startsWith('urn:spark:problem:');
  return isOurs && !(typeof detail === 'string' && detail.startsWith('Cannot '));
}
