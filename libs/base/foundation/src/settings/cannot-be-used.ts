/** The message of an error about the settings of a Nest module, with each fault on a line of its own. */
export function cannotBeUsed(module: string, faults: readonly string[]): string {
  return `The settings of ${module} cannot be used:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`;
}
