import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { LIVE_SCHEMA, START_ONLY_VARIABLES } from './live-schema.ts';

const isVariable = /`((?:SPARK|NATS)_[A-Z_]+)`/;

describe('The settings that are read at a start alone', () => {
  it('are all that the options name a variable for and cannot be changed while the application runs', async () => {
    const source = await readFile(new URL('options.ts', import.meta.url), 'utf8');
    // The variable of an option is the first in its comment; those of `nats` have no setting of their own.
    const options = source.matchAll(/\/\*\*(?<comment>(?:(?!\*\/).)*)\*\/\s*(?<name>\w+)\?:/gs);
    const named = [...options].flatMap(({ groups }) => {
      const variable = isVariable.exec(groups?.['comment'] ?? '')?.[1];
      return variable === undefined || groups?.['name'] === 'nats' ? [] : [variable];
    });
    const live = Object.values(LIVE_SCHEMA).map(({ variable }) => variable);
    expect(named.length).toBeGreaterThan(10);
    expect(Object.values(START_ONLY_VARIABLES)).toEqual(
      expect.arrayContaining(named.filter((variable) => !live.includes(variable))),
    );
  });

  it('include where the central settings are kept', () => {
    expect(START_ONLY_VARIABLES).toMatchObject({ settingsStore: 'SPARK_SETTINGS_STORE' });
  });
});
