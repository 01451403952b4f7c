import { ask } from './http.ts';

/** Someone who reads all the time, so many times a second, whether or not the answers come. */
export class SteadyClient {
  readonly failures: string[] = [];
  answered = 0;
  private readonly url: string;
  private readonly pending = new Set<Promise<void>>();
  private readonly timer: NodeJS.Timeout;

  constructor(url: string, perSecond: number) {
    this.url = url;
    this.timer = setInterval(() => this.read(), 1_000 / perSecond);
  }

  /** Answers when the last answer is there. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await Promise.all(this.pending);
  }

  private read(): void {
    const reading: Promise<void> = ask(this.url)
      .then(({ status, body }) => {
        if (status === 200) this.answered++;
        else this.failures.push(`${status} ${JSON.stringify(body)}`);
      })
      .catch((error: unknown) => void this.failures.push(String(error)))
      .finally(() => this.pending.delete(reading));
    this.pending.add(reading);
  }
}
