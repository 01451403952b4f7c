/** What a module of the tests declares. */
export interface ModuleDescription {
  replicated?: { name?: string; sourceModule: string; sourceCollection: string; etlScript: string }[];
  shared?: { collection: string; with: string[] }[];
}
