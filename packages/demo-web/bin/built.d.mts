/** The folder of the site that tests use; built when what it is built from changed. */
export function builtSite(): Promise<string>;
