import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { curl } from './curl.ts';

it('A printed command shows errors but no progress, and ends the line of the answer', () => {
  expect(curl('http://127.0.0.1:5001/cars')).toBe(String.raw`curl -sS -w '\n' http://127.0.0.1:5001/cars`);
  expect(curl('-i http://x', String.raw`%{http_code}\n`)).toBe(
    String.raw`curl -sS -w '\n%{http_code}\n' -i http://x`,
  );
});

it('All commands that are printed are alike', () => {
  const files = globSync('tools/**/*.ts', {
    cwd: join(import.meta.dirname, '../..'),
    exclude: (file) => file.endsWith('.spec.ts'),
  });
  const others = files.filter((file) =>
    /\bcurl -(?!sS )/.test(readFileSync(join(import.meta.dirname, '../..', file), 'utf8')),
  );
  expect(files.length).toBeGreaterThan(50);
  expect(others).toEqual([]);
});
