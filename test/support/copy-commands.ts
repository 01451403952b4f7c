import type { ChangeCommand } from '@nestjs-spark/contracts';

/** The put of a copy, as a capture sends it. */
export function put(
  id: string,
  json: string,
  generation: string,
  collection = 'Cars',
  source = 'Fleet/x',
  etag = 1,
): ChangeCommand {
  const metadata = {
    '@collection': collection,
    'spark-source': source,
    'spark-etag': etag,
    'spark-generation': generation,
  };
  const inner = json.slice(1, -1);
  return {
    type: 'put',
    id,
    document: `{${inner}${inner ? ',' : ''}"@metadata":${JSON.stringify(metadata)}}`,
  };
}

export const remove = (id: string): ChangeCommand => ({ type: 'delete', id });
