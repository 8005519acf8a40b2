import { expect, it } from "vitest";
import { shortenRevisions } from "./shorten.ts";

it("shortens revisions and nothing else", () => {
	const commit = "73bc681fc76b4d2eeaf31f607e6528c0b78e86de";
	expect(shortenRevisions(`to main@sha1:${commit}; v1@sha1:${commit} is held`)).toBe("to main@73bc681; v1@73bc681 is held");
	expect(shortenRevisions(`sha256:${commit}, ${commit}`)).toBe(`sha256:${commit}, ${commit}`);
});
