/** A sentence with each Revision in it by its short commit, as people say it. */
export function shortenRevisions(text: string): string {
	return text.replace(/@sha(?:1|256):(?<short>[0-9a-f]{7})[0-9a-f]{33,57}(?![0-9a-f])/gu, "@$<short>");
}
