/** What a module of the tests declares. */
export interface ModuleDescription {
  replicated?: {
    name?: string;
    sourceModule: string;
    sourceCollection: string;
    etlScript: string;
    idPrefix?: string;
    overwrite?: 'own';
  }[];
  /** A file into which a handler writes what it is told of the copies, a line each. */
  heard?: string;
  shared?: { collection: string; with: string[] }[];
}
