import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';

const run = promisify(execFile);
const LAUNCH = pathToFileURL(join(import.meta.dirname, 'launch.ts')).href;

/** The result of importing a package in an app that is started with these options. */
async function findsOf(name: string, options: object): Promise<string> {
  const app = `
    import { launch } from '${LAUNCH}';
    const find = () => import('${name}').then(() => 'found', (error) => error.message);
    await launch(async () => process.stdout.write(await find()), {}, ${JSON.stringify(options)});
  `;
  // With this flag already set, it does not restart itself to set it.
  const args = ['--max-semi-space-size=16', '--input-type=module', '--eval', app];
  return (await run(process.execPath, args, { cwd: import.meta.dirname })).stdout;
}

it('An app loads neither a package that it is started without nor a part of it', async () => {
  const options = { keepsCompiled: false, without: ['@nestjs/core'] };
  expect(await findsOf('@nestjs/core', options)).toBe('@nestjs/core is left out');
  expect(await findsOf('@nestjs/core/nest-factory.js', options)).toBe('@nestjs/core is left out');
  expect(await findsOf('@nestjs/common', { ...options, without: ['@nestjs/comm'] })).toBe('found');
});
