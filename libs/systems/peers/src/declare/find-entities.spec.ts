import { describe, expect, it } from '@jest/globals';
import type { DiscoveryService } from '@nestjs/core';
import { Entity } from '@nestjs-spark/store';
import { FeatureEntities } from '@nestjs-spark/store/internal';
import { findEntities } from './find-entities.ts';
import { ReplicatedEntity } from './replicated-entity.ts';

/** What the application declares with a resolver of this version. */
function declaring(version: number): DiscoveryService {
  class Keep {
    readonly version = version;
    resolve = () => ({ type: 'delete' }) as const;
  }
  @Entity()
  @ReplicatedEntity({ conflict: Keep })
  class Note {}
  const provider = { token: Symbol('features'), instance: new FeatureEntities([Note]) };
  return { getProviders: () => [provider] } as unknown as DiscoveryService;
}

describe('A resolver', () => {
  it('has a version by which its results are ranked', () => {
    expect(findEntities(declaring(2))).toMatchObject([{ policy: 'Keep', resolver: { version: 2 } }]);
  });

  it.each([1.5, Number.NaN, '1' as unknown as number, undefined as unknown as number])(
    'stops the start with the version %p, which no node could read',
    (version) => {
      expect(() => findEntities(declaring(version))).toThrow(
        `Keep, the resolver of Note, has the version ${String(version)}: make it a whole number`,
      );
    },
  );
});
