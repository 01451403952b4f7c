/** The input or result of a job is no longer in the store. */
export class ContentGoneError extends Error {
  override readonly name = 'ContentGoneError';

  constructor(name: string) {
    super(`The content ${name} is no longer kept; submit the job again`);
  }
}
