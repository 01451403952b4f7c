import { expect, it } from '@jest/globals';
import { readPage } from './read-page.ts';

const block = (language: string, ...lines: string[]) => ['```' + language, ...lines, '```', ''].join('\n');

it('reads what is typed, written and seen in the page’s order, and where it is typed', () => {
  const page = [
    block('sh', 'npx new shop', 'cd shop', 'npm install'),
    block('ts', '// shop/src/a.ts', 'export {};'),
    block('sh', 'npm start'),
    block('sh', 'curl http://localhost'),
    block('json', '{}'),
  ].join('text\n');
  const typed = (command: string, folder: string, stays = false) => ({
    kind: 'command',
    command,
    folder,
    stays,
  });
  expect(readPage(page)).toEqual([
    typed('npx new shop', ''),
    typed('npm install', 'shop'),
    { kind: 'file', path: 'shop/src/a.ts', text: 'export {};\n' },
    typed('npm start', 'shop', true),
    typed('curl http://localhost', ''),
    { kind: 'output', text: '{}\n' },
  ]);
});

it('refuses code that does not say which file it is', () => {
  expect(() => readPage(block('ts', 'export {};'))).toThrow('does not say which file it is');
});
