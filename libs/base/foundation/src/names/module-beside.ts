/** Whether a module runs from its source, and was not built. @param own its `import.meta.url` */
export function runsFromSource(own: string): boolean {
  return own.endsWith('.ts');
}

/**
 * The address of a module that a thread or a process of its own starts with.
 * @param own the `import.meta.url` of who starts it
 * @param path from there, without an extension, which is the starter's own
 */
export function moduleBeside(own: string, path: string): URL {
  return new URL(`${path}.${runsFromSource(own) ? 'ts' : 'js'}`, own);
}
