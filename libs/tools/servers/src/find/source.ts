/** A server that can be found and started here. */
export type ServerName = 'ravendb' | 'nats' | 'kafka' | 'postgres';

/** Where a server comes from. */
export type Source = AddressSource | ProgramSource | ComposeSource;

/** A running server that is not ours: used as it is, never started or stopped. */
export interface AddressSource {
  readonly kind: 'address';
  readonly way: string;
  readonly url: string;
}

/** The server as a program on this machine. */
export interface ProgramSource {
  readonly kind: 'program';
  readonly way: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** A service of the docker-compose.yml. */
export interface ComposeSource {
  readonly kind: 'compose';
  readonly way: string;
  readonly file: string;
}
