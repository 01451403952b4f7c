import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { OLDEST_NODE } from '@nestjs-spark/foundation/text';

const run = promisify(execFile);
const SOURCE = ['--conditions=@nestjs-spark/source'];
const LAUNCH = pathToFileURL(join(import.meta.dirname, 'launch.ts')).href;

/** The result of importing a package in an app that is started with these options. */
async function findsOf(name: string, options: object): Promise<string> {
  const app = `
    import { launch } from '${LAUNCH}';
    const find = () => import('${name}').then(() => 'found', (error) => error.message);
    await launch(async () => process.stdout.write(await find()), {}, ${JSON.stringify(options)});
  `;
  // With this flag already set, it does not restart itself to set it.
  const args = [...SOURCE, '--max-semi-space-size=16', '--input-type=module', '--eval', app];
  return (await run(process.execPath, args, { cwd: import.meta.dirname })).stdout;
}

it('An app loads neither a package that it is started without nor a part of it', async () => {
  const options = { keepsCompiled: false, without: ['@nestjs/core'] };
  expect(await findsOf('@nestjs/core', options)).toBe('@nestjs/core is left out');
  expect(await findsOf('@nestjs/core/nest-factory.js', options)).toBe('@nestjs/core is left out');
  expect(await findsOf('@nestjs/common', { ...options, without: ['@nestjs/comm'] })).toBe('found');
});

/** Starts an app on a Node that claims this version, and returns which one ran it: only one that takes over has a channel. */
async function runsOn(version: string): Promise<string> {
  const app = `
    if (!process.connected) Object.defineProperty(process.versions, 'node', { value: '${version}' });
    const { launch } = await import('${LAUNCH}');
    await launch(async () => process.stdout.write(process.connected ? 'another' : 'this one'), {}, { keepsCompiled: false });
  `;
  const args = [...SOURCE, '--max-semi-space-size=16', '--input-type=module', '--eval', app];
  return (await run(process.execPath, args)).stdout;
}

it('An app on a Node that is too old starts again on the one that the repository brings, whatever the major version', async () => {
  for (const version of ['18.20.0', '22.0.0', '22.18.0'])
    expect(`${version}: ${await runsOn(version)}`).toBe(`${version}: another`);
  for (const version of [`${OLDEST_NODE}.0`, '24.0.0'])
    expect(`${version}: ${await runsOn(version)}`).toBe(`${version}: this one`);
});
