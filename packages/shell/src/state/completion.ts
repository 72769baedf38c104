/** What `complete` was told about the arguments of a command. */
export interface CompletionSpec {
  options: string[];
  actions: string[];
  glob: string | undefined;
  words: string | undefined;
  prefix: string;
  suffix: string;
  filter: string | undefined;
  command: string | undefined;
  fn: string | undefined;
}
