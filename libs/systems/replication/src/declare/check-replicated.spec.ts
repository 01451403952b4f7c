import { describe, expect, it } from '@jest/globals';
import { scriptFingerprint } from '@nestjs-spark/contracts/internal';
import { inspectScript } from '@nestjs-spark/etl-script/internal';
import { checkReplicated } from './check-replicated.ts';
import type { DeclarationFault } from './declaration-error.ts';
import type { Declaration } from './declarations.ts';
import type { ReplicatedOptions } from './replicated.decorator.ts';

class Car {
  model?: string;
}

const SCRIPT = 'loadToCars({ Model: this.Model });';
const good: ReplicatedOptions = { sourceModule: 'Fleet', sourceCollection: 'Cars', etlScript: SCRIPT };

function judge(change: Partial<ReplicatedOptions> = {}) {
  return checkReplicated(Car, { ...good, ...change }, 'HR', inspectScript);
}

function declared(change: Partial<ReplicatedOptions> = {}): Declaration {
  const judged = judge(change);
  if ('faults' in judged) throw new Error(JSON.stringify(judged.faults));
  return judged.declaration;
}

function faults(change: Partial<ReplicatedOptions>): DeclarationFault[] {
  const judged = judge(change);
  return 'faults' in judged ? judged.faults : [];
}

describe('a declaration', () => {
  it('becomes what the owner is sent and what is applied here', () => {
    expect(declared()).toEqual({
      target: Car,
      item: { sourceCollection: 'Cars', script: SCRIPT },
      task: {
        key: { owner: 'Fleet', requester: 'HR', name: 'Cars' },
        collection: 'Cars',
        collections: ['Cars'],
        fingerprint: scriptFingerprint('Cars', SCRIPT),
      },
    });
  });

  it('may be named apart from its collection', () => {
    expect(declared({ name: 'Autos' })).toMatchObject({
      item: { name: 'Autos', sourceCollection: 'Cars' },
      task: { key: { name: 'Autos' }, collection: 'Cars' },
    });
  });

  it("takes the collection from the owner's class, in the plural", () => {
    class CarBrand {
      name?: string;
    }
    const { item } = declared({
      sourceCollection: undefined,
      originalType: CarBrand,
    } as Partial<ReplicatedOptions>);
    expect(item.sourceCollection).toBe('CarBrands');
  });

  it('writes the script of its fields', () => {
    const fields = { etlScript: undefined, fields: ['Model', 'Year'] } as Partial<ReplicatedOptions>;
    expect(declared(fields).item.script).toBe('loadToCars({ Model: this.Model, Year: this.Year });');
  });
});

describe('a wrong declaration is refused, naming class, field and remedy', () => {
  const without = (field: keyof ReplicatedOptions): Partial<ReplicatedOptions> => ({ [field]: undefined });
  const cases: [string, Partial<ReplicatedOptions>, string, RegExp][] = [
    ['no owner', without('sourceModule'), 'sourceModule', /no module is named/],
    ['an owner that is not a name', { sourceModule: 'Fleet.Cars' }, 'sourceModule', /not a valid name/],
    ['this module as owner, in any case', { sourceModule: 'hr' }, 'sourceModule', /this module itself/],
    ['no collection', without('sourceCollection'), 'sourceCollection', /none can be inferred/],
    [
      'a nameless class',
      {
        ...without('sourceCollection'),
        originalType: (() =>
          class {
            id?: string;
          })(),
      },
      'sourceCollection',
      /none can be/,
    ],
    [
      'a collection that is not a name',
      { sourceCollection: 'Cars > *' },
      'sourceCollection',
      /not a valid name/,
    ],
    ["one of Spark's own collections", { sourceCollection: 'SparkKeys' }, 'sourceCollection', /own/],
    ['a task name that is not one', { name: 'a b' }, 'name', /not a valid name/],
    ['neither script nor fields', without('etlScript'), 'etlScript', /neither/],
    ['both script and fields', { fields: ['Model'] }, 'etlScript', /both/],
    ['a blank script', { etlScript: ' \n' }, 'etlScript', /blank/],
    ['no fields', { ...without('etlScript'), fields: [] }, 'fields', /no field/],
    ['a field that is not a name', { ...without('etlScript'), fields: ['a.b', 'Model'] }, 'fields', /"a\.b"/],
    ['a script over 64 KiB', { etlScript: `${SCRIPT}//${'x'.repeat(65_536)}` }, 'etlScript', /bytes/],
    ['a script that does not compile', { etlScript: 'loadToCars({\n Model: this.' }, 'etlScript', /line 2/],
    ['an option that does not exist', { idPrefx: 'a/' } as object, 'idPrefx', /no such option/],
    ['a script that loads nothing', { etlScript: 'var a = 1;' }, 'etlScript', /loadTo/],
  ];

  it.each(cases)('%s', (_, change, field, problem) => {
    const found = faults(change);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ className: 'Car', field });
    expect(found[0]?.problem).toMatch(problem);
    expect(found[0]?.remedy).toMatch(/^[A-Z]/);
  });

  it('with the option that a misspelled one was probably meant to be', () => {
    const { sourceModule: sourcModule, ...others } = good;
    const judged = checkReplicated(Car, { ...others, sourcModule } as never, 'HR', inspectScript);
    expect(judged).toMatchObject({
      faults: [
        { field: 'sourcModule', remedy: expect.stringMatching(/^Did you mean sourceModule\? Options: /) },
        { field: 'sourceModule', problem: 'no module is named' },
      ],
    });
  });

  it('with everything that is wrong, not only the first', () => {
    const fields = faults({ sourceModule: '', sourceCollection: '', name: '', etlScript: '' }).map(
      ({ field }) => field,
    );
    expect(fields).toEqual(['sourceModule', 'sourceCollection', 'name', 'etlScript']);
  });
});
