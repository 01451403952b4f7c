import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from '@jest/globals';

const FILE = pathToFileURL(join(import.meta.dirname, 'attachment-hash.ts')).href;
const PROGRAM = `
import { registerHooks } from 'node:module';
const loaded = [];
registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
const isLoaded = () => loaded.some((url) => url.includes('hash-wasm'));
const { checkHash } = await import(${JSON.stringify(FILE)});
const before = isLoaded();
let actual = '';
const content = checkHash([Buffer.from('abc')], '', (hash) => new Error((actual = hash)));
await Array.fromAsync(content).catch(() => {});
console.log(JSON.stringify({ before, after: isLoaded(), actual }));
`;

it('loads the code for hashes with the first attachment, and not at the start', () => {
  const flags = ['--conditions=@nestjs-spark/source', '--input-type=module'];
  const { stdout, stderr } = spawnSync(process.execPath, [...flags, '-e', PROGRAM], { encoding: 'utf8' });
  expect(stdout === '' ? stderr : JSON.parse(stdout)).toEqual({
    before: false,
    after: true,
    actual: 'vd2BPGNCOXIxce8/7phXm5SWTjuxyz5CcmLIwGjVIxk=',
  });
});
