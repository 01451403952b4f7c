/** The seed of this run: `SPARK_TEST_SEED`, to repeat one, or a new one. */
export function testSeed(): number {
  return Number(process.env['SPARK_TEST_SEED'] ?? Math.floor(Math.random() * 1e9));
}

/** Numbers from 0 to 1, the same ones for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
