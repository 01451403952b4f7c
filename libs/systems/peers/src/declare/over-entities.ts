import { EntityMapping } from '@nestjs-spark/contracts/internal';
import { type Conflict, type ConflictResolver, requireDocument, type Resolution } from '../merge/resolve.ts';

/** Adapts a resolver that works on entities to one that works on stored documents. */
export function overEntities(
  resolver: ConflictResolver<object>,
  mapping: EntityMapping,
): ConflictResolver<object> {
  return {
    version: resolver.version,
    resolve({ entity, id, ...documents }: Conflict<object>): Resolution<object> {
      const read = (document: object | null) => document && mapping.read(JSON.stringify(document), id);
      const { current, local, incoming } = documents;
      const resolution = resolver.resolve({
        entity,
        id,
        current: read(current),
        local: read(local),
        incoming: read(incoming),
      });
      if (resolution.type === 'delete') return resolution;
      const text = mapping.put(requireDocument(resolution.document))(id).fields(null);
      return { type: 'put', document: JSON.parse(text) as object };
    },
  };
}
