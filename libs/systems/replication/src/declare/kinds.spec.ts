import { describe, expect, it } from '@jest/globals';
import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService, LazyModuleLoader } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { inspectScript } from '@nestjs-spark/etl-script/internal';
import { SparkStoreModule } from '@nestjs-spark/store';
import { MemoryLogger } from '@nestjs-spark/testing';
import { explore, findLate, type Explored } from './explore.ts';
import { forFeatureProviders } from './feature.module.ts';
import { documentFields } from './generate-script.ts';
import { Replicated, type ReplicatedOptions } from './replicated.decorator.ts';
import { Shared } from './shared.decorator.ts';

async function exploreWith(
  classes: readonly Type[],
  imports: (Type | DynamicModule)[] = [],
): Promise<Explored & { discovery: DiscoveryService; loader: LazyModuleLoader }> {
  @Module({ providers: forFeatureProviders(classes) })
  class Feature {}
  const explored = Symbol('explored');
  const testing = await Test.createTestingModule({
    imports: [DiscoveryModule, Feature as Type, ...imports],
    providers: [
      {
        provide: explored,
        inject: [DiscoveryService],
        useFactory: (discovery: DiscoveryService) => explore(discovery, 'HR', new MemoryLogger()),
      },
    ],
  }).compile();
  const found = testing.get<Explored>(explored);
  return { ...found, discovery: testing.get(DiscoveryService), loader: testing.get(LazyModuleLoader) };
}

const refusal = async (...classes: Type[]): Promise<string> =>
  exploreWith(classes).then(
    () => 'started',
    (error: unknown) => String(error),
  );

function copying(sourceModule: string, more: Partial<ReplicatedOptions> = {}): Type {
  class Order {
    number = '';
  }
  Replicated({
    sourceModule,
    sourceCollection: 'Orders',
    etlScript: 'loadToOrders({ N: this.N });',
    ...more,
  } as ReplicatedOptions)(Order);
  return Order;
}

describe('declarations that make the same ids', () => {
  it('are refused where two owners feed one collection, with the ways out', async () => {
    const said = await refusal(copying('Orders'), copying('Webshop'));
    expect(said).toMatch(/Order\.idPrefix: Order copies Orders of Orders into the same collection/);
    expect(said).toMatch(/idPrefix, such as 'webshop\/'.*loadToWebshopOrders.*drop one of them/);
  });

  it.each<[string, () => Type[], boolean]>([
    ['a prefix on one', () => [copying('Orders'), copying('Webshop', { idPrefix: 'webshop/' })], true],
    ['a prefix on each', () => [copying('A', { idPrefix: 'a/' }), copying('B', { idPrefix: 'b/' })], true],
    ['the same prefix', () => [copying('A', { idPrefix: 'x/' }), copying('B', { idPrefix: 'X/' })], false],
    ['another target', () => [copying('A'), copying('B', { etlScript: 'loadToWeb({ N: this.N });' })], true],
    [
      'the same other target',
      () => [
        copying('A', { etlScript: 'loadToAll({ N: this.N });' }),
        copying('B', { etlScript: "loadTo('all', { N: this.N });" }),
      ],
      false,
    ],
    ['another source', () => [copying('A'), copying('B', { sourceCollection: 'Invoices' })], true],
    ['names in another case', () => [copying('A', { sourceCollection: 'orders' }), copying('B')], false],
    [
      'one of several targets',
      () => [
        copying('A', { etlScript: 'loadToX(this); loadToY(this);' }),
        copying('B', { etlScript: 'loadToY(this); loadToZ(this);' }),
      ],
      false,
    ],
    [
      'documents as they are',
      () => [
        copying('A', { etlScript: 'function deleteDocumentsOfOrdersBehavior() { return true; }' }),
        copying('B'),
      ],
      false,
    ],
    [
      'two fields of one owner',
      () => [
        copying('A', { etlScript: undefined, fields: ['number'] } as object),
        copying('A', { etlScript: undefined, fields: ['number'], name: 'Other' } as object),
      ],
      false,
    ],
    [
      'two scripts of one owner, which may divide them',
      () => [copying('A'), copying('A', { name: 'Other' })],
      true,
    ],
  ])('%s', async (_, classes, isFine) => {
    const said = await refusal(...classes());
    expect(said === 'started').toBe(isFine);
    if (!isFine) expect(said).toMatch(/idPrefix/);
  });

  it.each(['', '/', 'a', 'webshop', '/a/', ' a/', 'a|', 'a b/', 'ä/', `${'x'.repeat(64)}/`, 7])(
    'cannot be told apart by %p',
    async (idPrefix) => {
      expect(await refusal(copying('A', { idPrefix } as object))).toMatch(
        /Order\.idPrefix: .* cannot come before ids/,
      );
    },
  );

  it('may be told to write over what is its own only', async () => {
    expect(await refusal(copying('A', { overwrite: 'all' } as object))).toMatch(
      /Order\.overwrite: "all" is not known/,
    );
    const { declarations } = await exploreWith([copying('A', { overwrite: 'own', idPrefix: 'a/' })]);
    expect(declarations.tasks()).toMatchObject([{ overwrite: 'own' }]);
    expect(declarations.of('A')?.scripts).toMatchObject([{ idPrefix: 'a/' }]);
  });
});

