/** `1 attempt`, `3 attempts`. For words with a regular plural. */
export function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
