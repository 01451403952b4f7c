import { describe, expect, it } from '@jest/globals';
import { Injectable, Module, Scope, type Provider, type Type } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { findHandlers, findUncalled } from './find-handlers.ts';
import { OnReplicated, type Arrival } from './on-replicated.decorator.ts';

class Car {
  model!: string;
}
class Brand {
  name!: string;
}

async function find(...providers: Type[]) {
  @Module({ imports: [DiscoveryModule], providers })
  class One {}
  @Module({ imports: [One], providers })
  class Root {}
  const module = await Test.createTestingModule({ imports: [Root] }).compile();
  return findHandlers(module.get(DiscoveryService, { strict: false }), new Set<Type>([Car, Brand]));
}

const arrival = { kind: 'arrived', id: 'cars/1' } as Arrival<Car>;

describe('Handlers', () => {
  it('are found once each, inherited ones too, and called on their instance', async () => {
    class Base {
      readonly heard: string[] = [];
      @OnReplicated(Brand, { name: 'brands' })
      brandCame({ id }: Arrival<Brand>): void {
        this.heard.push(id);
      }
    }
    @Injectable()
    class Garage extends Base {
      // Nobody else's getters are run.
      get broken(): string {
        throw new Error('do not look');
      }
      @OnReplicated(Car)
      carCame({ id }: Arrival<Car>): string[] {
        this.heard.push(id);
        return this.heard;
      }
    }
    const found = await find(Garage);
    expect(found.map(({ name, target }) => [name, target])).toEqual([
      ['Garage.carCame', Car],
      ['brands', Brand],
    ]);
    expect(found[0]?.call(arrival)).toEqual(['cars/1']);
  });

  it('without declared copies, with request scope, with one name or with an odd one stop the start, all of them named', async () => {
    class Nothing {
      id!: string;
    }
    @Injectable()
    class Wrong {
      @OnReplicated(Nothing)
      nothingCame(): void {}
      @OnReplicated(Car, { name: 'twice' })
      one(): void {}
      @OnReplicated(Car, { name: 'Twice' })
      other(): void {}
      @OnReplicated(Car, { name: 'a/b' })
      odd(): void {}
    }
    @Injectable({ scope: Scope.REQUEST })
    class PerRequest {
      @OnReplicated(Car)
      carCame(): void {}
    }
    await expect(find(Wrong, PerRequest)).rejects.toThrow(
      /no copies of Nothing are declared[^]*two handlers are named Twice[^]*"a\/b" cannot name[^]*transient scope/,
    );
  });

  it('with an option that does not exist stop the start: it would begin under another name', async () => {
    class Garage {
      @OnReplicated(Car, { nmae: 'cars' } as object)
      carCame(): void {}
    }
    await expect(find(Garage)).rejects.toThrow(
      /Garage\.carCame.*@OnReplicated\(\) has no option nmae.*Did you mean name\?/,
    );
  });

  it('whose class Nest does not know are named, because nobody calls them', async () => {
    class Garage {
      @OnReplicated(Car)
      carCame(): void {}
    }
    class Seen extends Garage {}
    const providers: Provider[] = [
      Seen,
      { provide: 'made', useFactory: () => new Garage() },
      { provide: 'given', useValue: new Garage() },
      { provide: 'text', useValue: 'text' },
      { provide: Brand, useClass: Seen },
    ];
    const module = await Test.createTestingModule({ imports: [DiscoveryModule], providers }).compile();
    expect(findUncalled(module.get(DiscoveryService, { strict: false }))).toEqual(['Garage.carCame']);
  });
});