describe('several declarations on one class', () => {
  it('are all carried out, in the order in which they are written', async () => {
    @Replicated({ sourceModule: 'A', sourceCollection: 'Orders', etlScript: 'loadToOrders({ N: this.N });' })
    @Replicated({
      sourceModule: 'B',
      sourceCollection: 'Orders',
      idPrefix: 'b/',
      etlScript: 'loadToOrders({ N: this.N });',
    })
    @Shared({ with: ['X'] })
    @Shared({ with: ['Y'], collection: 'Others' })
    class Order {}
    const { declarations, shares } = await exploreWith([Order]);
    expect(declarations.all().map(({ owner }) => owner)).toEqual(['A', 'B']);
    expect([shares.isShared('Orders', 'X'), shares.isShared('Others', 'Y')]).toEqual([true, true]);
    expect([shares.isShared('Orders', 'Y'), shares.isShared('Others', 'X')]).toEqual([false, false]);
  });

  const N = 'loadToOrders({ N: this.N });';
  const M = 'loadToOthers({ M: this.M });';
  type Declared = Partial<ReplicatedOptions> & { sourceModule: string };

  it.each<[string, Declared[], string[] | RegExp]>([
    [
      'of three owners',
      [{ sourceModule: 'A', idPrefix: 'a/' }, { sourceModule: 'B', idPrefix: 'b/' }, { sourceModule: 'C' }],
      ['A/Orders', 'B/Orders', 'C/Orders'],
    ],
    [
      'of two collections of one owner',
      [{ sourceModule: 'A' }, { sourceModule: 'A', sourceCollection: 'Invoices' }],
      ['A/Orders', 'A/Invoices'],
    ],
    [
      'of one collection, into two',
      [{ sourceModule: 'A' }, { sourceModule: 'A', name: 'Others', etlScript: M }],
      ['A/Orders', 'A/Others'],
    ],
    [
      'of one collection, into one, with names',
      [
        { sourceModule: 'A', name: 'One' },
        { sourceModule: 'A', name: 'Two' },
      ],
      ['A/One', 'A/Two'],
    ],
    ['identical', [{ sourceModule: 'A' }, { sourceModule: 'A' }], /Order\.name: /],
    [
      'the same, except for the case of the owner',
      [{ sourceModule: 'Sales' }, { sourceModule: 'SALES' }],
      /Order\.name: /,
    ],
    [
      'the same, except for the case of the collection',
      [{ sourceModule: 'A' }, { sourceModule: 'A', sourceCollection: 'ORDERS' }],
      /Order\.name: /,
    ],
    [
      'with names that differ only in case',
      [
        { sourceModule: 'A', name: 'One' },
        { sourceModule: 'A', name: 'ONE' },
      ],
      /Order\.name: /,
    ],
    [
      'one as a script, one as fields',
      [
        { sourceModule: 'A' },
        { sourceModule: 'A', etlScript: undefined, fields: ['number'] } as object as Declared,
      ],
      /Order\.(name|idPrefix): /,
    ],
    [
      'of two owners into one collection',
      [{ sourceModule: 'A' }, { sourceModule: 'B' }],
      /Order\.idPrefix: /,
    ],
    [
      'of which the second cannot be parsed',
      [{ sourceModule: 'A' }, { sourceModule: 'B', etlScript: 'loadTo(' }],
      /Order\.etlScript: /,
    ],
    [
      'of which the first names no owner',
      [{ sourceModule: '' }, { sourceModule: 'B' }],
      /Order\.sourceModule: /,
    ],
  ])('%s: none of them disappears', async (_what, declared, wanted) => {
    class Order {
      number = '';
    }
    for (const options of declared.toReversed())
      Replicated({ sourceCollection: 'Orders', etlScript: N, ...options } as ReplicatedOptions)(Order);
    if (wanted instanceof RegExp) return expect(await refusal(Order)).toMatch(wanted);
    const { declarations } = await exploreWith([Order]);
    expect(declarations.tasks().map(({ key }) => `${key.owner}/${key.name}`)).toEqual(wanted);
  });

  it('need a name where both are on one collection of one owner', async () => {
    @Replicated({ sourceModule: 'A', sourceCollection: 'Orders', etlScript: 'loadToOrders({ N: this.N });' })
    @Replicated({ sourceModule: 'A', sourceCollection: 'Orders', etlScript: 'loadToOrders({ M: this.M });' })
    class Order {}
    expect(await refusal(Order)).toMatch(/Order\.name: Order already is Orders of A/);
  });

  it('count once in however many modules the class is named', async () => {
    const order = copying('A');
    @Module({ providers: [...forFeatureProviders([order]), order] })
    class Other {}
    const { declarations } = await exploreWith([order, order], [Other]);
    expect(declarations.tasks()).toHaveLength(1);
  });
});

