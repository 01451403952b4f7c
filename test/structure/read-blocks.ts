import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One block of TypeScript of a page. */
export interface CodeBlock {
  page: string;
  /** 1 for the first of its page. */
  number: number;
  code: string;
}

/** Every page that a reader may come to, from the repository's root. */
export function markdownPages(root: string): string[] {
  return [
    ...markdownIn(root, 'docs'),
    ...markdownIn(root, 'libs'),
    ...markdownIn(root, 'examples'),
    'README.md',
    'CHANGELOG.md',
    'CONTRIBUTING.md',
  ];
}

export function blocksOf(root: string, page: string): CodeBlock[] {
  const text = readFileSync(join(root, page), 'utf8');
  const blocks = [...text.matchAll(/^```ts\n([\s\S]*?)^```/gm)];
  return blocks.map(([, code = ''], at) => ({ page, number: at + 1, code }));
}

function markdownIn(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (['node_modules', 'dist', '.spark', 'fixtures'].includes(entry.name)) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return markdownIn(root, path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}
