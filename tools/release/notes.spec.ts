import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { sentenceOf, withRelease } from './notes.ts';

const folder = join(import.meta.dirname, '..', '..', '.changeset');
const waiting = readdirSync(folder).filter((file) => file.endsWith('.md') && file !== 'README.md');

const changelog = `# Changelog

## Unreleased

### Added

- A.

### Fixed

- B.

## 0.1.0 - 2026-01-01

- First.
`;

describe('a release in the changelog', () => {
  it('holds what stood under "Unreleased" and the change sets, each under its heading', () => {
    const next = withRelease(changelog, '0.2.0', '2026-02-01', ['Fixed: C.', 'Changed: D.']);
    expect(next).toBe(`# Changelog

## Unreleased

## 0.2.0 - 2026-02-01

### Added

- A.

### Changed

- D.

### Fixed

- B.
- C.

## 0.1.0 - 2026-01-01

- First.
`);
  });

  it('may be the first', () => {
    const first = withRelease('# Changelog\n\n## Unreleased\n', '0.1.0', '2026-01-01', ['Added: A.']);
    expect(first).toBe('# Changelog\n\n## Unreleased\n\n## 0.1.0 - 2026-01-01\n\n### Added\n\n- A.\n');
  });

  it('is not made of a sentence that belongs under no heading', () => {
    expect(() => withRelease(changelog, '0.2.0', '2026-02-01', ['Improved things.'])).toThrow(
      'Improved things.',
    );
  });

  it('can be generated from the change sets that await a release', () => {
    const sentences = waiting.map((file) => sentenceOf(readFileSync(join(folder, file), 'utf8')));
    expect(() => withRelease(changelog, '0.2.0', '2026-02-01', sentences)).not.toThrow();
  });

  it('takes the sentence of a change set without its packages', () => {
    expect(sentenceOf("---\n'@nestjs-spark/core': minor\n---\n\nAdded: `count()`.\n")).toBe(
      'Added: `count()`.',
    );
  });
});
