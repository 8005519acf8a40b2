/** Most bytes of one file of documents or manifests. */
export const maxFileBytes = 1024 * 1024;
/** Most aliases (`*name`) in one document. */
export const maxAliases = 100;
/** Deepest nesting of maps and lists. */
export const maxDepth = 64;
/** Most documents of one file. */
export const maxDocuments = 10_000;
