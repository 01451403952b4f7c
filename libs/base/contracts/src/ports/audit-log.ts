/** Who asked a module for what and what was decided, across all its instances. Append-only. */
export interface AuditLog {
  /** @throws {UnavailableError} when nothing answers; it is then unknown whether the entry was added */
  add(entry: object): Promise<void>;

  /**
   * The newest entries first, skipping the first `skip`, unvalidated: the reader has to check them.
   * @throws {UnavailableError} when nothing answers
   */
  newest(skip: number, take: number): Promise<AuditPage>;
}

export interface AuditPage {
  entries: unknown[];
  /** How many there are; null while part of them cannot be counted. */
  total: number | null;
}
