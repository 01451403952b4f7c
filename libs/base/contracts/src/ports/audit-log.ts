/** Who asked a module for what and what was decided, of all its instances. It is only ever added to. */
export interface AuditLog {
  /** @throws {UnavailableError} when nobody answers: whether the entry was added is not known then */
  add(entry: object): Promise<void>;

  /**
   * The newest first, without the first `skip`, as they were found: whoever reads them checks what they are.
   * @throws {UnavailableError} when nobody answers
   */
  newest(skip: number, take: number): Promise<AuditPage>;
}

export interface AuditPage {
  entries: unknown[];
  /** How many there are; null where a part of them cannot be counted for now. */
  total: number | null;
}
