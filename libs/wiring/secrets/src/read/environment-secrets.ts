import { readFileSync } from 'node:fs';
import { SecretError, type Secrets } from '../secrets.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A variable's value, or the content of the file that its `_FILE` form names, read again each time. */
export class EnvironmentSecrets implements Secrets {
  readonly #environment: Environment;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  text(name: string): string | undefined {
    return this.bytes(name)?.toString('utf8').trim();
  }

  bytes(name: string): Buffer | undefined {
    const value = this.#variable(name);
    const file = this.#variable(`${name}_FILE`);
    if (value !== undefined && file !== undefined)
      throw new SecretError(`${name} and ${name}_FILE are both set: unset one of them`);
    if (file !== undefined) return contentOf(name, file);
    return value === undefined ? undefined : Buffer.from(value);
  }

  #variable(name: string): string | undefined {
    return this.#environment[name]?.trim() || undefined;
  }
}

function contentOf(name: string, file: string): Buffer {
  try {
    const content = readFileSync(file);
    // A line end alone is what a command that printed nothing leaves.
    if (content.toString('utf8').trim() !== '') return content;
  } catch (cause) {
    const code = (Object(cause) as { code?: unknown }).code;
    throw new SecretError(
      `${name}_FILE names ${file}, which cannot be read (${String(code)}): correct the path, or let this user read it`,
      { cause },
    );
  }
  throw new SecretError(`${name}_FILE names ${file}, which is empty: write the secret into it`);
}
