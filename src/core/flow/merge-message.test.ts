import { expect, it } from "vitest";
import { readMergeMessage } from "./merge-message.ts";

it.each([
	["Merge branch 'feature/a'", { source: "feature/a" }],
	["Merge branch 'feature/a' into develop\n\nText", { source: "feature/a", into: "develop" }],
	["Merge branch 'develop' of git.example.com:acme/shop into feature/a", { source: "develop", into: "feature/a" }],
	["Merge branch 'feature/'q'' into develop", { source: "feature/'q'", into: "develop" }],
	["Merge remote-tracking branch 'origin/release/1.0'", { source: "release/1.0" }],
	["Merge pull request #12 from acme/feature/a\n\nTitle", { source: "feature/a" }],
	["Merge pull request 'Title' (#3) from feature/a into develop", { source: "feature/a", into: "develop" }],
	["Merged in feature/a (pull request #7)", { source: "feature/a" }],
	["Merge tag 'v1.0' into develop", { into: "develop" }],
	["Anything else\n\nMerge branch 'feature/a'", {}],
])("reads %j", (message, expected) => {
	expect(readMergeMessage(message)).toEqual(expected);
});
