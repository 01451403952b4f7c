const fieldsOf = (count: number): string =>
  Array.from({ length: count }, (_, at) => `F${at}: this.Notes`).join(', ');

/** Scripts that allocate as much memory as they can, by requester. */
export const BOMBS: Readonly<Record<string, string>> = {
  Memory: "if (this.N % 4) { const a = []; for (;;) a.push('x'.repeat(1000) + a.length); } loadToPapers({});",
  Output: `loadToPapers({ text: 'x'.repeat(4000000) + this.N });`,
  Copies: 'for (let i = 0; i < 500; i++) loadToParts({ i, Notes: this.Notes + i });',
  Projection: `loadToPapers({ ${fieldsOf(480)} });`,
};
