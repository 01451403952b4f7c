import { globSync } from 'node:fs';

/** The files that show guarantees, as paths from the root of the repository. */
export function findSpecs(root: string): string[] {
  return globSync('{apps,libs,test,tools}/**/*.{spec,conformance}.ts', {
    cwd: root,
    exclude: (file) => /(?:^|\/)(?:node_modules|dist)$/.test(file),
  });
}
