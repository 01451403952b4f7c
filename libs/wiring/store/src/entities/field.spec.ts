import { describe, expect, it } from '@jest/globals';
import { Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Decimal,
  Entity,
  EntityDeclarationError,
  Field,
  mapOf,
  setOf,
  SparkStoreModule,
  type EntityClass,
  type FieldType,
} from '../index.ts';

async function startWith(entity: EntityClass): Promise<void> {
  @Injectable()
  class Nothing {}
  @Module({ imports: [SparkStoreModule.forFeature([entity])], providers: [Nothing] })
  class FeatureModule {}
  const folder = await mkdtemp(join(tmpdir(), 'spark-fields-'));
  const root = SparkStoreModule.forRoot({ store: `sqlite:${join(folder, 'x.db')}` });
  try {
    const app = await Test.createTestingModule({ imports: [root, FeatureModule] }).compile();
    await app.close();
  } finally {
    await rm(folder, { recursive: true });
  }
}

const entityWith = (type: () => FieldType | undefined): EntityClass => {
  class Car {
    value: unknown;
  }
  Field(type)(Car.prototype, 'value');
  return Car;
};

describe('a field that no document can hold ends the start and says what to do', () => {
  class Odd {
    @Field() prices!: Map<string, number>;
  }
  const impossible: [what: string, type: () => FieldType | undefined, message: RegExp][] = [
    [
      'a Map without its values',
      () => Map as unknown as FieldType,
      /Car\.value is a Map.*@Field\(\(\) => mapOf\(Number\)\)/,
    ],
    ['a Set without its elements', () => Set as unknown as FieldType, /Car\.value is a Set.*setOf/],
    ['a list of Maps', () => [Map] as unknown as FieldType, /Car\.value is a Map/],
    [
      'a Map of functions',
      () => mapOf(Function as unknown as FieldType),
      /Car\.value is a Function.*converter/,
    ],
    ['a function', () => Function as unknown as FieldType, /Car\.value is a Function/],
    ['a Buffer', () => Buffer as unknown as FieldType, /Car\.value is a Buffer.*converter/],
    ['a typed array', () => Uint8Array as unknown as FieldType, /Car\.value is a Uint8Array/],
    ['a promise', () => Promise as unknown as FieldType, /Car\.value is a Promise/],
    ['a symbol', () => Symbol as unknown as FieldType, /Car\.value is a Symbol/],
    ['a list of two types', () => [Date, String] as unknown as FieldType, /Car\.value is a list whose/],
    [
      'a word',
      () => 'date' as unknown as FieldType,
      /Car\.value is declared as something that is not a type/,
    ],
    ['nothing that the compiler tells', () => undefined, /Car\.value is declared without a type/],
    ['a class with such a field', () => Odd, /Odd\.prices is a Map/],
  ];
  it.each(impossible)('%s', async (_, type, message) => {
    const started = startWith(entityWith(type));
    await expect(started).rejects.toThrow(EntityDeclarationError);
    await expect(started).rejects.toThrow(message);
  });

  it('what the class computes', async () => {
    class Car {
      @Field(() => Date) get at(): Date {
        return new Date(0);
      }
    }
    await expect(startWith(Car)).rejects.toThrow(/Car\.at is computed by the class/);
  });

  it('names all of a class at once', async () => {
    class Car {
      @Field() prices!: Map<string, number>;
      @Field() owner!: Date | string;
    }
    const error = await startWith(Car).catch((cause: unknown) => cause);
    expect((error as EntityDeclarationError).faults.map(({ field }) => field)).toEqual(['prices', 'owner']);
  });
});

describe('a field that a document can hold', () => {
  it('lets the application start, even where classes name each other', async () => {
    class Owner {
      @Field(() => [Car]) cars!: object[];
    }
    @Entity()
    class Car {
      @Field() at!: Date;
      @Field() name!: string;
      @Field(() => Owner) owner!: Owner;
      @Field() kilometres!: bigint;
      @Field(() => Decimal) price!: string;
      @Field(() => mapOf(setOf(Date))) visits!: Map<string, Set<Date>>;
      @Field(() => ({ read: String, write: String })) odd!: unknown;
    }
    await expect(startWith(Car)).resolves.toBeUndefined();
  });
});
