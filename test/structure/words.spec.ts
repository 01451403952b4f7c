import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '..', '..');

/** Translated English, with what is written instead. */
const PHRASES: readonly [phrase: RegExp, better: string][] = [
  [/\banew\b/i, 'again'],
  [/\bmend(?:s|ed|ing)?\b/i, 'fix, repair'],
  [/\bputs? back\b|\bputting back\b/i, 'restore'],
  [/\blets? go of\b/i, 'release'],
  [/\bstands? in\b/i, 'is in, replaces'],
  [/\bnot to be had\b/i, 'not available'],
  [
    /(?<!\bthere )\b(?:is|was) no (?:array|backend|document|file|JSON|list|name|number|object|text|URL|YAML)\b/i,
    'is not a',
  ],
];

/** Words for a service that say less than those in docs/internals/words.md. */
const SERVICES = /\bclass \w+(?:Desk|Book|Box|Words)\b/;

/** Says of an id that it names nothing, which `noneWithId` does. */
const NONE = /'notFound', (?:`(?:There is no|The \w+ has no|No) .*\b\w*[iI]d\b|'There is no such)/;

const texts = globSync(['{apps,benchmarks,docs,examples,libs,test,tools}/**/*.{ts,tsx,md}', '*.md'], {
  cwd: root,
  exclude: (file) => /(?:^|\/)(?:node_modules|dist|decisions)$/.test(file) || file.endsWith('words.spec.ts'),
});
const linesOf = (file: string): string[] => readFileSync(join(root, file), 'utf8').split('\n');

const placesOf = (pattern: RegExp): string[] =>
  texts.flatMap((file) =>
    linesOf(file).flatMap((line, at) => (pattern.test(line) ? [`${file}:${at + 1}: ${line.trim()}`] : [])),
  );

describe('Code, messages and documents', () => {
  it('are all looked at', () => {
    expect(texts.length).toBeGreaterThan(1_500);
  });

  it.each(PHRASES)('do not say %s, but: %s', (phrase) => {
    expect(placesOf(phrase)).toEqual([]);
  });

  it('say of an id that names nothing: there is no … with the id', () => {
    expect(placesOf(NONE)).toEqual([expect.stringMatching(/^libs\/.*\/none-with-id\.ts:/)]);
  });

  it('call no service by a word that could mean any of them', () => {
    expect(placesOf(SERVICES)).toEqual([]);
  });
});
