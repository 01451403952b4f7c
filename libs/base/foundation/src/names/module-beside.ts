/** Whether a module runs from its TypeScript source rather than from a build. @param own its `import.meta.url` */
export function runsFromSource(own: string): boolean {
  return own.endsWith('.ts');
}

/**
 * The URL of a module to start as a thread or process.
 * @param own the `import.meta.url` of the starter
 * @param path relative to it, without the extension, which is the starter's own
 */
export function moduleBeside(own: string, path: string): URL {
  return new URL(`${path}.${runsFromSource(own) ? 'ts' : 'js'}`, own);
}
