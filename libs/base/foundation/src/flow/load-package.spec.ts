import { expect, it } from '@jest/globals';
import { loadPackage, PackageMissingError } from './load-package.ts';

it('A package is loaded, or the error names it and the remedy', async () => {
  expect(await loadPackage('zlib', () => import('node:zlib'))).toHaveProperty('gzip');
  const missing = loadPackage('of-nobody', async () => {
    throw Object.assign(new Error("Cannot find package 'of-nobody' imported from /srv/app.js"), {
      code: 'ERR_MODULE_NOT_FOUND',
    });
  });
  await expect(missing).rejects.toThrow(PackageMissingError);
  await expect(missing).rejects.toThrow(/of-nobody .*\(ERR_MODULE_NOT_FOUND\).*npm ci/);
  await expect(missing).rejects.not.toThrow(/srv/);
  await expect(loadPackage('broken', () => Promise.reject(new Error('bad syntax')))).rejects.toThrow(
    /\(bad syntax\)/,
  );
});