describe('a class that is named and not declared', () => {
  it('stops the start', async () => {
    class Plain {
      number = '';
    }
    expect(await refusal(Plain)).toMatch(/Plain\.forFeature: it has neither @Replicated\(\) nor @Shared\(\)/);
  });

  it('stops the start where it only inherits, and says from whom', async () => {
    class Base extends copying('A') {}
    class Special extends Base {}
    expect(await refusal(Special)).toMatch(
      /Special\.extends: what Order declares is not inherited. Decorate Special itself/,
    );
  });

  it('is fine where it declares something of its own beside what its parent does', async () => {
    @Shared({ with: ['X'] })
    class Special extends copying('A') {}
    const { declarations, shares } = await exploreWith([Special]);
    expect(declarations.tasks()).toEqual([]);
    expect(shares.isShared('Specials', 'X')).toBe(true);
  });
});

describe('a declared class', () => {
  it('is known by the store’s forFeature alone, and what the store has besides is left alone', async () => {
    class Plain {
      number = '';
    }
    const order = copying('A');
    const feature = SparkStoreModule.forFeature([order, Plain]);
    const entities = (feature.providers ?? []).filter(
      (provider) => typeof provider === 'object' && 'useValue' in provider,
    );
    const { declarations } = await exploreWith([], [{ module: feature.module, providers: entities }]);
    expect(declarations.tasks()).toHaveLength(1);
  });

  it('is found when it was loaded after the start, by a feature, the store or as a provider', async () => {
    const { discovery, loader, classes } = await exploreWith([copying('A')]);
    expect(findLate(discovery, { classes })).toEqual([]);
    const [late, later] = [copying('B'), copying('C')];
    @Module({ providers: forFeatureProviders([late]) })
    class Late {}
    @Module({ providers: [later] })
    class Later {}
    await loader.load(() => Late);
    await loader.load(() => Later);
    expect(findLate(discovery, { classes })).toEqual([late, later]);
  });
});

