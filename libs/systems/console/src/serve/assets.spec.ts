import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { Assets } from './assets.ts';

it('A title is shown as it is, whatever characters it has', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spark-page-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<base href="{{base}}" /><title>{{title}}</title>{{title}}');
  const page = new Assets(folder).page('/spark/console', "R&D <$& $$ $'>");
  rmSync(folder, { recursive: true });
  const title = "R&amp;D &lt;$&amp; $$ $'>";
  expect(page).toBe(`<base href="/spark/console/" /><title>${title}</title>${title}`);
});
