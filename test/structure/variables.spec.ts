import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { KNOWN_VARIABLES, misspeltVariables, SERVER_VARIABLES } from '@nestjs-spark/foundation/internal';

const root = join(import.meta.dirname, '..', '..');
const textOf = (file: string) => readFileSync(join(root, file), 'utf8');
const NAME = /(?<![A-Z_])SPARK_[A-Z0-9_]*[A-Z0-9]/g;
const namesIn = (...files: string[]) =>
  new Set(files.flatMap((file) => [...textOf(file).matchAll(NAME)].map(([name]) => name)));

/** The tokens of backends have a name in the middle; the other one belongs to Apache Spark. */
const isOne = (name: string) => name !== 'SPARK_HOME' && !/^SPARK_JOBS_BACKEND(?:_|$)/.test(name);
const documented = [...namesIn('docs/reference/environment.md', 'CONTRIBUTING.md')].filter(isOne);

/** Streams and buckets, whose names look like those of variables. */
const streams = [...namesIn('docs/reference/documents-and-subjects.md')].filter(
  (name) => !documented.includes(name),
);
const isStream = (name: string) => streams.some((one) => one === name || one.startsWith(`${name}_`));

/** Specs that misspell some. */
const MISSPELT_HERE = /\/(?:misspelt-variables|read-together)\.spec\.ts$/;

/** The names in quotes, but for tokens of providers. */
const QUOTED = /(?<!Symbol\()(['"])(SPARK_[A-Z0-9_]*[A-Z0-9])\1/g;
const sources = globSync('{apps,benchmarks,examples,libs,test,tools}/**/*.{ts,js,mjs,py}', {
  cwd: root,
  exclude: (file) => /(?:^|\/)(?:node_modules|dist)$/.test(file),
}).filter((file) => !MISSPELT_HERE.test(file));
const quotedIn = (files: readonly string[]) =>
  new Set(files.flatMap((file) => [...textOf(file).matchAll(QUOTED)].map(([, , name = '']) => name)));

describe('The variables of the environment', () => {
  it('that are known are those that the documents name', () => {
    expect(KNOWN_VARIABLES).toEqual(documented.toSorted());
  });

  it('about servers that are known are those that the documents name', () => {
    const named = textOf('docs/reference/environment.md').matchAll(
      /(?<![A-Z_])(?:NATS|RAVENDB)_[A-Z_]*[A-Z]/g,
    );
    expect(SERVER_VARIABLES).toEqual([...new Set([...named].map(([name]) => name))].toSorted());
  });

  it('that are known are all read', () => {
    const read = new Set([...quotedIn(sources), ...namesIn('docker-compose.yml')]);
    expect(KNOWN_VARIABLES.filter((name) => !read.has(name))).toEqual([]);
  });

  it('that a library or an app reads are all known', () => {
    const shipped = sources.filter((file) =>
      /^(?:libs\/.+\/src|apps)\/(?!.*(?:fixtures\/|\.spec\.))/.test(file),
    );
    const unknown = [...quotedIn(shipped)].filter((name) => isOne(name) && !KNOWN_VARIABLES.includes(name));
    expect(unknown.filter((name) => !isStream(name))).toEqual([]);
  });

  it('that anything here reads, tests too, are never taken for misspelt ones', () => {
    const read = [...quotedIn(sources)];
    expect(misspeltVariables(Object.fromEntries(read.map((name) => [name, 'x'])))).toEqual([]);
  });
});
