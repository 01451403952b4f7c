/**
 * Does `work` for every item, one after the other; a failure does not stop the rest.
 * @throws after all were tried: the error itself, or an `AggregateError` of several
 */
export async function tryEach<T>(items: Iterable<T>, work: (item: T) => Promise<unknown>): Promise<void> {
  const failures: unknown[] = [];
  for (const item of items) {
    try {
      await work(item);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 1) throw new AggregateError(failures);
  if (failures.length === 1) throw failures[0];
}
