import { RunFailedError } from './ports.ts';

/** An address with what is needed to log in, as the operator has configured it. Definitions only name it. */
export interface Connection {
  name: string;
  /** The kind of system, such as `postgres`. */
  type: string;
  /** Every other field, such as `url`, `user`, `password`; secrets are resolved. */
  settings: Readonly<Record<string, string>>;
}

export const DEFAULT_CONNECTION = 'default';

/** Where the connection `default` of a type is, in the environment. */
export const ADDRESS_VARIABLES: Readonly<Record<string, string>> = {
  kafka: 'KAFKA_BROKERS',
  postgres: 'POSTGRES_URL',
  opensearch: 'OPENSEARCH_URL',
  s3: 'S3_ENDPOINT',
};

/** The connections of this process. A name can stand for one system of each type. */
export class Connections {
  readonly #known: readonly Connection[];

  constructor(known: readonly Connection[]) {
    this.#known = known;
  }

  /** Names and types, without any value. */
  list(): { name: string; type: string }[] {
    return this.#known.map(({ name, type }) => ({ name, type }));
  }

  /** @throws {RunFailedError} when the operator has configured none */
  find(type: string, name: string = DEFAULT_CONNECTION): Connection {
    const found = this.#known.find((known) => known.type === type && known.name === name);
    if (found) return found;
    const others = this.#known.filter((known) => known.type === type).map((known) => known.name);
    const known = others.length > 0 ? `there is ${others.join(', ')}` : 'there is none of that type';
    const variable = name === DEFAULT_CONNECTION ? ADDRESS_VARIABLES[type] : undefined;
    const remedy = `add it to SPARK_PIPELINES_CONNECTIONS${variable === undefined ? '' : `, or to set ${variable}`}`;
    throw new RunFailedError(
      `No connection ${JSON.stringify(name)} of type ${type} is configured (${known}): ask the operator to ${remedy}`,
    );
  }
}
