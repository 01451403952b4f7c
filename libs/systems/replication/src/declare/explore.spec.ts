import { describe, expect, it } from '@jest/globals';
import { Injectable, Module, Scope, type Type } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { MemoryLogger } from '@nestjs-spark/testing';
import { DeclarationError } from './declaration-error.ts';
import { explore, type Explored } from './explore.ts';
import { forFeatureProviders } from './feature.module.ts';
import { Replicated } from './replicated.decorator.ts';
import { Shared } from './shared.decorator.ts';

@Replicated({ sourceModule: 'Fleet', sourceCollection: 'Cars', fields: ['Model'] })
class Car {}

@Replicated({ sourceModule: 'fleet', sourceCollection: 'CarBrands', fields: ['Name'] })
class Brand {}

@Shared({ with: ['Fleet'] })
class Person {
  readonly name: string;

  constructor(name: string) {
    if (name === undefined) throw new Error('not for Nest to make');
    this.name = name;
  }
}

describe('the explorer', () => {
  it('finds classes in the providers of any module and in features, each once', async () => {
    const { declarations, shares } = await exploreWith([Car, ...forFeatureProviders([Brand, Car, Person])]);
    expect(declarations.all()).toHaveLength(1);
    expect(
      declarations
        .of('FLEET')
        ?.scripts.map((one) => one.sourceCollection)
        .toSorted(),
    ).toEqual(['CarBrands', 'Cars']);
    expect(declarations.tasks()).toHaveLength(2);
    expect(shares.all().map(({ collection }) => collection)).toEqual(['People']);
  });

  it('finds a class that was marked without decorator syntax', async () => {
    class Truck {
      model = '';
    }
    Replicated({ sourceModule: 'Fleet', sourceCollection: 'Trucks', fields: ['Model'] })(Truck);
    const { declarations } = await exploreWith(forFeatureProviders([Truck]));
    expect(declarations.of('Fleet')?.scripts).toMatchObject([{ sourceCollection: 'Trucks' }]);
  });

  it('finds nothing where nothing is declared', async () => {
    const { declarations, shares } = await exploreWith([]);
    expect(declarations.all()).toEqual([]);
    expect(shares.all()).toEqual([]);
  });

  it('never calls the constructor of a class given as a feature', async () => {
    await expect(exploreWith(forFeatureProviders([Person]))).resolves.toBeDefined();
  });

  it('stops with one error that tells of all wrong classes', async () => {
    @Replicated({ sourceModule: 'HR', sourceCollection: 'Cars', fields: ['A'] })
    class Own {}
    @Shared({ with: [] })
    class Nobody {}
    const error = await exploreWith([Own, Nobody, Car]).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DeclarationError);
    expect(String(error)).toMatch(/Own\.sourceModule.*\n.*Nobody\.with/);
  });

  it('refuses options of @Shared() that it does not know, and says why copies cannot be written to', async () => {
    const unknown = { with: ['Fleet'], writable: true, feilds: ['a'] };
    @Shared(unknown)
    class Open {}
    const error = await exploreWith([Open]).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DeclarationError);
    expect(String(error)).toMatch(
      /Open\.writable.*cannot be written to[^]*Open\.feilds.*no such option.*mean fields/,
    );
  });

  it('warns that a request scope means nothing here', async () => {
    @Injectable({ scope: Scope.REQUEST })
    @Replicated({ sourceModule: 'Fleet', sourceCollection: 'Cars', fields: ['A'] })
    class Scoped {}
    const log = new MemoryLogger();
    const { declarations } = await exploreWith([Scoped], log);
    expect(declarations.tasks()).toHaveLength(1);
    expect(log.said('warn').join()).toContain('Scoped');
  });
});

async function exploreWith(
  providers: NonNullable<Parameters<typeof Module>[0]['providers']>,
  log = new MemoryLogger(),
): Promise<Explored> {
  @Module({ providers })
  class Feature {}
  const explored = Symbol('explored');
  const testing = await Test.createTestingModule({
    imports: [DiscoveryModule, Feature as Type],
    providers: [
      {
        provide: explored,
        inject: [DiscoveryService],
        useFactory: (discovery: DiscoveryService) => explore(discovery, 'HR', log),
      },
    ],
  }).compile();
  return testing.get<Explored>(explored);
}
