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
  shared?: { collection: string; with: string[] }[];
}