describe('a class that is loaded after the start', () => {
  class Plain {
    number = '';
  }
  const [early, late] = [copying('A'), copying('B')];
  const asProvider = (providers: NonNullable<DynamicModule['providers']>): DynamicModule => {
    @Module({})
    class Late {}
    return { module: Late, providers };
  };
  /** The other providers of the store module need a store. */
  const byStore = (...classes: Type[]): DynamicModule =>
    asProvider(
      (SparkStoreModule.forFeature(classes).providers ?? []).filter(
        (provider) => typeof provider === 'object' && 'useValue' in provider,
      ),
    );
  @Module({ providers: forFeatureProviders([late]) })
  class Inner {}

  it.each<[string, () => DynamicModule, boolean]>([
    ['by a feature', () => asProvider(forFeatureProviders([late])), true],
    ['by a feature beside a plain class', () => asProvider([...forFeatureProviders([late]), Plain]), true],
    ['by the store', () => byStore(late), true],
    ['by the store beside a plain class', () => byStore(Plain, late), true],
    ['as a provider', () => asProvider([late]), true],
    ['as a value of its own name', () => asProvider([{ provide: late, useValue: new late() }]), true],
    ['as another name’s class', () => asProvider([{ provide: 'order', useClass: late }]), true],
    ['in a module that a module imports', () => ({ ...asProvider([]), imports: [Inner] }), true],
    ['twice', () => asProvider([late, ...forFeatureProviders([late])]), true],
    ['and declares nothing', () => asProvider([Plain]), false],
    ['and was there before', () => asProvider([early]), false],
    ['and is only a value', () => asProvider([{ provide: 'orders', useValue: [late] }]), false],
  ])('%s: is named if it declares something', async (_what, loaded, isNamed) => {
    const { discovery, loader, classes } = await exploreWith([early]);
    await loader.load(loaded);
    expect(findLate(discovery, { classes })).toEqual(isNamed ? [late] : []);
  });
});

describe('fields', () => {
  it('are spelled as documents have them, however the class does', () => {
    expect(documentFields(['sku', 'LicensePlate', 'licensePlate', 'id', '_x', '$y'])).toEqual([
      'Sku',
      'LicensePlate',
      '_x',
      '$y',
    ]);
  });

  it('are checked against the class by the compiler, in either spelling', () => {
    class Order {
      sku = '';
      licensePlate?: string;
    }
    Replicated({ sourceModule: 'A', sourceCollection: 'Orders', fields: ['sku', 'LicensePlate'] })(Order);
    // @ts-expect-error a field is not a property of the class
    Replicated({ sourceModule: 'A', sourceCollection: 'Orders', fields: ['sku', 'skuu'] })(Order);
    const read: string[] = ['anything'];
    Replicated({ sourceModule: 'A', sourceCollection: 'Orders', fields: read })(Order);
    expect(
      inspectScript({ name: 'x', collection: 'Orders', script: 'loadToOrders({ Sku: this.Sku });' }).fields,
    ).toEqual(['Sku']);
  });
});

describe('collections', () => {
  it.each([
    'Cars.Used',
    'Used Cars',
    'Fahrzeuge_Größe',
    'Автомобили',
    '車',
    'Véhicules',
    'A-b.c d',
    'İstanbul',
    'Ünits',
    'x'.repeat(128),
  ])('may be called %s, and their tasks have names that can stand anywhere', async (collection) => {
    @Shared({ with: ['X'], collection })
    class Own {}
    const order = copying('A', { sourceCollection: collection, etlScript: 'loadToX({ N: this.N });' });
    const { declarations, shares } = await exploreWith([Own, order]);
    expect(shares.isShared(collection, 'x')).toBe(true);
    expect(declarations.tasks()[0]).toMatchObject({
      collection,
      key: { name: expect.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/) },
    });
  });

  it.each([
    '',
    ' ',
    'a ',
    'a.',
    '.a',
    '1a',
    'a*',
    'a>b',
    'a/b',
    'a\nb',
    'a\u0000',
    '\ud83d',
    'x'.repeat(129),
    '@empty',
  ])('may not be called %p', async (collection) => {
    expect(await refusal(copying('A', { sourceCollection: collection }))).toMatch(
      /Order\.sourceCollection: .* is not a valid name/,
    );
  });
});
