import { type Conflict, type ConflictResolver, ReplicatedEntity, type Resolution } from '@nestjs-spark/peers';
import { Entity } from '@nestjs-spark/store';

type Counts = Record<string, number>;

/** One number per node, which only that node raises, so the higher value of each is right. */
function highest(one: Counts, other: Counts): Counts {
  const nodes = [...new Set([...Object.keys(one), ...Object.keys(other)])].toSorted();
  return Object.fromEntries(nodes.map((node) => [node, Math.max(one[node] ?? 0, other[node] ?? 0)]));
}

/** The values of `NOTES_RESOLVER`: one that merges, and three broken ones, for tests. */
const RESOLVERS: Record<string, (conflict: Conflict<Tally>) => Resolution<Tally>> = {
  merge: ({ current, incoming }) => ({
    type: 'put',
    document: { counts: highest(current?.counts ?? {}, incoming?.counts ?? {}) },
  }),
  random: () => ({ type: 'put', document: { counts: { random: Math.random() } } }),
  throw: () => {
    throw new Error('NOTES_RESOLVER is throw');
  },
  garbage: () => JSON.parse('{"type":"put","document":42}') as Resolution<Tally>,
};

export class TallyResolver implements ConflictResolver<Tally> {
  readonly version = Number(process.env['NOTES_RESOLVER_VERSION'] || 1);
  readonly #resolve = RESOLVERS[process.env['NOTES_RESOLVER'] || 'merge'];

  resolve(conflict: Conflict<Tally>): Resolution<Tally> {
    if (!this.#resolve)
      throw new Error(`NOTES_RESOLVER has to be one of ${Object.keys(RESOLVERS).join(', ')}`);
    return this.#resolve(conflict);
  }
}

/** A counter on every replica: each node raises its own number. */
@Entity({ dictionaries: ['counts'] })
@ReplicatedEntity({ conflict: TallyResolver })
export class Tally {
  counts!: Counts;
}
